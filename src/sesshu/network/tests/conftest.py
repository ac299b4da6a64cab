"""A network with two cities and a prefecture, the shipped list in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from sesshu.kernel import clock
from sesshu.network import core, dispatch_peers, dispatching, list_file, lists
from sesshu.network.choices import Kind
from sesshu.network.tests import members
from sesshu.network.tests.members import Member
from sesshu.protocol import codes, peers

TODAY = date(2026, 11, 28)
ISE, KOFU, MIE = (codes.institution_of(code) for code in ("242039", "192015", "240001"))


@dataclass
class Net:
    """Ise asks, Kofu provides; of one person both hold a 符号."""

    ise: Member
    kofu: Member
    mie: Member

    def both(self) -> tuple[str, str]:
        """The 符号 of somebody new at Ise and at Kofu."""
        person = members.resident()
        (own,), (other,) = self.ise.acquire(person), self.kofu.acquire(person)
        dispatching.run_once()
        return self.ise.held[own], self.kofu.held[other]


@pytest.fixture(autouse=True)
def _doors(settings: Any) -> Iterator[None]:
    settings.ROOT_URLCONF = "sesshu.network.urls"
    settings.MIDDLEWARE = ["sesshu.protection.middleware.NoStoreMiddleware"]
    with clock.fixed(TODAY):
        yield
    peers.transports.clear()
    dispatch_peers.forget()


@pytest.fixture
def net(db: None) -> Net:
    with core.acting():
        lists.publish(list_file.read().rows(), starts_on=date(2026, 6, 14))
    return Net(members.join(ISE), members.join(KOFU), members.join(MIE, Kind.PREFECTURE))
