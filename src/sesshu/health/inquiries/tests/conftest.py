"""A clerk who may ask and decide, the list of institutions, the day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from sesshu.health.inquiries.tests.invented import TODAY, institutions
from sesshu.kernel import clock
from sesshu.protection.models import Account
from sesshu.protection.roles import Role
from sesshu.protection.services import open_account


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.fixed(TODAY):
        yield


@pytest.fixture
def asker(ise: Any) -> Account:
    """A clerk of Ise who may ask and decide."""
    institutions()
    return open_account(
        login="asker", name="照会 担当", municipality=ise, roles=[Role.PROGRAMME, Role.NUMBERS],
        password="x" * 16,
    )  # fmt: skip


@pytest.fixture
def desk(asker: Account) -> Client:
    """The clerk's browser."""
    client = Client()
    client.force_login(asker)
    return client
