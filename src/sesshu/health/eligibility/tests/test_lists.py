"""The list on the screen: corrected with reasons, seen by those who may, every look recorded (H05)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from sesshu.addressees.models import Addressee
from sesshu.health.eligibility import services
from sesshu.health.eligibility.models import Extraction
from sesshu.health.eligibility.tests.invented import TODAY, extract, fate_of, protect, resident
from sesshu.kernel import clock
from sesshu.protection.models import AuditEvent
from sesshu.protection.roles import Role
from sesshu.protection.services import ensure_municipality, open_account
from sesshu.protection.tenancy import acting_for

pytestmark = pytest.mark.usefixtures("ise")
SECRET = {
    "city": "秘密市",
    "town": "隠し町",
    "house_number": "777番地",
    "district": "秘密地区",
    "postal_code": "5169999",
    "telephone": "09012345678",
    "household_head": "守秘　世帯主",
}


def seen(client, extraction, **query):
    answer = client.get(f"/eligibility/{extraction.pk}/", query)
    return answer.content.decode() if answer.status_code == 200 else answer.status_code


def test_h05_a_person_is_removed_and_added_with_a_reason_and_both_can_be_undone(client, clerk):
    child, early = resident(), resident(birth_date=TODAY - timedelta(days=300))
    found = extract(by=clerk)
    row = found.rows.get(addressee=child)
    client.post(f"/eligibility/rows/{row.pk}/remove/", {"reason": ""})
    assert fate_of(found, child) == "target"
    client.post(f"/eligibility/rows/{row.pk}/remove/", {"reason": "長期入院中"})
    row.refresh_from_db()
    assert (row.included, row.change_reason, row.changed_by) == (False, "長期入院中", clerk)
    assert "長期入院中" in seen(client, found, show="changed")
    client.post(f"/eligibility/rows/{row.pk}/undo/")
    row.refresh_from_db()
    assert (row.included, row.change_reason) == (True, "")
    client.post(f"/eligibility/{found.pk}/add/", {"number": early.number, "reason": "海外渡航のため"})
    assert fate_of(found, early) == "target"
    actions = list(AuditEvent.objects.filter(action__startswith="targets.").values_list("action", flat=True))
    assert {"targets.extract", "targets.remove", "targets.undo", "targets.add", "targets.list"} <= set(
        actions
    )


@pytest.mark.parametrize("fields", [{"status": "3"}, {"status": "2"}, {"status": "4"}])
def test_h05_the_dead_and_those_who_left_are_never_added(clerk, fields):
    gone = resident(**fields)
    found = extract(by=clerk)
    with pytest.raises(services.NotAllowed):
        services.add_person(extraction=found, addressee_id=gone.pk, reason="希望", by=clerk, at=clock.now())


def test_h05_a_protected_person_is_never_added_nor_taken_off_a_list_they_are_not_on(client, clerk):
    hidden = resident(**SECRET)
    protect(hidden)
    found = extract(by=clerk)
    client.post(f"/eligibility/{found.pk}/add/", {"number": hidden.number, "reason": "希望"})
    row = found.rows.get(addressee=hidden)
    assert not row.included
    client.post(f"/eligibility/rows/{row.pk}/remove/", {"reason": "念のため"})
    row.refresh_from_db()
    assert row.change_reason == ""


def test_h05_a_closed_list_stays_as_it_was(clerk):
    child = resident()
    found = extract(by=clerk)
    services.close(found, at=clock.now())
    row = found.rows.get(addressee=child)
    for change in (services.remove_person, services.add_person):
        target = (
            {"row": row}
            if change is services.remove_person
            else {"extraction": found, "addressee_id": child.pk}
        )
        with pytest.raises(services.NotAllowed):
            change(**target, reason="理由", by=clerk, at=clock.now())
    with pytest.raises(services.NotAllowed):
        services.undo_change(row=row, by=clerk, at=clock.now())


@pytest.mark.parametrize("show", ["target", "changed", "protective_measure", "not_yet", "notified_before"])
def test_h05_a_protected_address_is_on_no_page_of_a_clerk(client, clerk, show):
    """Neither that of somebody left out nor of somebody who came under a measure after the extraction."""
    before, after = resident(**SECRET), resident(**SECRET)
    resident()
    protect(before)
    found = extract(by=clerk)
    protect(after)
    page = seen(client, found, show=show)
    if show == "protective_measure":
        assert page == 404
        return
    for secret in SECRET.values():
        assert secret not in page, secret
    assert before.name not in page


def test_h05_who_may_read_protected_persons_sees_them_listed(ise, clerk):
    hidden = resident(**SECRET)
    protect(hidden)
    found = extract(by=clerk)
    trusted = open_account(
        login="trusted", name="試験 特別", municipality=ise, roles=[Role.PROGRAMME, Role.PROTECTED],
        password="test-password-1234",
    )  # fmt: skip
    client = Client()
    client.force_login(trusted)
    assert hidden.name in seen(client, found, show="protective_measure")


def test_h05_each_page_of_the_list_is_recorded_with_its_persons(client, clerk):
    child = resident()
    found = extract(by=clerk)
    seen(client, found)
    event = AuditEvent.objects.get(action="targets.list")
    assert (event.subjects, event.account, event.detail) == (
        [child.pk],
        clerk,
        {"for": "questionnaire", "extraction": found.pk},
    )
    made = AuditEvent.objects.get(action="targets.extract")
    assert (made.subjects, made.count, made.purpose) == ([child.pk], 1, "questionnaire")


def test_h05_the_form_extracts_and_the_next_list_tells_who_is_new(client):
    resident()
    given = {"programme": "mr", "on": "令和8年11月22日", "purpose": "questionnaire"}
    first = client.post("/eligibility/", given)
    assert first.status_code == 302
    resident()
    second = client.post("/eligibility/", given, follow=True)
    assert "新しく対象になった人 1人" in second.content.decode()
    assert Extraction.objects.count() == 2


def test_h05_another_citys_list_is_not_found(client):
    ensure_municipality("192015")
    with acting_for("192015"):
        child = resident()
        other = extract()
        row = other.rows.get(addressee=child)
    assert seen(client, other) == 404
    base = "/eligibility"
    posts = [f"{base}/{other.pk}/add/", f"{base}/{other.pk}/again/"]
    posts += [f"{base}/rows/{row.pk}/remove/", f"{base}/rows/{row.pk}/undo/"]
    assert [client.post(url, {"reason": "x", "number": "1"}).status_code for url in posts] == [404] * 4


def test_h05_the_counter_may_not_extract(ise):
    counter = open_account(
        login="counter",
        name="試験 窓口",
        municipality=ise,
        roles=[Role.COUNTER],
        password="test-password-1234",
    )
    client = Client()
    client.force_login(counter)
    found = extract()
    assert seen(client, found) == 404
    assert Addressee.objects.count() == 0
