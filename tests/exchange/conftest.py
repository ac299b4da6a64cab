from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from . import cities
from .cities import ISE, KOFU, Exchange

RESIDENT = "12345678903"
HERE, THERE = "900000000000001", "900000000000002"  # the child's integrated number in Ise and in Kofu


@pytest.fixture
def exchange(db: None, settings: Any) -> Iterator[Exchange]:
    """A core and three cities."""
    try:
        yield Exchange.begun(settings)
    finally:
        cities.end()


@pytest.fixture
def child(exchange: Exchange) -> Exchange:
    """She lived in Kofu and lives in Ise now; Kofu has two of her doses."""
    for city, number in ((ISE, HERE), (KOFU, THERE)):
        assert exchange.acquire(city, number, RESIDENT) == "accepted"
    for place in (1, 2):
        assert exchange.put(KOFU, THERE, f"d{place}", **cities.content(f"L{place}")) == "stored"
    exchange.settle()
    return exchange
