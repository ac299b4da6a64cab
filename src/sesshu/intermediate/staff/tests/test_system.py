"""システム管理: batches, what is unsent, statistics, notices, deletion; nobody's data in any of it (M10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
import pytest
from django.test import Client

from sesshu.intermediate import state
from sesshu.intermediate.models import ExpiryRun, Inquiry, Notice, Outbox, Record
from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.world import Core
from sesshu.kernel import clock
from sesshu.protection.accounts import defining
from sesshu.protection.models import AuditEvent
from sesshu.protection.roles import Role

SignIn = Callable[..., Client]
OPERATOR = Role.EXCHANGE_OPERATOR


def test_what_does_not_get_through_is_told_with_what_to_do(core: Core, sign_in: SignIn) -> None:
    operator = sign_in(OPERATOR)
    assert "まだどこにも接続していません" in operator.get("/exchange/system/").content.decode()
    core.broken = lambda path: httpx.Response(503, json={"error": "away", "message": "x"})
    world.get_codes(core, 1)
    world.inquire(world.inquiry(1))
    world.dispatch()
    Outbox.objects.update(made_at=clock.now() - timedelta(minutes=11))
    page = operator.get("/exchange/system/").content.decode()
    for said in ("送信が遅れています", "intermediate dispatch", "ネットワーク（コアシステム）", "HTTP 503"):
        assert said in page
    assert world.number(1) not in page
    assert "10分以上届けられない通信" in operator.get("/").content.decode()


def test_statistics_and_batches(core: Core, sign_in: SignIn) -> None:
    operator = sign_in(OPERATOR)
    assert "12か月の利用はありません" in operator.get("/exchange/system/statistics/").content.decode()
    assert "一括照会はまだありません" in operator.get("/exchange/system/batches/").content.decode()
    world.put_replicas((1, "dose-1", world.record()))
    world.get_codes(core, 1)
    world.inquire(world.inquiry(1))
    assert "提供の求め" in operator.get("/exchange/system/statistics/").content.decode()
    assert "p-ledger" in operator.get("/exchange/system/batches/").content.decode()


def test_the_oldest_month_of_the_statistics_is_whole(core: Core, sign_in: SignIn) -> None:
    world.inquire(world.inquiry(1))
    row = Record.objects.get()
    moments = [
        datetime(2024, 12, 31, 23, 59, 59, tzinfo=clock.TOKYO), datetime(2025, 1, 1, tzinfo=clock.TOKYO),
        datetime(2025, 1, 10, tzinfo=clock.TOKYO), datetime(2025, 1, 31, 12, tzinfo=clock.TOKYO),
    ]  # fmt: skip
    for row.at in moments:
        row.pk = None
        row.save(force_insert=True)
    with clock.fixed(datetime(2026, 1, 31, 9, tzinfo=clock.TOKYO)):
        oldest = state.statistics()[-1]
        assert (oldest["month"], oldest["count"]) == ("2025-01", 3)


def test_a_notice_is_shown_to_all_for_its_days(ise: object, sign_in: SignIn) -> None:
    operator, desk, today = sign_in(OPERATOR), sign_in(Role.EXCHANGE_DESK), clock.today()
    said = {"text": "今夜22時から停止します", "starts_on": str(today), "ends_on": str(today)}
    answer = operator.post("/exchange/system/notices/new/", said, follow=True)
    assert "登録しました" in answer.content.decode()
    assert "今夜22時から停止します" in desk.get("/").content.decode()
    with clock.fixed(today + timedelta(days=1)):
        assert "今夜22時" not in sign_in(Role.EXCHANGE_DECIDER).get("/").content.decode()
    operator.post(f"/exchange/system/notices/{Notice.objects.get().pk}/end/")
    assert "今夜22時" not in desk.get("/").content.decode()
    assert "終了" in operator.get("/exchange/system/notices/").content.decode()
    wrong = said | {"ends_on": str(today - timedelta(days=1))}
    assert operator.post("/exchange/system/notices/new/", wrong).status_code == 400
    assert desk.post("/exchange/system/notices/new/", said).status_code == 404


def test_deletion_is_asked_for_by_name_and_counted(core: Core, sign_in: SignIn) -> None:
    operator = sign_in(OPERATOR)
    page = operator.post("/exchange/system/expiry/run/", follow=True).content.decode()
    assert "保存期間を過ぎた情報はありませんでした" in page
    world.get_codes(core, 1)
    world.inquire(world.inquiry(1))
    Inquiry.objects.update(ended_at=clock.now() - timedelta(days=366), state="refused", refusal="no_code")
    page = operator.post("/exchange/system/expiry/run/", follow=True).content.decode()
    assert "1件を削除しました" in page
    assert ExpiryRun.objects.latest("pk").inquiries == 1
    event = AuditEvent.objects.filter(action="intermediate.expiry").latest("pk")
    assert event.account == operator.account  # type: ignore[attr-defined]
    stale = sign_in(OPERATOR, login="stale", fresh=False)
    assert stale.post("/exchange/system/expiry/run/").headers["Location"].startswith("/sign-in/again/")


@pytest.mark.parametrize("role", [Role.EXCHANGE_DESK, Role.EXCHANGE_RECORDS, Role.MANAGER])
def test_only_who_runs_the_server(ise: object, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    for part in ("", "batches/", "statistics/", "notices/", "expiry/"):
        assert client.get(f"/exchange/system/{part}").status_code == 404
    assert client.post("/exchange/system/expiry/run/").status_code == 404


def test_this_system_offers_its_own_roles(ise: object) -> None:
    offered = set(defining.definitions())
    assert {"exchange-desk", "exchange-decider", "system", "manager", "security", "auditor"} <= offered
    assert not offered & {"counter", "programme", "numbers", "protected"}


def test_the_pages_say_which_system_this_is(ise: object, sign_in: SignIn, settings: object) -> None:
    settings.SYSTEM_NAME = "中間サーバー（情報連携）"  # type: ignore[attr-defined]
    page = sign_in(OPERATOR).get("/").content.decode()
    assert "中間サーバー（情報連携）" in page
    for url in ("/exchange/inquiries/", "/exchange/system/", "/exchange/registrations/"):
        assert f'href="{url}"' in page
    assert 'href="/exchange/records/"' not in page
    assert "/addressees/" not in page


def test_who_saw_a_person_is_asked_by_the_integrated_number(core: Core, sign_in: SignIn) -> None:
    from sesshu.intermediate.staff.relations import PersonRelations

    world.put_replicas((1, "dose-1", world.record()))
    (pk,) = PersonRelations().ids_of(world.number(1))
    assert PersonRelations().facts([pk])[pk].number == world.number(1)
    assert PersonRelations().ids_of(world.number(9)) == []
