"""Which entries of the outbox go next, and what became of those that went."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from sesshu.health.replicas.choices import State
from sesshu.health.replicas.models import OutboxEntry
from sesshu.protection.tenancy import current

AT_ONCE = 1000
# A sender that has not come back by then is taken for dead, and its entries go again.
_LOST_AFTER = timedelta(minutes=10)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
# What a message is made of; whole rows of four tables would take twice the time.
_NEEDED = (
    "kind", "priority", "sequence", "attempts",
    *(f"addressee__{name}" for name in (
        "number", "name", "name_kana", "sex", "birth_date", "prefecture", "city", "town", "house_number",
        "building", "merged_into__number",
    )),
    "record__record_id",
    *(f"record__dose__{name}" for name in (
        "programme", "reported_dose_number", "date", "vaccine", "maker", "lot_number", "volume_ml", "route",
        "site", "provider_name", "doctor",
    )),
)  # fmt: skip
# A person with an entry under way, or put off, waits whole: nothing overtakes but the flags that protect,
# and they not the number without which nobody there knows whom they are about.
# Nor is a record put while these, or the undoing of a 名寄せ, have been refused.
_CLAIM = """
    WITH held AS MATERIALIZED (
        SELECT addressee_id, kind FROM replicas_outboxentry
        WHERE municipality_code = %(city)s AND (
            (state = 'sending' AND claimed_at > %(lost)s) OR (state = 'waiting' AND next_at > %(now)s))
    ), unsafe AS MATERIALIZED (
        SELECT addressee_id FROM replicas_outboxentry
        WHERE municipality_code = %(city)s AND state = 'refused' AND kind IN ('flags', 'part')
    ), due AS (
        SELECT id FROM replicas_outboxentry
        WHERE municipality_code = %(city)s
            AND ((state = 'waiting' AND (next_at IS NULL OR next_at <= %(now)s))
                OR (state = 'sending' AND claimed_at <= %(lost)s))
            AND addressee_id NOT IN (SELECT addressee_id FROM held WHERE kind = 'assign')
            AND (kind = 'flags' OR addressee_id NOT IN (SELECT addressee_id FROM held))
            AND (kind <> 'put' OR addressee_id NOT IN (SELECT addressee_id FROM unsafe))
        ORDER BY priority, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
    )
    UPDATE replicas_outboxentry o SET state = 'sending', claimed_at = %(now)s, attempts = attempts + 1
    FROM due WHERE o.id = due.id RETURNING o.id
"""


def claim(*, at: datetime, most: int = AT_ONCE) -> list[OutboxEntry]:
    """Take the next entries, in the order in which they must arrive. The caller commits before it sends."""
    values: dict[str, Any] = {"city": current(), "now": at, "lost": at - _LOST_AFTER, "most": most}
    with connection.cursor() as cursor:
        # One claim at a time: of two at once the second would not yet see whom the first has taken.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"replicas.claim {current()}"])
        cursor.execute(_CLAIM, values)
        ids = [row[0] for row in cursor.fetchall()]
    found = OutboxEntry.objects.filter(municipality_code=current(), pk__in=ids)
    return list(
        found.select_related("addressee__merged_into", "record__dose")
        .only(*_NEEDED)
        .order_by("priority", "pk")
    )


def sent(ids: Iterable[int], *, at: datetime) -> None:
    """These arrived."""
    _of(ids).update(state=State.SENT, sent_at=at, message="")


def refused(ids: Iterable[int], message: str) -> None:
    """The other side said no; sending the same again helps only after something was put right."""
    _of(ids).update(state=State.REFUSED, message=message[:200])


def put_off(entries: Iterable[OutboxEntry], message: str, *, at: datetime) -> None:
    """No answer: again later, and later each time."""
    by_attempts: dict[int, list[int]] = {}
    for entry in entries:
        by_attempts.setdefault(entry.attempts, []).append(entry.pk)
    for attempts, ids in by_attempts.items():
        pause = min(_FIRST_WAIT * 2 ** min(attempts, 10), _LONGEST_WAIT)
        _of(ids).update(state=State.WAITING, next_at=at + pause, message=message[:200])


def _of(ids: Iterable[int]) -> QuerySet[OutboxEntry]:
    return OutboxEntry.objects.filter(municipality_code=current(), pk__in=list(ids), state=State.SENDING)
