"""A city that has begun with its 副本."""

from __future__ import annotations

from typing import Any

import pytest
from tests.numbers_double import Door

from sesshu.health.replicas import upkeep
from sesshu.health.replicas.tests.invented import ISE, TODAY
from sesshu.kernel import clock
from sesshu.protection.models import Account


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.fixed(TODAY):
        yield


@pytest.fixture
def begun(ise: object, door: Door) -> Door:
    """The city has begun with its 副本."""
    upkeep.rebuild(by=None, at=clock.now(), today=TODAY)
    return door


@pytest.fixture
def officer(ise: object) -> Account:
    return Account.objects.create(login="kakunin", name="見本　職員", municipality_id=ISE)
