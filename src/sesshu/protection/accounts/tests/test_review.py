"""S04, control 31: the list of ids and rights is reviewed; what nobody confirms in time is locked."""

from datetime import timedelta

import pytest

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.accounts import review, usage
from sesshu.protection.accounts.asking import NotAllowed
from sesshu.protection.accounts.choices import Decision
from sesshu.protection.accounts.models import Campaign, Grant, ReviewItem
from sesshu.protection.accounts.tests.conftest import TODAY
from sesshu.protection.actions import Action
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.roles import Role

DEADLINE = TODAY + timedelta(days=10)


def fresh(account):
    return Account.objects.get(pk=account.pk)


def item_of(account):
    return ReviewItem.objects.get(grant__account=account)


@pytest.fixture
def clerk(member):
    return member("clerk", Role.COUNTER)


@pytest.fixture
def other_manager(member):
    return member("other-manager", Role.MANAGER)


@pytest.fixture
def campaign(clerk, manager, other_manager):
    with clock.fixed(TODAY - timedelta(days=3)):
        audit.record("ledger.read", by=clerk)
    return review.start(name="令和8年度", deadline=DEADLINE, by=manager)


def test_s04_a_review_lists_every_right_with_its_last_use(campaign, clerk, manager):
    assert {item.grant.account for item in review.items(campaign)} >= {clerk, manager}
    assert item_of(clerk).last_used.date() == TODAY - timedelta(days=3)
    assert item_of(manager).last_used is None
    with pytest.raises(NotAllowed, match="終わっていない棚卸し"):
        review.start(name="もう一つ", deadline=DEADLINE, by=manager)


def test_s04_who_confirms_confirms_others_rights_only(campaign, clerk, manager, other_manager):
    review.keep(item_of(clerk), by=manager)
    with pytest.raises(NotAllowed, match="自分の権限"):
        review.keep(item_of(manager), by=manager)
    with pytest.raises(NotAllowed, match="権限がありません"):
        review.keep(item_of(manager), by=clerk)
    review.keep(item_of(manager), by=other_manager)
    assert item_of(clerk).decided_by == manager
    assert review.waiting_for(manager) == 1
    assert review.waiting_for(other_manager) == 0


def test_s04_what_the_review_withdraws_is_withdrawn_at_once(campaign, clerk, manager):
    with pytest.raises(NotAllowed, match="理由"):
        review.end(item_of(clerk), by=manager, reason=" ")
    assert fresh(clerk).may(Action.LEDGER_READ)
    review.end(item_of(clerk), by=manager, reason="担当を離れた")
    assert not fresh(clerk).may(Action.LEDGER_READ)
    assert Grant.objects.get(account=clerk).withdraw_reason == "棚卸し：担当を離れた"


def test_s04_overdue_rights_are_locked_though_no_job_ran_and_a_late_confirmation_frees_them(
    campaign, clerk, manager, other_manager
):
    review.keep(item_of(manager), by=other_manager)
    with clock.fixed(DEADLINE):
        assert fresh(clerk).may(Action.LEDGER_READ)
    with clock.fixed(DEADLINE + timedelta(days=1)):
        assert not fresh(clerk).may(Action.LEDGER_READ)
        assert fresh(manager).may(Action.ACCOUNTS_REVIEW)
        review.keep(item_of(clerk), by=fresh(manager))
        assert fresh(clerk).may(Action.LEDGER_READ)


def test_s04_the_job_notes_the_lock_once(campaign, manager):
    assert review.lock_overdue() == 0
    with clock.fixed(DEADLINE + timedelta(days=1)):
        assert review.lock_overdue() == 3
        assert review.lock_overdue() == 0
    assert AuditEvent.objects.filter(action="accounts.review.lock").count() == 1


def test_s04_the_report_is_signed_and_what_was_left_is_gone_for_good(campaign, clerk, manager, other_manager):
    with pytest.raises(NotAllowed, match="未確認"):
        review.sign_off(campaign, by=manager, note="よし")
    review.keep(item_of(manager), by=other_manager)
    review.keep(item_of(other_manager), by=manager)
    with clock.fixed(DEADLINE + timedelta(days=1)):
        assert review.sign_off(campaign, by=fresh(manager), note="点検した") == 1
        assert Grant.objects.get(account=clerk).withdrawn_at
        with pytest.raises(NotAllowed, match="締めています"):
            review.keep(item_of(manager), by=fresh(other_manager))
    signed = Campaign.objects.get()
    assert (signed.signed_by, signed.sign_note) == (manager, "点検した")
    assert item_of(clerk).decision == Decision.WITHDRAWN
    assert review.start(name="次", deadline=DEADLINE + timedelta(days=400), by=manager)


def test_s04_rights_not_used_in_ninety_days_are_told(clerk, member):
    idle = member("idle", Role.COUNTER)
    Grant.objects.filter(account__in=(clerk, idle))
    with clock.fixed(TODAY + timedelta(days=95)):
        audit.record("ledger.read", by=clerk)
        found = {right.grant.account: right for right in usage.unused_rights()}
        assert found[idle].whole
        assert not found[clerk].whole
        assert "接種台帳を見る" not in found[clerk].unused
        assert "接種記録を登録・訂正する" in found[clerk].unused
        assert idle in usage.unused_accounts()
        assert clerk not in usage.unused_accounts()
    assert usage.unused_rights() == [], "held for less than ninety days"
