"""Deletion of what the core may keep no longer (番号法23条, 21条の2第3項).

Records are removed by the database's owner alone, what served its time by the dispatcher too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sesshu.kernel import clock
from sesshu.kernel.dates import months_after, reach
from sesshu.network.models import Acquisition, Corrected, Ending, Record, Reply
from sesshu.protection import audit

YEARS = 7  # 番号法施行令29条
SERVED_FOR = timedelta(days=30)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Expired:
    """How many rows went."""

    records: int
    endings: int
    corrections: int
    replies: int
    acquisitions: int


def expire() -> Expired:
    """Remove records of seven years ago and before with all that hangs on them, and what served its time."""
    now = clock.now()
    first_kept = first_kept_day(now.date())
    old = Record.objects.filter(asked_at__lt=datetime.combine(first_kept, time.min, clock.TOKYO))
    done = Expired(
        endings=Ending.objects.filter(record__in=old)._raw_delete("default"),
        corrections=Corrected.objects.filter(record__in=old)._raw_delete("default"),
        replies=forget_replies(),
        records=old._raw_delete("default"),
        acquisitions=forget_numbers(),
    )
    detail = {"before": first_kept.isoformat()}
    audit.record("network.expired", by=None, count=done.records, detail=detail)
    return done


def forget_replies() -> int:
    """Remove the permits kept for repeated requests whose time is over; the records stay."""
    return Reply.objects.filter(until__lt=clock.now()).delete()[0]


def forget_numbers() -> int:
    """Remove the digests of 取得番号 that served (番号法21条の2第3項)."""
    return Acquisition.objects.filter(at__lt=clock.now() - SERVED_FOR).delete()[0]


def first_kept_day(today: date) -> date:
    """The first day whose records stay: a period begins on the day after the event (民法140条, 143条)."""
    day = months_after(today, -12 * YEARS)
    while reach(day, years=YEARS) >= today:  # the last day of the period of what happened the day before
        day -= _DAY
    return day
