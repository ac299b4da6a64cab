"""Who is to leave, and the alert when such a person reads much (S05, "leaving")."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.accounts import asking, deciding, services
from sesshu.protection.accounts.asking import Wanted
from sesshu.protection.accounts.leaving import NEAR, is_leaving
from sesshu.protection.models import Account
from sesshu.protection.roles import Role
from sesshu.protection.tenancy import acting_for
from sesshu.protection.trail import watching
from sesshu.protection.trail.models import Alert

from .conftest import TODAY

Opened = Callable[..., Account]
DAY = timedelta(days=1)


def on(day: date, account: Account) -> bool:
    with clock.fixed(day):
        return is_leaving(account.pk)


def test_nobody_leaves_of_whom_nothing_is_announced(opened: Opened, system: Account) -> None:
    account = opened()
    assert not is_leaving(account.pk)
    services.suspend(account, reason="長期の休み", by=system)
    assert not is_leaving(account.pk)


def test_a_retirement_announced_is_leaving_until_the_last_day(opened: Opened, system: Account) -> None:
    account, last = opened(), TODAY + timedelta(days=120)
    services.retire(account, last_day=last, reason="定年", by=system)
    assert is_leaving(account.pk)
    assert on(last, account)
    assert on(last + DAY, account), "the last day's reading is looked at after midnight"
    assert not on(last + 2 * DAY, account)


def test_a_transfer_announced_is_leaving_until_its_day(
    opened: Opened, system: Account, manager: Account
) -> None:
    account, day = opened(), TODAY + timedelta(days=40)
    services.transfer(account, on=day, section="税務課", reason="人事異動", by=system)
    assert is_leaving(account.pk)
    assert not on(day + DAY, account)


def test_who_is_given_rights_beyond_that_day_stays(opened: Opened, system: Account, manager: Account) -> None:
    account, day = opened(), TODAY + timedelta(days=40)
    services.transfer(account, on=day, section="税務課", reason="人事異動", by=system)
    with clock.fixed(TODAY + DAY):
        asked = asking.ask_to_grant(
            account, wanted=Wanted.of("counter", starts_on=TODAY + DAY), reason="異動の取消し", by=system
        )
        deciding.approve(asked, by=manager)
        assert not is_leaving(account.pk)


def test_the_end_of_a_contract_tells_only_when_it_is_near(opened: Opened, system: Account) -> None:
    end = TODAY + timedelta(days=200)
    contract = services.register_contract(
        company="見本サービス", purpose="入力", starts_on=TODAY, ends_on=end, by=system
    )
    account = opened("contractor", kind="contractor", contract=contract)
    assert not is_leaving(account.pk)
    assert not on(end - NEAR - DAY, account)
    assert on(end - NEAR, account)
    assert on(end, account)
    services.end_contract(contract, last_day=TODAY + timedelta(days=10), reason="打切り", by=system)
    assert is_leaving(account.pk)


def test_another_city_asked_knows_nobody(opened: Opened, system: Account) -> None:
    account = opened()
    services.retire(account, last_day=TODAY + DAY, reason="退職", by=system)
    with acting_for("192015"):
        assert not is_leaving(account.pk)


@pytest.mark.parametrize("leaves", [True, False])
def test_s05_an_alert_is_raised_when_who_leaves_reads_much(
    member: Callable[..., Account], system: Account, leaves: bool
) -> None:
    clerk = member("clerk", Role.COUNTER)
    if leaves:
        services.retire(clerk, last_day=TODAY + timedelta(days=60), reason="定年", by=system)
    for person in range(1000, 1060):
        audit.record("addressee.read", by=clerk, subjects=[person * 7])
    watching.look_at([(clerk.pk, TODAY)])
    raised = set(Alert.objects.filter(account=clerk).values_list("rule", flat=True))
    assert ("leaving" in raised) is leaves
