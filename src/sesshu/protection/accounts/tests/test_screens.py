"""S02, S04: the screens of accounts: who sees them, and of whom; they cost no more for many accounts."""

import argparse
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sesshu.kernel import clock
from sesshu.kernel.command import Refused
from sesshu.protection.accounts import cli, review, services
from sesshu.protection.accounts.models import AuthorityRequest, Grant, Narrowing
from sesshu.protection.accounts.tests.conftest import TODAY
from sesshu.protection.actions import Action
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.roles import Role
from sesshu.protection.services import ensure_municipality, open_account

ROOT = "/administration/accounts"


@pytest.fixture
def stranger(ise):
    return open_account(
        login="kofu", name="甲府 職員", municipality=ensure_municipality("192015"), roles=[Role.COUNTER],
        password="x" * 16,
    )  # fmt: skip


def signed_in(account):
    client = Client()
    client.force_login(account)
    session = client.session
    session["factor_shown_at"] = clock.now().isoformat()
    session.save()
    return client


def test_another_city_s_account_does_not_exist(system, manager, stranger):
    asker = signed_in(system)
    assert "甲府" not in asker.get(f"{ROOT}/").content.decode()
    assert asker.get(f"{ROOT}/{stranger.pk}/").status_code == 404
    for act in ("grant", "narrow", "resume"):
        assert asker.post(f"{ROOT}/{stranger.pk}/{act}/").status_code == 404, act


def test_the_list_asks_as_often_for_fifty_accounts_as_for_one(system, member):
    client = signed_in(system)
    client.get(f"{ROOT}/")

    def asked():
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{ROOT}/")
        return len(queries)

    one = asked()
    for number in range(30):
        member(f"clerk-{number}", Role.COUNTER)
    assert asked() <= one


def test_a_request_is_made_and_decided_on_the_screen(system, manager):
    sent = {
        "kind": "staff", "login": "newcomer", "name": "見本 新人", "section": "健康課", "role": "counter",
        "starts_on": "R8.11.20", "reason": "窓口",
    }  # fmt: skip
    assert signed_in(system).post(f"{ROOT}/new/", sent).status_code == 302
    made = AuthorityRequest.objects.get()
    approver = signed_in(manager)
    assert signed_in(system).post(f"{ROOT}/requests/{made.pk}/decide/", {"approve": "1"}).status_code == 404
    assert approver.post(f"{ROOT}/requests/{made.pk}/decide/", {}).status_code == 400, "a refusal wants words"
    given = approver.post(f"{ROOT}/requests/{made.pk}/decide/", {"approve": "1"}).content.decode()
    assert "登録コード" in given
    account = Account.objects.get(login="newcomer")
    page = approver.get(f"{ROOT}/{account.pk}/").content.decode()
    assert "接種台帳を見る" in page


def test_narrowing_on_the_screen_is_never_one_s_own(system, manager, member):
    clerk = member("clerk", Role.COUNTER)
    asker = signed_in(system)
    own = asker.post(f"{ROOT}/{system.pk}/narrow/", {"what": "suspend", "reason": "x"})
    assert own.status_code == 400
    assert "自分の権限は変えられません" in own.content.decode()
    late = asker.post(f"{ROOT}/{clerk.pk}/narrow/", {"what": "transfer", "reason": "x"})
    assert "日を入力してください" in late.content.decode()
    grant = Grant.objects.get(account=clerk)
    asker.post(f"{ROOT}/grants/{grant.pk}/withdraw/", {"reason": "終了"})
    assert Grant.objects.get(pk=grant.pk).withdrawn_at


def test_why_an_account_was_narrowed_is_on_its_page_and_not_in_the_log(system, manager, member):
    clerk, asker = member("clerk", Role.COUNTER), signed_in(system)
    told = {
        "suspend": ({"reason": "端末の置き忘れ"}, "停止"),
        "transfer": ({"reason": "税務課へ", "on": "R9.4.1", "section": "税務課"}, "異動"),
        "retire": ({"reason": "定年", "on": "R10.3.31"}, "退職"),
    }
    for what, (values, words) in told.items():
        answer = asker.post(f"{ROOT}/{clerk.pk}/narrow/", {"what": what, **values})
        assert answer.status_code == 302, answer.content.decode()
        page = asker.get(f"{ROOT}/{clerk.pk}/").content.decode()
        assert values["reason"] in page
        event = AuditEvent.objects.get(action=f"accounts.{what}")
        row = Narrowing.objects.get(pk=event.detail["narrowing"])
        assert (row.get_kind_display(), row.reason, row.by) == (words, values["reason"], system)
        assert event.detail == {"account": clerk.pk, "narrowing": row.pk, "on": row.on.isoformat()}


def test_what_was_said_of_a_narrowing_stays_said(ise, system, member):
    services.suspend(member("clerk", Role.COUNTER), reason="紛失の連絡", by=system)
    with connection.cursor() as cursor:
        for right in ("UPDATE", "DELETE"):
            cursor.execute("SELECT has_table_privilege('sesshu_app', 'accounts_narrowing', %s)", [right])
            assert cursor.fetchone() == (False,)


def test_a_review_that_locked_everybody_is_opened_from_the_server(ise, member, manager):
    parser = argparse.ArgumentParser()
    cli.add_commands(parser.add_subparsers())
    words = ["accounts", "keep", "--municipality", "242039", "--login", "manager"]
    parsed = parser.parse_args(words)
    with pytest.raises(Refused):
        parsed.handler(parsed)
    review.start(name="棚卸し", deadline=TODAY, by=manager)
    with clock.fixed(TODAY + timedelta(days=1)):
        assert not Account.objects.get(pk=manager.pk).may(Action.ACCOUNTS_REVIEW)
        assert parsed.handler(parsed).data == {"rights": 1}
        assert Account.objects.get(pk=manager.pk).may(Action.ACCOUNTS_REVIEW)
