"""A crash between any two steps: begun again, everything has happened once (M02, M03)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from sesshu.intermediate import outbox
from sesshu.intermediate.models import Inquiry, Outbox, Provision, Record
from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.world import Core, Other
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import points
from sesshu.protocol.messages import Permit


class Killed(BaseException):
    """The process is gone at this point."""


@pytest.fixture(autouse=True)
def _no_hook() -> Iterator[None]:
    yield
    points.hook = None


class Story:
    """One inquiry of ours and one provision, step by step; any step may be done again."""

    def __init__(self, core: Core, other: Other) -> None:
        self.core, self.other = core, other
        self.asked = world.inquiry(1)
        self.permit: Permit = core.permit(code=world.code(1))
        self.shown = {name: world.record()[name] for name in world.PERMITTED}

    def run(self) -> None:
        (self.accepted,) = world.inquire(self.asked)
        self.core.post("/network/permits", [self.core.signed(self.permit)])
        self.restart()
        ours = self.core.permits[self.accepted["processing_number"]]
        self.other.bring(self.other.answer(ours, [self.shown], at=1_800_000_000))
        self.restart()

    def restart(self) -> None:
        """A dispatcher begins: what a dead one had in hand is free, what failed is due again."""
        with acting_for(world.ISE):
            outbox.release_all()
        world.dispatch()

    def check(self) -> None:
        processing = self.accepted["processing_number"]
        inquiry = Inquiry.objects.get(processing_number=processing)
        provision = Provision.objects.get(permit=self.permit.jti)
        assert (inquiry.state, provision.state) == ("answered", "delivered")
        (found,) = world.results(processing)
        assert found["records"] == [self.shown]
        events = Counter(
            Record.objects.filter(permit__in=(inquiry.permit, self.permit.jti)).values_list("side", "event")
        )
        assert events == {("inquirer", "provided"): 1, ("provider", "asked"): 1, ("provider", "provided"): 1}
        told = {(each["permit"], each["side"], each["result"]) for each in self.core.outcomes}
        assert (inquiry.permit, "inquirer", "provided") in told
        assert (self.permit.jti, "provider", "provided") in told
        assert Outbox.objects.count() == 0


@pytest.fixture
def story(core: Core, other: Other) -> Any:
    world.get_codes(core, 1)
    world.put_replicas((1, "d1", world.record()))
    return lambda: Story(core, other)


def points_of(story: Story) -> list[str]:
    """Every point on the way, in order, repeats included."""
    reached: list[str] = []
    points.hook = reached.append
    story.run()
    points.hook = None
    return reached


def test_a_crash_at_any_point_loses_and_doubles_nothing(story: Any) -> None:
    first = story()
    reached = points_of(first)
    first.check()
    steps = {f"{kind}.{step}" for kind in ("permit", "answer", "outcome") for step in (
        "claimed", "made", "sent", "settled"
    )}  # fmt: skip
    assert steps | {"answering.begun", "answering.made"} <= set(reached)
    for position in range(len(reached)):
        again = story()
        left = position

        def die(name: str) -> None:
            nonlocal left
            if left == 0:
                left = -1
                raise Killed(name)
            left -= 1

        points.hook = die
        with pytest.raises(Killed):
            again.run()
        points.hook = None
        again.run()
        again.check()


def test_a_message_that_was_lost_on_the_way_back_is_known_the_second_time(
    story: Any, core: Core, other: Other
) -> None:
    """The other side has it and we do not know: it is sent again, and counts once."""
    told = story()
    lost: list[str] = []

    def lose(name: str) -> None:
        if name.endswith(".sent") and name not in lost:
            lost.append(name)
            raise Killed(name)

    points.hook = lose
    for _ in range(6):
        try:
            told.run()
        except Killed:
            continue
    points.hook = None
    assert set(lost) == {"permit.sent", "answer.sent", "outcome.sent"}
    told.check()
    assert len([raw for raw in other.raw if told.permit.jti in raw]) == 2
