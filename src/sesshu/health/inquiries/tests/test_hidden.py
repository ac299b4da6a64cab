"""Where one under a 支援措置 lived before is shown to nobody without the right to see it (S07)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.numbers_double import Door

from sesshu.addressees.models import Addressee, ProtectiveMeasure
from sesshu.health.inquiries.models import Inquiry
from sesshu.health.inquiries.tests.invented import FORMER, KOFU, MR, TODAY, moved_in, turn
from sesshu.health.ledger.models import Dose
from sesshu.kernel import clock
from sesshu.kernel.masking import HIDDEN
from sesshu.protection.roles import Role
from sesshu.protection.services import open_account


@pytest.fixture
def who() -> Addressee:
    """One who moved in from Kofu and is protected."""
    found = moved_in()
    ProtectiveMeasure.objects.create(addressee=found, starts_on=TODAY, recorded_at=clock.now())
    return found


@pytest.fixture
def leader(ise: Any) -> Client:
    """The browser of one who may see what is protected."""
    roles = [Role.PROGRAMME, Role.NUMBERS, Role.PROTECTED]
    client = Client()
    client.force_login(
        open_account(login="leader", name="係長", municipality=ise, password="x" * 16, roles=roles)
    )
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def names_kofu(shown: str) -> bool:
    return "甲府" in shown or KOFU in shown


def test_the_form_offers_the_former_municipality_to_nobody_else(
    door: Door, desk: Client, leader: Client, who: Addressee
) -> None:
    address = reverse("inquiries:new", args=[who.pk])
    shown = text(desk.get(address))
    assert not names_kofu(shown)
    assert "「前住所地へ照会」から行えます" in shown
    assert names_kofu(text(leader.get(address)))


def test_what_one_types_does_not_find_it(door: Door, desk: Client, leader: Client, who: Addressee) -> None:
    other = moved_in("0000000102", "別人　太郎")
    for person in (who, other):
        desk.post(reverse("inquiries:ask-former", args=[person.pk]))

    def listed(client: Client, words: str) -> list[str]:
        found = client.post(reverse("inquiries:list"), {"view": "pending", "q": words})
        return [name for name in ("見本　花子", "別人　太郎") if name in text(found)]

    assert listed(desk, "甲府") == ["別人　太郎"]
    assert listed(desk, "見本") == ["見本　花子"]
    assert listed(leader, "甲府") == ["見本　花子", "別人　太郎"]


def test_no_message_names_it(door: Door, desk: Client, who: Addressee) -> None:
    address = reverse("inquiries:ask-former", args=[who.pk])
    desk.post(address)
    again = text(desk.post(address, headers={"HX-Request": "true"}))
    assert "済んでいます" in again
    assert not names_kofu(again)
    assert not names_kofu(text(desk.post(address, follow=True)))
    values = {"kind": "local-tax", "provider": FORMER}
    assert not names_kofu(text(desk.post(reverse("inquiries:new", args=[who.pk]), values, follow=True)))


def test_that_it_is_the_own_city_is_not_said(door: Door, desk: Client, who: Addressee) -> None:
    Addressee.objects.filter(pk=who.pk).update(former_municipality_code="242039")
    said = desk.post(reverse("inquiries:ask-former", args=[who.pk]), follow=True)
    assert "自分の市区町村" not in text(said)
    assert not Inquiry.objects.exists()


def test_the_ledger_does_not_tell_who_provided_a_dose(door: Door, desk: Client, who: Addressee) -> None:
    desk.post(reverse("inquiries:ask-former", args=[who.pk]))
    door.answers[who.number] = [MR | {"provider": None}]
    turn()
    inquiry = Inquiry.objects.get()
    desk.post(reverse("inquiries:take-new", args=[inquiry.pk]))
    taken = Dose.objects.get()
    assert taken.provider_name == ""
    assert inquiry.processing_number in taken.note
    assert not names_kofu(text(desk.get(reverse("ledger:ledger", args=[who.pk]))))


def test_the_address_that_was_provided_is_hidden(
    door: Door, desk: Client, leader: Client, who: Addressee
) -> None:
    desk.post(reverse("inquiries:new", args=[who.pk]), {"kind": "residence", "provider": FORMER})
    provided = {
        "name": who.name,
        "address": "甲府市見本町1-2",
        "household_head": "見本　一郎",
        "relation": "子",
    }
    door.answers[who.number] = [provided]
    turn()
    address = reverse("inquiries:detail", args=[Inquiry.objects.get().pk])
    shown = text(desk.get(address))
    assert "提供された情報" in shown
    assert not names_kofu(shown)
    assert "見本　一郎" not in shown
    assert "見本　一郎" in text(leader.get(address))


def test_a_count_of_one_does_not_tell_it(door: Door, desk: Client, leader: Client, who: Addressee) -> None:
    address = reverse("inquiries:movers")
    period = {"since": "2026-11-10", "until": "2026-11-10"}
    shown = text(desk.get(address, period))
    assert "1人について照会する" in shown
    assert HIDDEN in shown
    assert not names_kofu(shown)
    assert names_kofu(text(leader.get(address, period)))
