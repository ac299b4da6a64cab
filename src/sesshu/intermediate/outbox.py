"""What is to be sent: put in the transaction of what it tells of, claimed, sent, gone when acknowledged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection

from sesshu.intermediate import bulk
from sesshu.intermediate.choices import OutboxKind
from sesshu.intermediate.models import Correspondent, Outbox
from sesshu.intermediate.sealing import Cabinet
from sesshu.kernel import clock
from sesshu.protection import tenancy

CHANNEL, WORK, REFRESH = "intermediate", "work", "refresh"
CORE = ""
BATCH = 200
# Longer than a door may take to answer; a dispatcher that died gives its messages up by this.
CLAIMED = timedelta(seconds=60)
_SHORTEST, _LONGEST = timedelta(milliseconds=100), timedelta(minutes=10)
# From one (peer, kind) to the next along the index, however many messages wait for each.
_OUTLOOK = """
    WITH RECURSIVE lane AS (
        (SELECT peer, kind, next_at FROM intermediate_outbox WHERE municipality_code = %(city)s
            ORDER BY peer, kind, next_at LIMIT 1)
        UNION ALL
        SELECT further.* FROM lane, LATERAL (
            SELECT peer, kind, next_at FROM intermediate_outbox
            WHERE municipality_code = %(city)s AND (peer, kind) > (lane.peer, lane.kind)
            ORDER BY peer, kind, next_at LIMIT 1) AS further)
    SELECT lane.peer, kind, greatest(next_at, retry_at) FROM lane
    LEFT JOIN intermediate_correspondent AS door
        ON door.peer = lane.peer AND door.municipality_code = %(city)s
"""
# Where the first is to go alone, it alone; else all that need not.
_CLAIM = """
    WITH free AS (
        SELECT id, alone FROM intermediate_outbox
        WHERE municipality_code = %(city)s AND peer = %(peer)s AND kind = %(kind)s AND next_at <= %(at)s
        ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
    ), first AS (SELECT id, alone FROM free ORDER BY id LIMIT 1)
    UPDATE intermediate_outbox AS held SET next_at = %(until)s, attempts = attempts + 1
    FROM free, first
    WHERE held.id = free.id AND (free.id = first.id OR NOT (free.alone OR first.alone))
    RETURNING held.*
"""
_REACHED = """
    INSERT INTO intermediate_correspondent AS door
        (municipality_code, peer, failures, retry_at, last_error, reached_at)
    VALUES (%(city)s, %(peer)s, 0, NULL, '', %(at)s)
    ON CONFLICT (municipality_code, peer) DO UPDATE
        SET failures = 0, retry_at = NULL, last_error = '', reached_at = excluded.reached_at
    WHERE door.failures > 0 OR door.reached_at IS NULL
        OR door.reached_at < excluded.reached_at - interval '1 second'
"""


def put(
    kind: OutboxKind, messages: Iterable[tuple[str, str, bytes | None]], box: Cabinet | None = None
) -> None:
    """Messages as (peer, key, body); a body is sealed. What stands there already is left alone."""
    at = clock.now()
    rows = [
        Outbox(
            kind=kind,
            peer=peer,
            key=key,
            sealed=box.seal(body, "outbox", kind, key) if box is not None and body is not None else None,
            made_at=at,
            next_at=at,
        )
        for peer, key, body in messages
    ]
    if rows:
        bulk.insert(rows, once=True)
        wake()


def wake(*, refresh: bool = False) -> None:
    """Tell the dispatcher, when this transaction commits, that there is work.

    :param refresh: the list is out of step; it is to be fetched now.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, REFRESH if refresh else WORK])


def body(row: Outbox, box: Cabinet) -> bytes:
    """What :func:`put` was given."""
    return box.open(row.sealed or b"", "outbox", row.kind, row.key)


def outlook() -> dict[tuple[str, str], datetime]:
    """From when on the first message of each (peer, kind) may go."""
    with connection.cursor() as cursor:
        cursor.execute(_OUTLOOK, {"city": tenancy.current()})
        return {(peer, kind): at for peer, kind, at in cursor.fetchall()}


def rests(peer: str) -> bool:
    """Whether this door is left alone for now."""
    held = Correspondent.objects.filter(municipality_code=tenancy.current(), peer=peer)
    return bool(held.filter(retry_at__gt=clock.now()).exists())


def claim(peer: str, kind: str) -> list[Outbox]:
    """Up to :data:`BATCH` messages for one peer, in their order; none that another sender has in hand."""
    at = clock.now()
    values = {
        "city": tenancy.current(), "peer": peer, "kind": str(kind), "at": at, "until": at + CLAIMED,
        "most": BATCH,
    }  # fmt: skip
    return sorted(Outbox.objects.raw(_CLAIM, values), key=lambda row: int(row.pk))


def release_all() -> None:
    """At the start of the one dispatcher: what a dead one had in hand, or put off, is due."""
    ahead = Outbox.objects.filter(municipality_code=tenancy.current(), next_at__gt=clock.now())
    ahead.update(next_at=clock.now())


def done(rows: Iterable[Outbox]) -> None:
    """Acknowledged: they go."""
    Outbox.objects.filter(pk__in=[row.pk for row in rows]).delete()


def release(rows: Sequence[Outbox]) -> None:
    """Claimed and not sent: free at once."""
    Outbox.objects.filter(pk__in=[row.pk for row in rows]).update(next_at=clock.now())


def again(rows: Sequence[Outbox], *, alone: bool = False) -> None:
    """Not acknowledged: later, each after a pause that grows with its attempts."""
    for attempts in {row.attempts for row in rows}:
        chosen = [row.pk for row in rows if row.attempts == attempts]
        values = {"next_at": clock.now() + pause(attempts - 1)}
        Outbox.objects.filter(pk__in=chosen).update(**values | ({"alone": True} if alone else {}))


def pause(failures: int) -> timedelta:
    """0.1 s, 0.2 s, 0.4 s … at most ten minutes."""
    return min(_SHORTEST * (1 << min(failures, 20)), _LONGEST)


def reached(peer: str) -> None:
    """The door answered; noted once a second."""
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, {"city": tenancy.current(), "peer": peer, "at": clock.now()})


def unreachable(peer: str, error: str) -> None:
    """It did not: nothing is sent there for a while."""
    held, _ = Correspondent.objects.get_or_create(municipality_code=tenancy.current(), peer=peer)
    held.failures += 1
    held.retry_at, held.last_error = clock.now() + pause(held.failures + 2), error[:200]
    held.save(update_fields=["failures", "retry_at", "last_error"])
