"""Who is to leave: an announced end of office, of the section's rights or of a contract lies ahead.

Told to the rules of the log (:mod:`sesshu.protection.trail`), which look harder at what such a person reads.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q

from sesshu.kernel import clock
from sesshu.protection.accounts.choices import NarrowingKind
from sesshu.protection.accounts.models import Grant, Narrowing
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

# The log is looked at after the act, at midnight on the next day.
_LATE = timedelta(days=1)
# A contract's end has been known from its beginning; it tells of leaving only when it is near.
NEAR = timedelta(days=30)


def is_leaving(account: int) -> bool:
    """Whether a retirement or transfer of the account lies ahead, or it or its contract ends within
    :data:`NEAR`. On the last day itself it still does; whoever has gone is leaving no more.
    """
    today = clock.today() - _LATE
    return _announced(account, today) or _ends_soon(account, today)


def _announced(account: int, today: date) -> bool:
    """A transfer that was put off or taken back has been followed by another narrowing or grant."""
    ahead = Q(kind=NarrowingKind.RETIREMENT, on__gte=today) | Q(kind=NarrowingKind.TRANSFER, on__gt=today)
    last = (
        Narrowing.objects.filter(municipality_code=current(), account=account)
        .exclude(kind=NarrowingKind.SUSPENSION)
        .filter(ahead)
        .order_by("-pk")
        .first()
    )
    return last is not None and not _kept_on(account, last)


def _kept_on(account: int, announced: Narrowing) -> bool:
    """Whether the account was given rights beyond that day since: it stays, or will be needed there."""
    later = Q(ends_on__isnull=True) | Q(ends_on__gt=announced.on)
    given = Grant.objects.filter(
        later, account=account, granted_at__gt=announced.recorded_at, withdrawn_at__isnull=True
    )
    return given.exclude(starts_on__gt=announced.on - timedelta(days=1)).exists()


def _ends_soon(account: int, today: date) -> bool:
    near = (today, clock.today() + NEAR)
    contract = Q(profile__contract__ends_on__range=near) | Q(profile__contract__ended_on__range=near)
    found = Account.objects.filter(municipality_id=current(), pk=account)
    return found.filter(Q(serves_until__range=near) | contract).exists()
