"""A process dies at every point that there is, and all ends as if it had not (M02, M03, control 46)."""

from __future__ import annotations

from collections import Counter

import pytest

from sesshu.intermediate import correcting
from sesshu.intermediate.models import Person, Provision, Record
from sesshu.network.models import Corrected

from .cities import FIELDS, ISE, KOFU, Exchange, content
from .conftest import HERE, RESIDENT, THERE
from .points import SOURCES, all_points
from .wires import Killed

# Points of the vault, the city and of whole files are died at by tests of their own rooms.
ELSEWHERE = {
    "numbers.codes.": "numbers/exchange/tests/test_acquiring.py",
    "numbers.acquisitions.": "numbers/exchange/tests/test_acquiring.py",
    "numbers.invalidations.": "numbers/exchange/tests/test_acquiring.py",
    "numbers.exchange": "numbers/exchange/tests/test_dying.py",
    "inquiries.": "health/inquiries/tests/test_inquiries.py",
    "replicas.": "health/replicas/tests/test_dying.py",
    "replica-file.": "intermediate/tests/test_replicas.py",
    "inquiry-file.": "intermediate/tests/test_inquiry_files.py",
}
HERE_POINTS = sorted(name for name in all_points() if not name.startswith(tuple(ELSEWHERE)))


def test_no_point_is_forgotten() -> None:
    """Those of other rooms stand in tests that set the hook."""
    assert len(HERE_POINTS) > 30
    for beginning, path in ELSEWHERE.items():
        text = (SOURCES / path).read_text(encoding="utf-8")
        assert any(name.startswith(beginning) for name in all_points()), beginning
        assert [word for word in ("points", "hook") if word not in text] == [], path


class Story:
    """Everything that the core and two intermediate servers do, each step such that it may be said again."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.processing = ""

    def told(self, act: object) -> object:
        """``numbers`` says it again where nobody answered."""
        assert callable(act)
        try:
            return act()
        except Killed:
            return act()

    def run(self) -> None:
        exchange = self.exchange
        for city, number in ((ISE, HERE), (KOFU, THERE)):
            self.told(lambda city=city, number=number: exchange.acquire(city, number, RESIDENT))
        exchange.refresh(ISE)
        exchange.put(KOFU, THERE, "d1", **content("L1"))
        exchange.settle()
        self.processing = exchange.inquire(ISE, HERE, KOFU, "r-story")["processing_number"]
        exchange.settle()
        exchange.wires.alive(ISE, self.correct)
        exchange.settle()
        exchange.ask(KOFU, "/fgu/invalidate", integrated_numbers=[THERE])
        exchange.settle()
        assert exchange.refresh(ISE)

    def correct(self) -> None:
        record = Record.objects.get(event="provided")
        clerk = self.exchange.clerk(ISE)
        correcting.correct(record, field="legal_basis", after="訂正後", reason="誤記", by=clerk)

    def check(self) -> None:
        exchange = self.exchange
        found = exchange.result(ISE, self.processing)
        assert (found["state"], [each["lot"] for each in found["records"]]) == ("answered", ["L1"])
        assert set(found["records"][0]) == set(FIELDS)
        events = {city: Counter(each.event for each in exchange.of(city, Record)) for city in (ISE, KOFU)}
        assert events[ISE] == {"asked": 1, "provided": 1, "corrected": 1}
        assert events[KOFU] == {"asked": 1, "provided": 1, "corrected": 1}
        assert len(exchange.of(KOFU, Provision)) == 1
        (record,) = exchange.core_records()
        assert {each.side: each.result for each in record.endings.all()} == {
            "inquirer": "provided", "provider": "provided",
        }  # fmt: skip
        assert exchange.as_core(Corrected.objects.count) == 1
        assert [bool(each.sealed_code) for each in exchange.of(KOFU, Person)] == [False]
        assert exchange.quiet()


def test_without_a_crash_every_point_here_is_passed(exchange: Exchange) -> None:
    story = Story(exchange)
    story.run()
    story.check()
    assert set(exchange.wires.reached) == set(HERE_POINTS)


@pytest.mark.parametrize("point", HERE_POINTS)
def test_a_crash_at_a_point_loses_and_doubles_nothing(exchange: Exchange, point: str) -> None:
    exchange.wires.dies_at = point
    story = Story(exchange)
    story.run()
    assert exchange.wires.died == point
    story.check()
