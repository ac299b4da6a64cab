"""The dispatcher of one intermediate server: what is in the outbox goes out, answers are made, time passes.

Woken by NOTIFY when something is committed, and once a second besides. One dispatcher works at a time; a
second one waits until the first is gone.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial

import psycopg
from django.db import DatabaseError, close_old_connections, connection

from sesshu.intermediate import answering, expiring, outbox, place, refreshing, sending
from sesshu.intermediate.lanes import Lanes
from sesshu.kernel import clock
from sesshu.protection.tenancy import acting_for

POLL = 1.0  # seconds, where no notice comes
SHORTEST = 0.01  # seconds between two looks at what is to be sent again
REFRESH = 300.0  # seconds between two fetches of list and directory
RETRY = 10.0  # seconds, when a fetch failed
EXPIRE_DAILY = 24 * 3600.0  # seconds
THREADS = 12
_LOCK = 0x5E55_0022
_log = logging.getLogger(__name__)
Named = tuple[tuple[str, ...], Callable[[], int]]


def work_through(code: str) -> int:
    """Do all there is to do now, one thing after another, in this thread; how much was done.

    For the command line and tests; :func:`run` does the same in lanes.
    """
    done = 0
    while count := _within(code, expiring.end_overdue) + _once_through(code):
        done += count
    return done


def _once_through(code: str) -> int:
    return sum(work() for _, work in _lanes(code, _look(code)[0]))


def run(stopped: threading.Event) -> None:
    """Until ``stopped`` is set."""
    code = place.municipality()
    with _listening() as notices:
        if not _be_the_one(notices, stopped):
            return
        with acting_for(code):
            outbox.release_all()
        lanes, slow = Lanes(THREADS, outbox.BATCH), _Slow(code)
        try:
            while not stopped.is_set():
                if _wait(notices, _round(code, lanes, slow)) == outbox.REFRESH:
                    slow.hurry()
        finally:
            lanes.close()


def _round(code: str, lanes: Lanes, slow: _Slow) -> float:
    """Set all going that may have something to do; after how many seconds to look again."""
    try:
        close_old_connections()
        due, pause = _look(code)
        for name, work in [*_lanes(code, due), *slow.due()]:
            lanes.want(name, work)
        return pause
    except DatabaseError as error:  # the next round tries again
        connection.close()
        _log.error("a round failed: %s", type(error).__name__)
        return POLL


def _look(code: str) -> tuple[list[tuple[str, str]], float]:
    """(peer, kind) with something to send now, and after how many seconds there may be more."""
    with acting_for(code):
        outlook, now = outbox.outlook(), clock.now()
    ahead = [max(SHORTEST, (at - now).total_seconds()) for at in outlook.values() if at > now]
    return [each for each, at in outlook.items() if at <= now], min([POLL, *ahead])


def _lanes(code: str, due: Iterable[tuple[str, str]]) -> list[Named]:
    """A lane of a peer stands beside those of all others."""
    return [
        (("answer",), partial(_within, code, answering.answer_some)),
        *(((peer, kind), partial(_send, code, peer, kind)) for peer, kind in sorted(due)),
    ]


def _within(code: str, act: Callable[[], int]) -> int:
    with acting_for(code):
        return act()


def _send(code: str, peer: str, kind: str) -> int:
    with acting_for(code):
        if outbox.rests(peer):
            return 0
    return sending.send(peer, kind)


class _Slow:
    """What is done once a second, every few minutes or once a day."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._refresh_at = self._delete_at = self._refreshed_at = self._end_at = 0.0

    def hurry(self) -> None:
        """Refresh now, unless that was done a moment ago."""
        self._refresh_at = min(self._refresh_at, self._refreshed_at + RETRY)

    def due(self) -> list[Named]:
        found: list[Named] = []
        now = time.monotonic()
        if now >= self._end_at:
            self._end_at = now + POLL
            found.append((("overdue",), partial(_within, self._code, expiring.end_overdue)))
        if now >= self._refresh_at:
            self._refresh_at, self._refreshed_at = now + RETRY, now
            found.append((("refresh",), self._refresh))
        if now >= self._delete_at:
            self._delete_at = now + EXPIRE_DAILY
            found.append((("delete",), self._delete))
        return found

    def _refresh(self) -> int:
        if refreshing.refresh():
            self._refresh_at = time.monotonic() + REFRESH
        return 0

    def _delete(self) -> int:
        with acting_for(self._code):
            expiring.delete_expired()
        return 0


def _listening() -> psycopg.Connection[tuple[object, ...]]:
    settings = connection.settings_dict
    made = psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=settings["NAME"],
        autocommit=True,
    )
    made.execute("LISTEN intermediate")  # outbox.CHANNEL
    return made


def _be_the_one(notices: psycopg.Connection[tuple[object, ...]], stopped: threading.Event) -> bool:
    while not stopped.is_set():
        (taken,) = notices.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone() or (False,)
        if taken:
            return True
        stopped.wait(POLL)
    return False


def _wait(notices: psycopg.Connection[tuple[object, ...]], pause: float) -> str:
    """Until there is news, or so many seconds; what was said."""
    said = [notice.payload for notice in notices.notifies(timeout=pause, stop_after=1)]
    return outbox.REFRESH if outbox.REFRESH in said else outbox.WORK
