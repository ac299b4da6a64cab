"""The clock stands still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from sesshu.health.eligibility.tests.invented import TODAY
from sesshu.kernel import clock


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with clock.fixed(TODAY):
        yield


@pytest.fixture
def client(clerk: object) -> Client:
    made = Client()
    made.force_login(clerk)  # type: ignore[arg-type]
    return made
