"""A database of its own, with real commits, that a test may also change as its owner behind our back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.db import connection

from sesshu.config import database
from sesshu.protection import audit
from sesshu.protection.models import Account, Municipality
from sesshu.protection.roles import Role
from sesshu.protection.services import ensure_municipality, open_account
from sesshu.protection.tenancy import acting_for

ISE = "242039"


@dataclass
class City:
    """Committed work in a database of one's own. ``admin`` is the server's administrator."""

    admin: psycopg.Connection[tuple[Any, ...]]
    clerk: Account
    officer: Account
    municipality: Municipality

    def record(self, count: int = 1, action: str = "addressee.read", **given: Any) -> list[int]:
        """Events, each committed by itself."""
        made = []
        for number in range(count):
            with acting_for(ISE):
                made.append(audit.record(action, by=self.clerk, subjects=[1000 + number], **given).pk)
        return made

    def within(self, act: Callable[[], Any]) -> Any:
        with acting_for(ISE):
            return act()


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[City]:
    name = f"trail_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    before = connection.settings_dict["NAME"]
    reached = database.server()
    database.drop_database(reached, name)
    database.create_database(reached, name, template=database.DATABASE)
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            municipality = ensure_municipality(ISE)
            clerk, officer = (
                open_account(
                    login=login, name="試験", municipality=municipality, roles=roles, password="x" * 16
                )
                for login, roles in (("clerk", [Role.PROGRAMME]), ("officer", [Role.SECURITY]))
            )
            with database._administrator(reached, name) as admin:
                yield City(admin, clerk, officer, municipality)
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before
            database.drop_database(reached, name)


@pytest.fixture
def city(committed: City) -> City:
    """The same, with an empty log."""
    tables = committed.admin.execute(
        "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables"
        " WHERE tablename LIKE 'trail\\_%' OR tablename = 'protection_auditevent'"
    ).fetchone()
    assert tables
    committed.admin.execute(f"TRUNCATE {tables[0]}")
    return committed
