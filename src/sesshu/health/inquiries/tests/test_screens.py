"""The screens of 照会: what a clerk sees and presses, and who may (M02, S02, control 56)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.numbers_double import Door

from sesshu.addressees.models import ProtectiveMeasure
from sesshu.health.inquiries.models import Inquiry
from sesshu.health.inquiries.tests.invented import FORMER, MR, TODAY, VARICELLA, moved_in, turn
from sesshu.health.ledger import services as ledger
from sesshu.health.ledger.models import Dose
from sesshu.health.ledger.panels import _panels
from sesshu.kernel import clock
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.roles import Role
from sesshu.protection.services import open_account


def text(answer: Any) -> str:
    return str(answer.content.decode())


def ask_former(desk: Client, pk: int, **headers: str) -> Any:
    return desk.post(reverse("inquiries:ask-former", args=[pk]), headers=headers)


def test_m02_from_the_ledger_to_the_dose(door: Door, desk: Client) -> None:
    who = moved_in()
    page = text(desk.get(reverse("ledger:ledger", args=[who.pk])))
    assert "甲府市" in page
    assert "前住所地へ照会" in page
    at_once = text(ask_former(desk, who.pk, **{"HX-Request": "true"}))
    assert "送信待ち" in at_once
    assert "every 3s" in at_once
    door.answers[who.number] = [MR, VARICELLA]
    turn()
    waited = text(desk.get(reverse("inquiries:person-state", args=[who.pk])))
    assert "回答あり" in waited
    assert "every 3s" not in waited
    inquiry = Inquiry.objects.get()
    shown = text(desk.get(reverse("inquiries:detail", args=[inquiry.pk])))
    assert "新しい記録2件をすべて登録" in shown
    done = desk.post(reverse("inquiries:take-new", args=[inquiry.pk]), follow=True)
    assert "新しい記録2件を台帳に登録しました" in text(done)
    assert Dose.objects.count() == 2
    assert "情報照会による登録（甲府市" in text(desk.get(reverse("ledger:ledger", args=[who.pk])))
    event = AuditEvent.objects.get(action="inquiry.ask")
    assert (event.purpose, event.subjects) == ("exchange", [who.pk])


def test_the_ledger_page_costs_one_question_more(door: Door, desk: Client) -> None:
    who = moved_in()
    ask_former(desk, who.pk)
    address = reverse("ledger:ledger", args=[who.pk])

    def cost() -> int:
        desk.get(address)
        with CaptureQueriesContext(connection) as queries:
            desk.get(address)
        return len(queries)

    with_panel = cost()
    held = _panels.pop("inquiries")
    try:
        assert with_panel == cost() + 1
    finally:
        _panels["inquiries"] = held


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"provider": FORMER}, "照会する情報を選んでください"),
        ({"kind": "gossip", "provider": FORMER}, "正しく選択"),
        ({"kind": "vaccination"}, "照会先を選んでください"),
        ({"kind": "vaccination", "provider": "津市"}, "照会先を選んでください"),
        ({"kind": "medical-benefit", "provider": FORMER}, "照会できません"),
        ({"kind": "vaccination", "provider": FORMER, "starts_on": "2026-02-31"}, "対象期間"),
        ({"kind": "vaccination", "provider": FORMER, "starts_on": "2026-02-01", "ends_on": "2026-01-01"},
         "終わりが始まりより前"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(door: Door, desk: Client, given: dict[str, str], words: str) -> None:
    answer = desk.post(reverse("inquiries:new", args=[moved_in().pk]), given)
    assert words in text(answer)
    assert not Inquiry.objects.exists()


def test_one_finds_the_institution_as_one_types(door: Door, desk: Client) -> None:
    found = text(desk.post(reverse("inquiries:institutions"), {"kind": "vaccination", "text": "コウフ"}))
    assert "甲府市" in found
    assert "津市" not in found
    insurers = text(desk.post(reverse("inquiries:institutions"), {"kind": "medical-benefit", "text": "見本"}))
    assert "見本健康保険組合" in insurers
    nobody = text(desk.post(reverse("inquiries:institutions"), {"kind": "vaccination", "text": "見本健康"}))
    assert "該当する照会先はありません" in nobody


def test_without_scripts_the_form_searches_too(door: Door, desk: Client) -> None:
    address = reverse("inquiries:new", args=[moved_in(former_municipality_code="").pk])
    shown = text(desk.post(address, {"kind": "vaccination", "text": "津", "search": "1"}))
    assert "津市" in shown
    assert not Inquiry.objects.exists()


def test_a_refusal_is_a_sentence_with_buttons(door: Door, desk: Client) -> None:
    who = moved_in()
    ask_former(desk, who.pk)
    door.answers[who.number] = "no_person"
    turn()
    inquiry = Inquiry.objects.get()
    shown = text(desk.get(reverse("inquiries:detail", args=[inquiry.pk])))
    assert "照会先に該当する方がいません" in shown
    assert "別の市区町村へ照会する" in shown
    assert "もう一度照会する" in shown
    listed = text(desk.get(reverse("inquiries:list"), {"view": "refused"}))
    assert "該当する方がいません" in listed
    desk.post(reverse("inquiries:close", args=[inquiry.pk]), {"closing": "paper"})
    inquiry.refresh_from_db()
    assert (inquiry.state, inquiry.closing) == ("closed", "paper")


def test_an_inquiry_for_an_exemption_shows_its_basis_and_its_answer(door: Door, desk: Client) -> None:
    who = moved_in()
    form = text(desk.get(reverse("inquiries:new", args=[who.pk])))
    assert "30条3号ニ" in form
    desk.post(reverse("inquiries:new", args=[who.pk]), {"kind": "local-tax", "provider": FORMER})
    door.answers[who.number] = [{"fiscal_year": "令和8年度", "taxed": "非課税"}]
    turn()
    inquiry = Inquiry.objects.get()
    shown = text(desk.get(reverse("inquiries:detail", args=[inquiry.pk])))
    assert "令和8年度" in shown
    assert "台帳には登録しません" in shown
    desk.post(reverse("inquiries:close", args=[inquiry.pk]))
    inquiry.refresh_from_db()
    assert inquiry.closing == "decided"


def test_the_list_is_searched_by_post_and_counts_its_views(door: Door, desk: Client) -> None:
    ask_former(desk, moved_in().pk)
    ask_former(desk, moved_in("0000000102", "別人　太郎").pk)
    door.answers["0000000101"] = "no_code"
    turn()
    found = text(
        desk.post(reverse("inquiries:list"), {"view": "refused", "q": "見本"}, headers={"HX-Request": "true"})
    )
    assert "見本　花子" in found
    assert "別人" not in found
    listed = text(desk.get(reverse("inquiries:list")))
    assert "別人　太郎" in listed
    subjects = AuditEvent.objects.filter(action="inquiry.list").order_by("pk").first()
    assert subjects is not None
    assert len(subjects.subjects) == 1


def test_a_page_that_waits_is_recorded_once_and_asks_less_often_in_time(door: Door, desk: Client) -> None:
    who = moved_in()
    ask_former(desk, who.pk)
    address = reverse("inquiries:detail", args=[Inquiry.objects.get().pk])
    panel = reverse("inquiries:person-state", args=[who.pk])
    again = {"HX-Request": "true"}
    assert "every 3s" in text(desk.get(address))
    assert "every 3s" in text(desk.get(address, headers=again))
    Inquiry.objects.update(asked_at=clock.now() - timedelta(minutes=11))
    assert "every 60s" in text(desk.get(address, headers=again))
    assert "every 60s" in text(desk.get(panel, headers=again))
    assert AuditEvent.objects.filter(action="inquiry.read").count() == 1
    turn()
    assert desk.get(address, headers=again).headers["HX-Refresh"] == "true"
    desk.get(address)
    assert AuditEvent.objects.filter(action="inquiry.read").count() == 2


def test_movers_are_counted_before_they_are_asked_about(door: Door, desk: Client) -> None:
    for number in range(3):
        moved_in(f"000000020{number}")
    address = reverse("inquiries:movers")
    period = {"since": "R8.11.1", "until": "R8.11.22"}
    shown = text(desk.get(address, period))
    assert "3人について照会する" in shown
    assert not Inquiry.objects.exists()
    asked = desk.post(address, {"since": "2026-11-01", "until": "2026-11-22"})
    assert asked.status_code == 302
    progress = text(desk.get(asked.headers["Location"], headers={"HX-Request": "true"}))
    assert "0 / 3人" in progress
    turn()
    progress = text(desk.get(asked.headers["Location"], headers={"HX-Request": "true"}))
    assert "すべての照会が終わりました" in progress
    wrong = desk.get(address, {"since": "2026-11-22", "until": "2026-11-01"})
    assert "より前です" in text(wrong)


def test_s02_who_may_not_ask_finds_no_such_page(door: Door, ise: Any) -> None:
    who = moved_in()
    counter = open_account(
        login="counter", name="窓口", municipality=ise, roles=[Role.COUNTER], password="x" * 16
    )
    client = Client()
    client.force_login(counter)
    assert ask_former(client, who.pk).status_code == 404
    assert client.get(reverse("inquiries:list")).status_code == 404
    assert "前住所地へ照会" not in text(client.get(reverse("ledger:ledger", args=[who.pk])))


def test_control_56_only_from_a_designated_terminal(door: Door, desk: Client, settings: Any) -> None:
    from sesshu.health.inquiries import panel
    from sesshu.protection.terminals.models import Terminal

    who = moved_in()
    request = desk.get(reverse("ledger:ledger", args=[who.pk])).wsgi_request
    request.terminal = Terminal(kind="office")
    shown = panel.panel(request, who.pk)
    assert "この端末からは照会できません" in shown
    assert "前住所地へ照会" not in shown
    from sesshu.health.inquiries.asking_views import ask_former as view

    request.method = "POST"
    assert view(request, pk=who.pk).status_code == 403
    assert not Inquiry.objects.exists()


def test_under_a_protective_measure_the_former_place_is_hidden(door: Door, desk: Client, ise: Any) -> None:
    who = moved_in()
    ProtectiveMeasure.objects.create(addressee=who, starts_on=TODAY, recorded_at=clock.now())
    ask_former(desk, who.pk)
    inquiry = Inquiry.objects.get()
    for address in (
        reverse("ledger:ledger", args=[who.pk]),
        reverse("inquiries:detail", args=[inquiry.pk]),
        reverse("inquiries:list") + "?view=pending",
    ):
        assert "甲府市" not in text(desk.get(address)), address
    leader = open_account(
        login="leader", name="係長", municipality=ise, password="x" * 16,
        roles=[Role.PROGRAMME, Role.NUMBERS, Role.PROTECTED],
    )  # fmt: skip
    client = Client()
    client.force_login(leader)
    assert "甲府市" in text(client.get(reverse("inquiries:detail", args=[inquiry.pk])))


def test_what_a_clerk_can_press_depends_on_what_was_provided(door: Door, desk: Client) -> None:
    who = moved_in()
    ledger.record_dose(
        addressee=who, by=None, at=clock.now(), vaccine="MR", date=date(2025, 4, 10), lot_number="OTHER"
    )
    ask_former(desk, who.pk)
    door.answers[who.number] = [MR, VARICELLA | {"administered_on": "昨年の春"}]
    turn()
    address = reverse("inquiries:detail", args=[Inquiry.objects.get().pk])
    shown = text(desk.get(address))
    assert "接種台帳に手で入力してください" in shown
    assert 'value="take">登録する' not in shown
    assert shown.count("別の接種として登録する") == 1
    row = Inquiry.objects.get().received.order_by("place")[0]
    decision = {"decision": "take", "reason": "二回とも受けている"}
    said = desk.post(reverse("inquiries:decide", args=[row.pk]), decision, follow=True)
    assert "台帳に登録しました" in text(said)


def test_decisions_are_pressed(door: Door, desk: Client, asker: Account) -> None:
    who = moved_in()
    ask_former(desk, who.pk)
    door.answers[who.number] = [MR, VARICELLA]
    turn()
    first, second = Inquiry.objects.get().received.order_by("place")
    said = desk.post(reverse("inquiries:decide", args=[first.pk]), {"decision": "take"}, follow=True)
    assert "台帳に登録しました" in text(said)
    said = desk.post(reverse("inquiries:decide", args=[second.pk]), {"decision": "leave"}, follow=True)
    assert "登録しない理由を入力してください" in text(said)
    said = desk.post(reverse("inquiries:decide", args=[second.pk]), {"decision": "burn"}, follow=True)
    assert "読み取れませんでした" in text(said)
    said = desk.post(
        reverse("inquiries:decide", args=[first.pk]), {"decision": "undo", "reason": "別人"}, follow=True
    )
    assert "処理を取り消しました" in text(said)
    assert Dose.objects.get().void_reason == "別人"
