"""A03, S07: what a protective measure hides is in no byte that leaves the server."""

from dataclasses import fields
from datetime import date

import pytest
from django.urls import reverse

from sesshu.addressees import selectors
from sesshu.addressees.columns import RESIDENT_COLUMNS
from sesshu.addressees.masked import HIDDEN_IN_VIEW, AddresseeView
from sesshu.addressees.models import Addressee
from sesshu.addressees.states import FIELDS, PROTECTED_FIELDS
from sesshu.addressees.tests.feed_files import resident, take
from sesshu.addressees.tests.test_search import PROTECTED, SECRETS, trusted
from sesshu.kernel import clock
from sesshu.kernel.masking import PROTECTED_COLUMNS
from sesshu.protection.models import AuditEvent

__all__ = ["trusted"]


@pytest.fixture(autouse=True)
def protected(ise, tmp_path):
    with clock.fixed(date(2026, 11, 22)):
        dwelling = {"世帯番号": "0000009999", "住所_町字": "例示町", "世帯主氏名": "秘匿　若葉"}
        member = resident(8, 氏名="秘匿　若葉", 氏名_読み仮名="ヒトク　ワカバ", **dwelling)
        take(tmp_path / "residents.csv", [PROTECTED, member, resident(9)])
        moved = {"異動番号": "A1", "異動事由": "03", "異動年月日": "2026-11-01"} | PROTECTED
        take(tmp_path / "changes.csv", [moved | {"住所_番地号表記": "8番地"}])
        yield Addressee.objects.get(number="0000000003")


def pages(client, pk):
    yield client.post(reverse("addressees:search"), {"q": "ヒトク"})
    yield client.post(reverse("addressees:search"), {"q": "ヒトク"}, headers={"HX-Request": "true"})
    yield client.get(reverse("addressees:detail", args=[pk]))
    yield client.get(reverse("addressees:history", args=[pk]))
    yield client.get(reverse("addressees:history", args=[pk]), {"on": "R8.11.22"})
    yield client.get(reverse("addressees:edit", args=[pk]), follow=True)
    yield client.get(reverse("addressees:duplicates"))
    yield client.get(reverse("addressees:merge", args=[pk, Addressee.objects.get(number="0000000009").pk]))


def test_no_page_holds_a_dwelling(client, clerk, protected):
    client.force_login(clerk)
    for response in pages(client, protected.pk):
        assert response.status_code == 200
        body = response.content.decode()
        place = response.request["PATH_INFO"]
        assert [secret for secret in (*SECRETS, "8番地") if secret in body] == [], place


def test_those_who_may_see_everything(client, trusted, protected):
    client.force_login(trusted)
    body = client.get(reverse("addressees:detail", args=[protected.pk])).content.decode()
    assert "秘匿町8番地" in body
    assert "支援措置の対象者です" in body


def test_a_warning_stands_on_the_page(client, clerk, protected):
    client.force_login(clerk)
    for name in ("addressees:detail", "addressees:history"):
        body = client.get(reverse(name, args=[protected.pk])).content.decode()
        assert "支援措置の対象者です" in body


def test_a_household_does_not_tell_of_its_protected_member(clerk, trusted):
    of = Addressee.objects.get(number="0000000008").pk
    member = selectors.person(of, by=clerk, purpose="試験")
    assert selectors.household(member, by=clerk) == []
    member = selectors.person(of, by=trusted, purpose="試験")
    assert [each.number for each in selectors.household(member, by=trusted)] == ["0000000003"]


def test_lists_and_exports_are_masked(clerk, trusted):
    everyone = Addressee.objects.order_by("number")
    hidden, shown, _ = selectors.masked_rows(everyone, clerk)
    assert not any(secret in repr(hidden) for secret in SECRETS)
    assert "例示町" in shown.address
    assert "秘匿町" in next(iter(selectors.masked_rows(everyone, trusted))).address
    assert "秘匿町" not in repr(next(iter(selectors.masked_rows(everyone, None))))


def test_the_room_hides_what_the_kernel_names():
    romaji = {column.name: column.romaji for column in RESIDENT_COLUMNS}
    assert {romaji[FIELDS[field]] for field in PROTECTED_FIELDS} == set(PROTECTED_COLUMNS)
    address_parts = {"address_municipality_code", "town_code", "city", "town", "house_number"}
    in_no_view = {"former_municipality_code"}
    assert set(HIDDEN_IN_VIEW) == (PROTECTED_FIELDS - address_parts - in_no_view) | {"address"}
    assert in_no_view.isdisjoint(field.name for field in fields(AddresseeView))


def test_every_reading_is_audited(client, clerk, protected):
    """S05."""
    client.force_login(clerk)
    client.get(reverse("addressees:detail", args=[protected.pk]))
    client.get(reverse("addressees:history", args=[protected.pk]))
    events = AuditEvent.objects.filter(account=clerk, subjects=[protected.pk])
    assert {event.action for event in events} == {"addressee.read", "addressee.history"}
    assert all(event.purpose for event in events)
    assert not any("秘匿" in str(event.detail) for event in events)


def test_what_a_protected_person_once_was_is_hidden_too(clerk, trusted, protected):
    entries = selectors.history(protected.pk, by=clerk)
    assert entries[0].changes == (("住所_番地号表記", "（非表示）", "（非表示）"),)
    assert not any(secret in repr(entries) for secret in SECRETS)
    assert ("住所_番地号表記", "2番地3", "8番地") in selectors.history(protected.pk, by=trusted)[0].changes
