"""S02, S04: the screens of accounts: who sees them, and of whom; they cost no more for many accounts."""

import argparse
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sesshu.kernel import clock
from sesshu.kernel.command import Refused
from sesshu.protection.accounts import cli, review
from sesshu.protection.accounts.models import AuthorityRequest, Grant
from sesshu.protection.accounts.tests.conftest import TODAY
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
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
