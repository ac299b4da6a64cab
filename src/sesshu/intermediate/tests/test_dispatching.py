"""The dispatcher as it runs: woken by a commit, one at a time, each peer in a lane of its own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError

from sesshu.intermediate import outbox
from sesshu.intermediate.choices import OutboxKind
from sesshu.intermediate.lanes import Lane, Lanes
from sesshu.intermediate.models import Outbox
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


class Death(BaseException):
    """The end of a thread."""


@pytest.mark.parametrize("trouble", [OperationalError("甲野"), KeyError("甲野"), Death("甲野")])
def test_a_lane_goes_on_after_whatever_happened(
    db: None, caplog: pytest.LogCaptureFixture, trouble: BaseException
) -> None:
    """What went wrong is in the log by its name; its text may be of a person."""
    tries, second = [], threading.Event()

    def work() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise trouble
        second.set()
        return 0

    pool = ThreadPoolExecutor(1)
    lane = Lane(work, pool)
    lane.want()
    pool.submit(lane.want).result(10)
    assert second.wait(10)
    pool.shutdown(wait=True)
    told = "" if isinstance(trouble, Death) else type(trouble).__name__
    assert told in caplog.text
    assert "甲野" not in caplog.text


def test_pauses_grow_and_end() -> None:
    pauses = [outbox.pause(failures).total_seconds() for failures in range(60)]
    assert pauses[:4] == [0.1, 0.2, 0.4, 0.8]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 600


def test_a_door_that_fails_is_left_alone_by_itself(ise: object) -> None:
    with acting_for(ISE):
        outbox.put(OutboxKind.ANSWER, [("https://a", "m1", None), ("https://b", "m2", None)])
        outbox.unreachable("https://a", "away")
        found, now = outbox.outlook(), clock.now()
        assert found[("https://a", "answer")] > now > found[("https://b", "answer")]
        assert outbox.rests("https://a")
        outbox.reached("https://a")
        assert all(at <= clock.now() for at in outbox.outlook().values())


def test_the_outlook_tells_the_first_of_each_lane(ise: object) -> None:
    wanted = {}
    with acting_for(ISE):
        for peer in ("", "https://a", "https://b"):
            for kind in (OutboxKind.ANSWER, OutboxKind.PERMIT, OutboxKind.OUTCOME):
                outbox.put(kind, [(peer, f"{peer}{n}", None) for n in range(3)])
                first = outbox.claim(peer, kind)[:1]
                outbox.again(first)
                wanted[peer, str(kind)] = Outbox.objects.get(pk=first[0].pk).next_at
        assert outbox.outlook() == wanted


def test_what_one_sender_has_in_hand_no_other_takes(ise: object) -> None:
    with acting_for(ISE):
        outbox.put(OutboxKind.ANSWER, [("https://a", f"m{n}", None) for n in range(250)])
        first, second = outbox.claim("https://a", "answer"), outbox.claim("https://a", "answer")
        assert (len(first), len(second), len(outbox.claim("https://a", "answer"))) == (200, 50, 0)
        outbox.release_all()
        assert len(outbox.claim("https://a", "answer")) == 200
