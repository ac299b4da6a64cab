from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from sesshu.intermediate import doors
from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.world import Core, Other
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import envelopes, peers


@pytest.fixture
def core(ise: object, settings: Any) -> Iterator[Core]:
    """Ise is on the network with two other cities; list and directory have come."""
    with on_the_network(settings) as made:
        yield made


@contextmanager
def on_the_network(settings: Any) -> Iterator[Core]:
    """The same, in whatever database is at hand."""
    from sesshu.intermediate import identity

    settings.EXCHANGE = settings.EXCHANGE | {"network": world.CORE}
    made = Core()
    made.others = {
        code: Other(code, address)
        for code, address in ((world.OTHER, world.OTHER_DOOR), (world.THIRD, world.THIRD_DOOR))
    }
    routes = {world.CORE: made.handle} | {each.address: each.handle for each in made.others.values()}
    peers.transports.update({address: httpx.MockTransport(handle) for address, handle in routes.items()})
    doors.close_all()
    with acting_for(world.ISE):
        identity.trust_core(envelopes.public(made.key))
    world.refresh(made)
    try:
        yield made
    finally:
        peers.transports.clear()
        doors.close_all()


@pytest.fixture
def other(core: Core) -> Other:
    return core.others[world.OTHER]
