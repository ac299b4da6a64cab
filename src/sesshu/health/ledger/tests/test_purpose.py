"""S05, controls 2 and 38: a person is opened for a purpose, and what it does not need is not sent."""

from datetime import date

import pytest

from sesshu.addressees.models import Addressee, ProtectiveMeasure
from sesshu.health.ledger.models import Dose, Screening
from sesshu.kernel import clock
from sesshu.protection import cases, purposes
from sesshu.protection.models import AuditEvent
from sesshu.protection.purposes import Purpose, Section
from sesshu.protection.roles import Role
from sesshu.protection.services import open_account

TODAY = date(2026, 11, 22)
# What stands in the page of each section and nowhere else.
MARKS = {
    Section.ADDRESS: "目印町九百九十九番地",
    Section.HOUSEHOLD: "目印世帯主",
    Section.TELEPHONE: "0599000111",
    Section.DOSES: "MARKLOT7",
    Section.SCREENINGS: "目印の予診理由",
    Section.STATUSES: "予防接種ごとの状態",
    Section.NOTICES: 'id="panel-issues"',
    Section.MEASURES: "目印の支援理由",
}
ON_LEDGER = set(MARKS) - {Section.MEASURES}
ON_DETAIL = {Section.ADDRESS, Section.HOUSEHOLD, Section.TELEPHONE, Section.MEASURES}


@pytest.fixture(autouse=True)
def _today():
    with clock.fixed(TODAY):
        yield


@pytest.fixture
def child(ise):
    person = Addressee.objects.create(
        number="0000000101", name="見本　太郎", name_kana="ミホン　タロウ", kind="1", status="1", sex="1",
        updated_at=clock.now(),
        birth_date=date(2025, 5, 10), resident_since=date(2025, 5, 10), town="目印町",
        house_number="九百九十九番地", household_head="目印世帯主", household_number="000777",
        telephone="0599000111",
    )  # fmt: skip
    Dose.objects.create(
        addressee=person, programme="mr", vaccine="MR", date=date(2026, 6, 1), lot_number="MARKLOT7",
        recorded_at=clock.now(),
    )  # fmt: skip
    Screening.objects.create(
        addressee=person, programme="mr", date=date(2026, 5, 20), reason="other",
        reason_text="目印の予診理由", recorded_at=clock.now(),
    )  # fmt: skip
    ProtectiveMeasure.objects.create(
        addressee=person, starts_on=date(2025, 1, 1), ends_on=date(2025, 2, 1), note="目印の支援理由",
        recorded_at=clock.now(),
    )  # fmt: skip
    return person


@pytest.fixture
def everything(ise):
    """Staff whose roles may name every purpose."""
    roles = [role for role in Role if role != Role.PROTECTED]
    return open_account(login="all", name="全部", municipality=ise, roles=roles, password="x" * 16)


def signed_in(client, account):
    client.force_login(account)
    session = client.session
    session.pop(cases.CHOSEN, None)
    session.save()
    return client


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize(("page", "there"), [("ledger", ON_LEDGER), ("addressees", ON_DETAIL)])
def test_the_page_holds_the_sections_of_its_purpose_and_no_byte_of_the_others(
    client, child, everything, purpose, page, there
):
    answer = signed_in(client, everything).get(f"/{page}/{child.pk}/", {"purpose": purpose})
    needed = purposes.shown(purpose)
    if page == "ledger" and Section.DOSES not in needed:
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/purpose/")
        return
    text = answer.content.decode()
    for section in MARKS:
        assert (MARKS[section] in text) == (section in needed and section in there), section


def test_every_purpose_says_what_it_needs():
    assert set(purposes.SHOWN) == set(Purpose)


def test_a_page_opened_without_a_purpose_asks_and_comes_back(client, child, clerk):
    signed_in(client, clerk)
    asked = client.get(f"/ledger/{child.pk}/")
    assert asked.headers["Location"] == f"/purpose/?next=%2Fledger%2F{child.pk}%2F&shows=doses"
    assert not AuditEvent.objects.filter(subjects__contains=[child.pk]).exists()
    page = client.get(asked.headers["Location"]).content.decode()
    assert f'href="/ledger/{child.pk}/?purpose=counter" data-key="1"' in page
    assert "点検・監査" not in page, "not a purpose of this role"
    assert client.get(f"/ledger/{child.pk}/?purpose=counter").status_code == 200
    assert client.get(f"/ledger/{child.pk}/").status_code == 200, "the case's purpose is known now"


