"""How long a session lives: 60 minutes without anything done, 12 hours in all (S01; NIST SP 800-63B AAL2)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from django.db.models import Q

from sesshu.kernel import clock
from sesshu.protection.sign_in.models import Session

IDLE = timedelta(minutes=60)
OVERALL = timedelta(hours=12)
WARNED_BEFORE = timedelta(minutes=5)
# Of one account at the same time: a desk, a counter, a meeting room and some to spare.
MOST = 5
# A click need not write each time; the idle end may come this much early, never late.
NOTED_EVERY = timedelta(seconds=60)


class End(StrEnum):
    """Why a session ended by itself."""

    IDLE = "idle"
    OVERALL = "overall"


def over(row: Session) -> End | None:
    """Which limit the session has passed, if any."""
    now = clock.instant()
    if now - row.opened_at >= OVERALL:
        return End.OVERALL
    return End.IDLE if now - row.seen_at >= IDLE else None


def passed() -> Q:
    """The condition of the sessions that have passed a limit."""
    now = clock.instant()
    return Q(opened_at__lte=now - OVERALL) | Q(seen_at__lte=now - IDLE) | Q(expire_date__lte=now)


def note_use(row: Session) -> None:
    """The person did something: counted once a minute, in a statement of its own."""
    now = clock.instant()
    if now - row.seen_at >= NOTED_EVERY:
        row.seen_at = now
        Session.objects.filter(session_key=row.session_key).update(seen_at=now)
