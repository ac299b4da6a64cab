"""The dispatcher as it runs: woken by a commit, one at a time, each peer in a lane of its own."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from sesshu.intermediate import dispatching, outbox
from sesshu.intermediate.choices import OutboxKind
from sesshu.intermediate.lanes import Lane, Lanes
from sesshu.intermediate.models import Correspondent
from sesshu.kernel import clock
from sesshu.protection.tenancy import acting_for

ISE = "242039"


def test_a_lane_that_is_wanted_while_it_runs_looks_once_more() -> None:
    begun, go_on, looked = threading.Event(), threading.Event(), []

    def work() -> int:
        looked.append(1)
        begun.set()
        go_on.wait(10)
        return 0

    pool = ThreadPoolExecutor(2)
    lane = Lane(work, pool)
    lane.want()
    assert begun.wait(10)
    lane.want()
    lane.want()
    go_on.set()
    pool.shutdown(wait=True)
    assert len(looked) == 2


def test_a_slow_lane_does_not_hold_up_another() -> None:
    lanes, free, done = Lanes(4), threading.Event(), threading.Event()
    lanes.want("slow", lambda: (free.wait(10), 0)[1])
    lanes.want("quick", lambda: (done.set(), 0)[1])
    assert done.wait(10)
    assert not free.is_set()
    free.set()
    lanes.close()


def test_a_lane_goes_on_after_the_database_was_away(transactional: None) -> None:
    from django.db import OperationalError

    tries: list[int] = []

    def work() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("gone")
        return 0

    pool = ThreadPoolExecutor(1)
    lane = Lane(work, pool)
    lane.want()
    while not tries:
        time.sleep(0.01)
    lane.want()
    pool.shutdown(wait=True)
    assert len(tries) >= 1


@pytest.fixture
def transactional(transactional_db: None) -> None:
    """Other connections see what is committed."""


@pytest.mark.django_db(transaction=True)
def test_a_commit_wakes_the_dispatcher_at_once(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Well under a second from the commit to the sending, with a poll that is far longer."""
    from sesshu.intermediate import refreshing, sending
    from sesshu.protection.services import ensure_municipality

    settings.INTERMEDIATE = ISE
    ensure_municipality(ISE)
    monkeypatch.setattr(dispatching, "POLL", 30.0)
    monkeypatch.setattr(refreshing, "refresh", lambda: True)
    sent: list[float] = []
    seen = threading.Event()

    def send(peer: str, kind: str) -> int:
        with acting_for(ISE):
            rows = outbox.claim(peer, kind)
            outbox.done(rows)
        if rows:
            sent.append(time.monotonic())
            seen.set()
        return len(rows)

    monkeypatch.setattr(sending, "send", send)
    stopped, ended = threading.Event(), threading.Event()

    def run() -> None:
        try:
            dispatching.run(stopped)
        finally:
            connection.close()
            ended.set()

    threading.Thread(target=run, daemon=True).start()
    try:
        _until_listening()
        begun = time.monotonic()
        with acting_for(ISE):
            outbox.put(OutboxKind.OUTCOME, [("", "m1", None)])
        assert seen.wait(20)
        assert sent[0] - begun < 1.0
    finally:
        stopped.set()
        with acting_for(ISE):
            outbox.wake()
        assert ended.wait(30)
        _empty()


def _until_listening() -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s",
                [dispatching._LOCK],
            )
            if cursor.fetchone() == (1,):
                return
    raise AssertionError("no dispatcher took its lock")


def _empty() -> None:
    with acting_for(ISE):
        Correspondent.objects.all().delete()


def test_pauses_grow_and_end() -> None:
    pauses = [outbox.pause(failures).total_seconds() for failures in range(60)]
    assert pauses[:4] == [0.1, 0.2, 0.4, 0.8]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 600


def test_a_door_that_fails_is_left_alone_by_itself(ise: object) -> None:
    with acting_for(ISE):
        outbox.put(OutboxKind.ANSWER, [("https://a", "m1", None), ("https://b", "m2", None)])
        outbox.unreachable("https://a", "away")
        assert outbox.due() == {("https://b", "answer")}
        assert outbox.rests("https://a")
        due = outbox.next_due()
        assert due is not None
        assert due > clock.now()
        outbox.reached("https://a")
        assert len(outbox.due()) == 2


def test_what_one_sender_has_in_hand_no_other_takes(ise: object) -> None:
    with acting_for(ISE):
        outbox.put(OutboxKind.ANSWER, [("https://a", f"m{n}", None) for n in range(250)])
        first, second = outbox.claim("https://a", "answer"), outbox.claim("https://a", "answer")
        assert (len(first), len(second), len(outbox.claim("https://a", "answer"))) == (200, 50, 0)
        outbox.release_all()
        assert len(outbox.claim("https://a", "answer")) == 200
