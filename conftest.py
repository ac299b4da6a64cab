"""The suite's PostgreSQL: one throw-away cluster, one migrated template, one database for each worker."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

pytest_plugins = [
    "tests.browser",
    "tests.vault",
    "tests.machines",
    "tests.businesses",
    "tests.numbers_double",
]
TEMPLATE = "city"


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        from sesshu.config import database

        database.prepare(database.CITY)


def pytest_unconfigure(config: pytest.Config) -> None:
    if os.environ.get("SESSHU_TEST_OWNER") == str(os.getpid()):
        from sesshu.config import postgres

        postgres.stop()
        shutil.rmtree(os.environ["SESSHU_TEST_HOME"], ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_db_blocker: pytest.FixtureRequest
) -> Iterator[None]:
    """Each worker has a copy of the migrated database and reaches it as the application role."""
    from django.db import connection

    from sesshu.config import database

    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    reached = database.server()
    database.drop_database(reached, name)
    database.create_database(reached, name, template=TEMPLATE)
    connection.close()
    connection.settings_dict["NAME"] = name
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connection.close()
    database.drop_database(reached, name)


@pytest.fixture
def ise(db: None) -> Iterator[object]:
    """Acting for the demo city Ise (242039)."""
    from sesshu.protection.services import ensure_municipality
    from sesshu.protection.tenancy import acting_for

    municipality = ensure_municipality("242039")
    with acting_for(municipality.code):
        yield municipality


@pytest.fixture
def clerk(ise: object) -> object:
    """A member of staff of Ise with the programme role."""
    from sesshu.protection.roles import Role
    from sesshu.protection.services import open_account

    return open_account(
        login="test-clerk",
        name="試験 職員",
        municipality=ise,  # type: ignore[arg-type]
        roles=[Role.PROGRAMME],
        password="test-password-1234",  # noqa: S106
    )


@pytest.fixture(autouse=True)
def _purpose_chosen() -> Iterator[None]:
    """Whoever a test signs in has chosen a purpose at the search already, one that shows much.

    Tests of purposes take it away again.
    """
    from django.contrib.auth.signals import user_logged_in

    from sesshu.protection import cases
    from sesshu.protection.purposes import shown
    from sesshu.protection.tenancy import acting_for

    def choose(request: Any, user: Any, **_: Any) -> None:
        with acting_for(user.municipality_id):
            offered = cases.choices_for(user)
        if offered:
            request.session[cases.CHOSEN] = str(max(offered, key=lambda one: len(shown(one))))

    user_logged_in.connect(choose)
    yield
    user_logged_in.disconnect(choose)
