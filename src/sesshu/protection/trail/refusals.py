"""Refusals are logged one by one; a flood is counted, so that nothing is lost and nothing fills up."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import acting_for, current
from sesshu.protection.trail.models import RefusalCount

EACH = 20  # refusals of one account in one minute that are events of their own
_COUNT = """
    INSERT INTO trail_refusalcount (municipality_code, account_id, minute, seen) VALUES (%s, %s, %s, 1)
    ON CONFLICT (municipality_code, account_id, minute) DO UPDATE SET seen = trail_refusalcount.seen + 1
    RETURNING seen
"""


def record(*, by: Account, detail: dict[str, object], result: str) -> None:
    """Write one refusal in a transaction of its own, whatever became of the request's.

    :raises audit.NotRecorded: when it cannot be written.
    """
    with acting_for(by.municipality_id):
        if _count(by, clock.now()) <= EACH:
            audit.record("access.refused", by=by, count=0, detail=detail, result=result)


def _count(by: Account, at: datetime) -> int:
    minute = at.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [current(), by.pk, minute])
        return int(cursor.fetchone()[0])


def flush(code: str) -> int:
    """Log the counts of the minutes that are over; how many refusals were only counted."""
    told = 0
    with acting_for(code), transaction.atomic():
        over = RefusalCount.objects.select_for_update().filter(
            municipality_code=code, minute__lt=clock.now() - timedelta(minutes=2)
        )
        for each in over.select_related("account"):
            if each.seen > EACH:
                detail = {"minute": each.minute.isoformat(), "more": each.seen - EACH}
                audit.record("access.refused-more", by=each.account, count=0, detail=detail, result="refused")
                told += each.seen - EACH
        over.delete()
    return told
