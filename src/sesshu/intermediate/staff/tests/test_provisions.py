"""提供の確認待ち: what would go where is looked at by two persons, or nothing goes (M12; control 53)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from sesshu.intermediate.choices import ProvisionState
from sesshu.intermediate.models import Opinion, Provision, Record
from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.world import Core, Other
from sesshu.kernel import clock
from sesshu.protection.models import AuditEvent
from sesshu.protection.roles import Role

SignIn = Callable[..., Client]
DESK, DECIDER = Role.EXCHANGE_DESK, Role.EXCHANGE_DECIDER


@pytest.fixture
def waiting(core: Core, other: Other) -> Provision:
    """Kofu asks about person 1, who has 自動応答不可 and one dose."""
    world.get_codes(core, 1)
    world.put_replicas((1, "dose-1", world.record(lot="LOT-SECRET")))
    flag = {"integrated_number": world.number(1), "information": None, "no_auto_reply": True,
            "nondisclosure": False}  # fmt: skip
    world.from_numbers("/dbm/flags", flags=[flag])
    core.post("/network/permits", [core.signed(core.permit(code=world.code(1)))])
    world.dispatch()
    return Provision.objects.get(state=ProvisionState.WAITING)


def address(provision: Provision, act: str = "") -> str:
    return f"/exchange/provisions/{provision.pk}/{act}"


def give(client: Client, provision: Provision, provide: str = "yes", reason: str = "本人に確かめた") -> Any:
    said = {"provide": provide, "reason": reason}
    return client.post(address(provision, "opinion/"), said, follow=True).content.decode()


def on_screen(client: Client, provision: Provision) -> str:
    """The opinion that the page asks to decide on."""
    page = client.get(address(provision)).content.decode()
    decide, send_back = re.findall(r'name="opinion" value="(\d+)"', page)
    assert decide == send_back
    return str(decide)


def in_force() -> str:
    return str(Opinion.objects.get(sent_back_at=None).pk)


def decide(client: Client, provision: Provision, seen: str) -> str:
    said = {"opinion": seen}
    return client.post(address(provision, "decide/"), said, follow=True).content.decode()


def send_back(client: Client, provision: Provision, seen: str, remark: str) -> str:
    said = {"opinion": seen, "remark": remark}
    return client.post(address(provision, "send-back/"), said, follow=True).content.decode()


def test_what_would_be_sent_to_whom_and_why_is_shown_and_logged(waiting: Provision, sign_in: SignIn) -> None:
    desk = sign_in(DESK)
    listing = desk.get("/exchange/provisions/").content.decode()
    assert "甲府市" in listing
    assert world.number(1) in listing
    assert "LOT-SECRET" not in listing
    page = desk.get(address(waiting)).content.decode()
    for words in (
        "甲府市",
        world.number(1),
        "LOT-SECRET",
        "麻しん・風しん",
        world.ROW.legal_basis,
        "ロット番号",
    ):
        assert words in page
    assert "次回は市外" not in page  # an item that the permit does not allow
    events = list(AuditEvent.objects.filter(account=desk.account))  # type: ignore[attr-defined]
    assert {event.action for event in events} == {
        "intermediate.provision-list", "intermediate.provision-read", "intermediate.preview",
    }  # fmt: skip
    assert all(event.subjects == [waiting.person_id] for event in events)


@pytest.mark.parametrize("role", [Role.EXCHANGE_OPERATOR, Role.EXCHANGE_RECORDS, Role.SYSTEM, Role.AUDITOR])
def test_without_the_right_nothing_of_it_exists(waiting: Provision, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    assert client.get("/exchange/provisions/").status_code == 404
    assert client.get(address(waiting)).status_code == 404
    assert client.post(address(waiting, "opinion/"), {"provide": "yes", "reason": "x"}).status_code == 404
    assert "LOT-SECRET" not in client.get("/exchange/inquiries/").content.decode()


def test_two_persons_let_it_go(core: Core, other: Other, waiting: Provision, sign_in: SignIn) -> None:
    desk, decider = sign_in(DESK), sign_in(DECIDER)
    assert "先に、情報連携担当が" in decider.post(address(waiting, "decide/"), follow=True).content.decode()
    assert "決定者に回しました" in give(desk, waiting)
    world.dispatch()
    assert other.answers == {}
    assert desk.post(address(waiting, "decide/")).status_code == 404
    page = decider.get(address(waiting)).content.decode()
    assert "本人に確かめた" in page
    assert "LOT-SECRET" in page
    assert "決定しました" in decide(decider, waiting, on_screen(decider, waiting))
    world.dispatch()
    (answer,) = other.answers.values()
    assert [each["lot"] for each in answer.records] == ["LOT-SECRET"]
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by) == (ProvisionState.DELIVERED, decider.account)  # type: ignore[attr-defined]
    after = desk.get(address(waiting)).content.decode()
    assert "LOT-SECRET" not in after  # nobody has to look at it any more
    assert "送信済み" in desk.get("/exchange/provisions/?show=all").content.decode()


def test_nobody_decides_alone(waiting: Provision, sign_in: SignIn) -> None:
    both = sign_in(DESK, DECIDER)
    give(both, waiting)
    page = both.get(address(waiting)).content.decode()
    assert "提供を承認する" not in page
    assert "自分が確かめた提供は" in decide(both, waiting, in_force())
    assert "自分が確かめた提供は" in send_back(both, waiting, in_force(), "x")
    waiting.refresh_from_db()
    assert waiting.state == ProvisionState.WAITING


def test_withheld_the_other_side_learns_no_reason(
    core: Core, other: Other, waiting: Provision, sign_in: SignIn
) -> None:
    give(sign_in(DESK), waiting, "no", "支援措置の対象")
    decider = sign_in(DECIDER)
    assert "提供しないことに決める" in decider.get(address(waiting)).content.decode()
    decide(decider, waiting, on_screen(decider, waiting))
    world.dispatch()
    (answer,) = other.answers.values()
    assert (answer.records, answer.refusal) == ((), "withheld")
    assert "支援措置" not in answer.model_dump_json()
    assert Record.objects.get(event="refused").actor == decider.account.login  # type: ignore[attr-defined]


def test_sent_back_it_is_looked_at_anew(waiting: Provision, sign_in: SignIn) -> None:
    desk, decider = sign_in(DESK), sign_in(DECIDER)
    give(desk, waiting)
    assert decider.post(address(waiting, "send-back/"), {"remark": ""}).status_code == 400
    send_back(decider, waiting, on_screen(decider, waiting), "副本の日付を確かめてください")
    page = desk.get(address(waiting)).content.decode()
    assert "副本の日付を確かめてください" in page
    assert "決定者に回しました" in give(desk, waiting, "no", "誤りがある")
    assert [each.provide for each in Opinion.objects.order_by("pk")] == [True, False]


@pytest.mark.parametrize("act", ["decide", "send-back"])
def test_an_opinion_that_was_not_on_the_screen_is_not_acted_on(
    waiting: Provision, sign_in: SignIn, act: str
) -> None:
    """Another decider sent it back meanwhile, and the next opinion says the contrary (control 53)."""
    desk, decider = sign_in(DESK), sign_in(DECIDER)
    give(desk, waiting, "no", "支援措置の対象")
    seen = on_screen(decider, waiting)
    send_back(sign_in(DECIDER, login="other"), waiting, seen, "確かめてください")
    give(desk, waiting, "yes", "本人に確かめた")
    for stale in (seen, "", "x"):
        said = {"opinion": stale, "remark": "x"}
        page = decider.post(address(waiting, f"{act}/"), said, follow=True).content.decode()
        assert "もう一度確かめてください" in page
        assert "本人に確かめた" in page
    waiting.refresh_from_db()
    assert waiting.state == ProvisionState.WAITING
    assert Opinion.objects.filter(sent_back_at=None).count() == 1
    assert "決定しました" in decide(decider, waiting, on_screen(decider, waiting))


def test_a_missing_reason_is_asked_for_and_what_was_chosen_stays(waiting: Provision, sign_in: SignIn) -> None:
    answer = sign_in(DESK).post(address(waiting, "opinion/"), {"provide": "no", "reason": " "})
    assert answer.status_code == 400
    assert "理由を入力してください" in answer.content.decode()
    assert re.search(r'value="no"[^>]*\bchecked', answer.content.decode())


def test_what_was_decided_meanwhile_is_told(waiting: Provision, sign_in: SignIn) -> None:
    desk, decider = sign_in(DESK), sign_in(DECIDER)
    give(desk, waiting)
    assert "ほかの人がすでに確かめて" in give(sign_in(DESK, login="second"), waiting)
    seen = on_screen(decider, waiting)
    decide(decider, waiting, seen)
    assert "確認待ちではありません" in decide(decider, waiting, seen)


def test_past_its_time_it_shows_no_content_and_cannot_be_decided(waiting: Provision, sign_in: SignIn) -> None:
    desk, decider = sign_in(DESK), sign_in(DECIDER)
    give(desk, waiting)
    Provision.objects.update(answer_by=clock.now() - timedelta(minutes=1))
    page = desk.get(address(waiting)).content.decode()
    assert "回答期限を過ぎました" in page
    assert "LOT-SECRET" not in page
    assert "回答期限を過ぎている" in decide(decider, waiting, in_force())


def test_a_decision_wants_the_second_factor_just_shown(waiting: Provision, sign_in: SignIn) -> None:
    desk = sign_in(DESK, fresh=False)
    page = desk.get(address(waiting)).content.decode()
    assert "確認して記入する" in page
    assert "決定者に回す</button>" not in page  # nothing typed is lost on the way
    answer = desk.post(address(waiting, "opinion/"), {"provide": "yes", "reason": "x"})
    assert answer.headers["Location"].startswith("/sign-in/again/")
    assert not Opinion.objects.exists()


def test_the_first_screen_says_what_waits_for_whom(waiting: Provision, sign_in: SignIn) -> None:
    desk, decider = sign_in(DESK), sign_in(DECIDER)
    assert "回答期限まで24時間以内 1件" in desk.get("/").content.decode()
    assert "確認待ちの提供はありません" in decider.get("/").content.decode()
    give(desk, waiting)
    assert "回答期限まで24時間以内 1件" in decider.get("/").content.decode()
