"""M06: the sender of the 副本 dies between two steps; begun again, each record is told and stands once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from tests.numbers_double import Door

from sesshu.addressees.services import register_unregistered
from sesshu.health.ledger import services as ledger
from sesshu.health.replicas import sending, upkeep
from sesshu.health.replicas.choices import State
from sesshu.health.replicas.models import OutboxEntry
from sesshu.kernel import clock
from sesshu.protocol import points

ISE, TODAY = "242039", date(2026, 11, 22)


class Death(BaseException):
    """The process is gone."""


@pytest.fixture(autouse=True)
def _no_hook() -> Iterator[None]:
    yield
    points.hook = None


@pytest.mark.parametrize("point", ["replicas.claimed", "replicas.told"])
@pytest.mark.parametrize("time", [1, 2])
def test_m06_a_death_between_two_steps_loses_and_doubles_nothing(
    ise: object, door: Door, point: str, time: int
) -> None:
    """The first time the number is told of, the second time the records; both are claimed together."""
    left = time

    def die(name: str) -> None:
        nonlocal left
        left -= name == point
        if left == 0:
            left = -1
            raise Death(name)

    with clock.fixed(TODAY):
        upkeep.rebuild(by=None, at=clock.now(), today=TODAY)
        who = register_unregistered(
            by=None, at=clock.now(),
            values={"name": "見本　花子", "sex": "2", "birth_date": date(2025, 3, 1), "kind": "2"},
        )  # fmt: skip
        ledger.record_dose(addressee=who, vaccine="MR", date=date(2026, 6, 1), by=None, at=clock.now())
        points.hook = die
        if (point, time) == ("replicas.claimed", 2):
            sending.send(ISE)
            ledger.record_dose(addressee=who, vaccine="MR", date=date(2026, 7, 6), by=None, at=clock.now())
        with pytest.raises(Death):
            sending.send(ISE)
    points.hook = None
    with clock.fixed(clock.end_of(TODAY) + timedelta(hours=1)):
        sending.send(ISE)
    assert not OutboxEntry.objects.filter(state=State.WAITING).exists()
    assert len({each["record_id"] for each in door.standing(who.number)}) == len(door.standing(who.number))
    with clock.fixed(TODAY):
        assert upkeep.standing().agrees
