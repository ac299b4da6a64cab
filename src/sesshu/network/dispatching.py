"""Takes the outbox to the institutions: in batches, each institution by itself, until acknowledged.

A letter is removed only after the other side has acknowledged it; after a crash in between it is sent again,
and the other side answers as it did the first time. An institution that does not answer is left alone for a
while that doubles, and holds up nobody else. One dispatcher at a time serves an institution.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from sesshu.kernel import clock
from sesshu.network import acknowledging, core, core_keys, outbox
from sesshu.network.choices import Sort
from sesshu.network.dispatch_peers import peer_of
from sesshu.network.models import Institution, Outgoing, Route
from sesshu.protocol import peers
from sesshu.protocol.points import reach

BATCH = 200
_LATE = 5_000
PATHS = {
    Sort.CODE: "/network/codes",
    Sort.PERMIT: "/network/permits",
    Sort.CORRECTION: "/network/corrections",
}
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=10)
_LOCK = 0x5E55_0012
_log = logging.getLogger(__name__)


def due() -> list[str]:
    """Institutions that have letters and are not to be left alone now."""
    now = clock.now()
    waiting = Outgoing.objects.values("institution").distinct()
    found = Institution.objects.filter(pk__in=waiting, is_active=True)
    return sorted(found.filter(Q(route=None) | Q(route__next_at__lte=now)).values_list("pk", flat=True))


def drop_late() -> int:
    """Take back permits that nobody may take in any more; how many."""
    with core.acting():
        late = Outgoing.objects.select_for_update(skip_locked=True).filter(expires_at__lte=clock.now())
        rows = list(late[:_LATE])
        acknowledging.give_up(rows)
        return len(rows)


def run_once() -> int:
    """One round without a loop: what is late, then all that is due; how many letters were settled."""
    return drop_late() + sum(map(deliver, due()))


def deliver(code: str) -> int:
    """Send all letters of one institution; how many were settled. Does nothing while another serves it."""
    done = 0
    with _alone(code) as mine:
        if not mine:
            return 0
        try:
            for sort in Sort:
                while batch := _next(code, sort):
                    done += _send(code, sort, batch)
        except peers.Unreachable as trouble:
            _leave_alone(code, str(trouble))
        else:
            Route.objects.filter(pk=code).delete()
    return done


def _next(code: str, sort: Sort) -> list[Outgoing]:
    rows = Outgoing.objects.filter(institution_id=code, sort=sort)
    return list(rows.order_by("queued_at", "pk")[:BATCH])


def _send(code: str, sort: Sort, batch: Sequence[Outgoing]) -> int:
    institution = Institution.objects.get(pk=code)
    with core.acting():
        texts = _texts(batch)
    _hand_over(institution, sort, batch, texts)
    return len(batch)


def _texts(rows: Sequence[Outgoing]) -> list[str]:
    master = core_keys.master()
    return [outbox.text_of(row, master) for row in rows]


def _hand_over(institution: Institution, sort: Sort, rows: Sequence[Outgoing], texts: Sequence[str]) -> None:
    """A batch that is refused as a whole is sent letter by letter, so that one does not spoil the others."""
    reach("network.dispatch.sending")
    try:
        answers = _answers(peer_of(institution.address).post(PATHS[sort], list(texts)), len(rows))
    except peers.Refused as refused:
        if _is_door(refused):
            raise peers.Unreachable(f"HTTP {refused.status} {refused.code}") from None
        if len(rows) > 1:
            for row, text in zip(rows, texts, strict=True):
                _hand_over(institution, sort, [row], [text])
            return
        answers = [{"state": "refused", "refusal": refused.code}]
    reach("network.dispatch.sent")
    with core.acting():
        acknowledging.settle(rows, answers)
        reach("network.dispatch.settling")


def _is_door(refused: peers.Refused) -> bool:
    """It is us, or the door, that is refused, not a letter: nothing is lost by trying again later."""
    return refused.status in (401, 403, 404, 405, 408, 429)


def _answers(said: Any, count: int) -> list[dict[str, Any]]:
    if not isinstance(said, list) or len(said) != count or not all(isinstance(each, dict) for each in said):
        raise peers.Unreachable("unreadable answer")
    return said


def _leave_alone(code: str, trouble: str) -> None:
    held = Route.objects.filter(pk=code).first()
    attempts = (held.attempts if held else 0) + 1
    pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 16), LONGEST_PAUSE)
    _log.warning("institution %s does not take its letters: %s", code, trouble[:60])
    Route.objects.update_or_create(
        pk=code, defaults={"attempts": attempts, "next_at": clock.now() + pause, "error": trouble[:60]}
    )


@contextmanager
def _alone(code: str) -> Iterator[bool]:
    """A lock of this connection, which PostgreSQL gives up when the process dies."""
    name = [_LOCK, int(code) % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", name)
        ((mine,),) = cursor.fetchall()
    try:
        yield mine
    finally:
        if mine and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", name)
