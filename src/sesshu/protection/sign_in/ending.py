"""Commands that end sessions: by time, one by one, or all of an account."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.sign_in import limits, lockout
from sesshu.protection.sign_in.models import Session
from sesshu.protection.tenancy import acting_for

SWEPT_AT_ONCE = 50


def by_time(row: Session, why: limits.End) -> None:
    """End a session that has passed a limit; written to the log once, whoever comes first."""
    account = Account.objects.filter(pk=row.account_id or 0).first()
    token = audit.terminal.set(row.terminal)
    try:
        with acting_for(account.municipality_id if account else ""):
            ended, _ = Session.objects.filter(session_key=row.session_key).delete()
            if ended and account is not None:
                audit.record("session.end", by=account, detail={"why": why.value})
    finally:
        audit.terminal.reset(token)


def sweep() -> int:
    """End the sessions whose browser never came back; called at sign-in. How many it ended."""
    Session.objects.filter(account_id=None, expire_date__lt=clock.instant()).delete()
    lockout.forget_old()
    rows = list(Session.objects.filter(limits.passed()).exclude(account_id=None)[:SWEPT_AT_ONCE])
    for row in rows:
        by_time(row, limits.over(row) or limits.End.OVERALL)
    return len(rows)


@transaction.atomic
def end_one(*, account: Account, key: str, by: Account) -> bool:
    """End one session of an account; whether there was one.

    :param key: the digest that the table knows, never the cookie.
    """
    ended, _ = Session.objects.filter(account_id=account.pk, session_key=key).delete()
    if ended:
        audit.record("session.end", by=by, detail={"why": "by-hand", "account": account.pk})
    return bool(ended)


@transaction.atomic
def end_all(*, account: Account, by: Account | None, why: str, but: str = "") -> int:
    """End every session of an account, except the one with the digest ``but``. How many there were."""
    ended, _ = of(account).exclude(session_key=but).delete()
    audit.record("session.end", by=by, detail={"why": why, "account": account.pk, "ended": ended})
    return ended


@transaction.atomic
def surplus(*, account: Account, key: str) -> int:
    """End what an account has beyond :data:`limits.MOST`, the ones used longest ago first. How many.

    :param key: the digest of the session that begins now and stays.
    """
    others = of(account).exclude(session_key=key)
    beyond = [row.session_key for row in others[limits.MOST - 1 :]]
    if not beyond:
        return 0
    ended, _ = Session.objects.filter(session_key__in=beyond).delete()
    audit.record("session.end", by=account, detail={"why": "surplus", "account": account.pk, "ended": ended})
    return ended


def of_everybody(account: Account) -> int:
    """End the sessions of every account of the city but ``account``, who asks. How many accounts."""
    staff = Account.objects.filter(municipality_id=account.municipality_id).exclude(pk=account.pk)
    signed_in = Session.objects.exclude(limits.passed()).values("account_id")
    found = list(staff.filter(pk__in=signed_in))
    for each in found:
        end_all(account=each, by=account, why="by-administrator")
    return len(found)


def of(account: Account) -> QuerySet[Session]:
    """The live sessions of an account, the one used last first."""
    live = Session.objects.filter(account_id=account.pk).exclude(limits.passed())
    return live.order_by("-seen_at")
