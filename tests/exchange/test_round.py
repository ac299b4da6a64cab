"""One inquiry goes round, and every message of it may be lost, doubled or late (M02, M03, controls 46-53)."""

from __future__ import annotations

import pytest

from sesshu.intermediate.models import Provision

from .cities import FIELDS, ISE, KOFU, Exchange
from .conftest import HERE, THERE
from .wires import DELAY, DOUBLE, LOSE, LOSE_ANSWER

MESSAGES = 5  # permits asked, permit brought, answer, two outcomes


def check(exchange: Exchange, processing: str) -> None:
    """Answered once with what is permitted, and recorded once at all three."""
    found = exchange.result(ISE, processing)
    assert found["state"] == "answered", found
    assert [each["lot"] for each in found["records"]] == ["L1", "L2"]
    assert all(set(each) == set(FIELDS) for each in found["records"])
    for city, number, side in ((ISE, HERE, "inquirer"), (KOFU, THERE, "provider")):
        (entry,) = exchange.records(city, number)
        assert (entry["side"], entry["event"], entry["count"]) == (side, "provided", 2)
    assert len(exchange.of(KOFU, Provision)) == 1
    (record,) = exchange.core_records()
    assert sorted((each.side, each.result) for each in record.endings.all()) == [
        ("inquirer", "provided"),
        ("provider", "provided"),
    ]
    assert exchange.quiet()


def test_a_child_s_doses_come_from_her_former_city(child: Exchange) -> None:
    """M01, M02, M03, M07, M14"""
    before = len(child.wires.passed)
    processing = child.inquire(ISE, HERE, KOFU)["processing_number"]
    child.settle()
    check(child, processing)
    assert len(child.wires.passed) - before == MESSAGES


@pytest.mark.parametrize("fault", [LOSE, LOSE_ANSWER, DOUBLE, DELAY])
@pytest.mark.parametrize("place", range(MESSAGES))
def test_each_message_may_be_lost_doubled_or_late(child: Exchange, fault: str, place: int) -> None:
    """M02, M03: whichever message it befalls, the inquiry ends as without the fault."""
    processing = child.inquire(ISE, HERE, KOFU)["processing_number"]
    child.wires.faults.extend([""] * place + [fault])
    child.settle()
    while child.wires.late:
        child.wires.arrive_late(0)
    child.settle()
    check(child, processing)