def test_another_person_s_case_is_asked_for_anew(client, child, clerk):
    other = Addressee.objects.create(
        number="0000000102", name="見本 次郎", kind="1", status="1", updated_at=clock.now()
    )
    signed_in(client, clerk).get(f"/ledger/{child.pk}/?purpose=counter")
    assert client.get(f"/ledger/{other.pk}/").status_code == 302


def test_the_role_limits_which_purposes_can_be_named(client, child, clerk):
    signed_in(client, clerk)
    for purpose in ("inspection", "nonsense", "", "counter'--"):
        assert client.get(f"/ledger/{child.pk}/", {"purpose": purpose}).status_code == 302
    assert not AuditEvent.objects.filter(action="ledger.read").exists()


def test_every_event_of_the_request_carries_the_purpose_of_the_case(client, child, clerk):
    signed_in(client, clerk).get(f"/ledger/{child.pk}/?purpose=relief")
    events = AuditEvent.objects.filter(subjects__contains=[child.pk])
    assert {event.purpose for event in events} == {"relief"}
    assert "for" not in events.get(action="ledger.read").detail
    assert purposes.words("relief") == "健康被害・副反応への対応"
    assert purposes.words("宛名の確認") == "宛名の確認"
    assert purposes.current() == ""


def test_an_act_is_its_own_purpose(client, child, clerk):
    signed_in(client, clerk)
    assert client.get(f"/ledger/{child.pk}/doses/new/").status_code == 200
    assert {e.purpose for e in AuditEvent.objects.filter(subjects__contains=[child.pk])} == {"recording"}


def test_the_search_s_links_bring_its_purpose_which_the_session_keeps(client, child, clerk):
    signed_in(client, clerk)
    child.name_key = "ミホンタロウ"
    child.save()
    page = client.post("/addressees/", {"q": "0000000101"}).content.decode()
    assert f"/ledger/{child.pk}/?purpose=counter" in page, "the first of the list, without a click"
    client.post("/addressees/", {"q": "0000000101", "purpose": "telephone"})
    page = client.post("/addressees/", {"q": "0000000101"}).content.decode()
    assert f"/ledger/{child.pk}/?purpose=telephone" in page
    client.post("/addressees/", {"q": "0000000101", "purpose": "inspection"})
    assert "purpose=telephone" in client.post("/addressees/", {"q": "0000000101"}).content.decode()
    upkeep = client.post("/addressees/", {"q": "0000000101", "purpose": "upkeep"}).content.decode()
    assert f"/addressees/{child.pk}/?purpose=upkeep" in upkeep, "a purpose without doses opens no ledger"


def test_the_short_page_leads_nowhere_else(client, clerk):
    signed_in(client, clerk)
    for bad in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""):
        page = client.get("/purpose/", {"next": bad}).content.decode()
        assert "elsewhere" not in page
        assert "javascript:alert" not in page
        assert 'href="/?purpose=counter"' in page


def test_the_session_remembers_no_more_cases_than_it_should(client, clerk):
    signed_in(client, clerk)
    for number in range(60):
        person = Addressee.objects.create(
            number=f"{number:010}", name="見本", kind="1", status="1", updated_at=clock.now()
        )
        client.get(f"/addressees/{person.pk}/?purpose=counter")
    assert len(client.session["purpose_of"]) == 50


def test_a_contractor_of_one_programme_sees_its_doses_only(client, child, clerk):
    from sesshu.protection.accounts.models import Grant

    Grant.objects.filter(account=clerk).update(withdrawn_at=clock.now())
    Grant.objects.create(
        account=clerk, role="programme", programmes=["zoster"], reason="委託", granted_at=clock.now()
    )
    page = signed_in(client, clerk).get(f"/ledger/{child.pk}/?purpose=counter").content.decode()
    assert "MARKLOT7" not in page
    assert "麻しん" not in page
