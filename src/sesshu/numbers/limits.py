"""How many numbers one person may search or be shown in a while (against trying numbers out)."""

from __future__ import annotations

from django.db import connection

from sesshu.kernel import clock
from sesshu.numbers import refusals
from sesshu.numbers.callers import Caller
from sesshu.protection import tenancy

SPAN = 600  # seconds
ALLOWED = {"search": 20, "reveal": 60}

_SPEND = """
INSERT INTO numbers_attempt (municipality_code, client, actor, operation, span, count)
VALUES (%s, %s, %s, %s, %s, 1)
ON CONFLICT (municipality_code, client, actor, operation, span)
DO UPDATE SET count = numbers_attempt.count + 1 RETURNING count
"""


def spend(by: Caller, operation: str) -> None:
    """Count one. :raises Refusal: beyond what is allowed in :data:`SPAN`; the count is kept all the same."""
    span = int(clock.now().timestamp()) // SPAN
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, [tenancy.current(), by.client, by.actor, operation, span])
        (count,) = cursor.fetchone() or (0,)
    if count > ALLOWED[operation]:
        raise refusals.too_many()
