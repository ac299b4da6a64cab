from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.exchange.whole.world import Exchange


@pytest.fixture
def exchange(db: None, settings: Any) -> Iterator[Exchange]:
    """Two cities and the network's core, ready to exchange."""
    from tests.exchange.whole import world

    with world.opened(settings) as made:
        yield made
