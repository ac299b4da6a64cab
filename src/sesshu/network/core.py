"""The core as one tenant of its own database: its log and its keys belong to no municipality."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import IntegrityError

from sesshu.protection.models import Municipality
from sesshu.protection.tenancy import acting_for

TENANT = "000000"
# The core's own 機関コード: organisation of its certificate and issuer of its statements.
INSTITUTION = "0" * 16
NAME = "情報提供ネットワークシステム"
_ATTEMPTS = 3

Answer = TypeVar("Answer")


@contextmanager
def acting() -> Iterator[None]:
    """One transaction of the core."""
    with acting_for(TENANT):
        yield


def once(act: Callable[[], Answer]) -> Answer:
    """Run in one transaction; when another request wrote the same rows first, run again and find them."""
    for attempt in range(_ATTEMPTS):
        try:
            with acting():
                return act()
        except IntegrityError:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError


def ensure() -> None:
    """The tenant's row, which the commands for keys and the log go by."""
    Municipality.objects.get_or_create(code=TENANT, defaults={"prefecture": "", "name": NAME})
