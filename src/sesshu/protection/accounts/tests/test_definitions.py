"""S02: every action is explained, and no role of the product breaks the separation of duties."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sesshu.protection.accounts import separation, usage
from sesshu.protection.action_words import WORDS
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.purposes import Purpose
from sesshu.protection.roles import Role


def test_every_action_says_what_it_grants():
    assert set(WORDS) == set(Action)
    assert len({label for label, _ in WORDS.values()}) == len(WORDS)
    assert all(len(words) > 12 and words.endswith("。") for _, words in WORDS.values())


@pytest.mark.parametrize("role", Role)
def test_no_role_of_the_product_holds_what_must_be_apart(role):
    assert separation.conflicts(role.actions) == []
    assert role.purposes <= set(Purpose)


def test_the_pairs_that_were_promised_are_apart():
    apart = {frozenset((pair.one, pair.other)) for pair in separation.PAIRS}
    assert frozenset((Action.NUMBER_REVEAL, Action.KEYS_MANAGE)) in apart
    for action in (Action.ADDRESSEE_READ, Action.LEDGER_READ, Action.LISTS_EXPORT, Action.PROTECTED_READ):
        assert frozenset((Action.ROLES_WRITE, action)) in apart
        assert frozenset((Action.AUDIT_REVIEW, action)) in apart
    assert all(pair.one != pair.other for pair in separation.PAIRS)


def test_the_system_administrator_and_the_auditor_see_no_resident():
    for role in (Role.SYSTEM, Role.AUDITOR, Role.SECURITY, Role.MANAGER):
        assert not role.actions & {*separation.RESIDENTS, *separation.NUMBERS}


def test_uses_name_actions_that_are():
    assert set(usage.TRACES) <= set(Action)


def test_a_request_asks_for_the_rights_once(member):
    account = Account.objects.get(pk=member("clerk", *Role).pk)
    with CaptureQueriesContext(connection) as queries:
        answers = [account.may(action) for action in Action for _ in range(3)]
    assert all(answers)
    assert len(queries) == 1


def test_an_unknown_role_gives_nothing(member):
    from sesshu.kernel import clock
    from sesshu.protection.accounts.holding import rights_from

    rights = rights_from([("gone", None, None, None, None, None)], clock.today())
    assert not rights.scopes


def test_no_demo_account_holds_what_must_be_apart():
    from sesshu.demo.installing import ACCOUNTS

    for _, name, roles in ACCOUNTS:
        actions = frozenset().union(*(role.actions for role in roles))
        assert separation.conflicts(actions) == [], name
