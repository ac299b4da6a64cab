"""A flag is set while permits are taken in and answers made, really at once (M12)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from tests.running import wait_until

from sesshu.config import database
from sesshu.intermediate import answering, network_copies, sealing
from sesshu.intermediate.models import Person, Provision
from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.conftest import on_the_network
from sesshu.intermediate.tests.world import ISE, Core, Other
from sesshu.protection.services import ensure_municipality
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import points

PATIENCE = 60  # seconds; nothing here waits unless it is wrong
KINDS = pytest.mark.parametrize("information", [None, world.ROW.information])
_WAITERS = """
    SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
"""


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database of its own, whose transactions end."""
    name = f"flags_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    before, reached = connection.settings_dict["NAME"], database.server()
    database.drop_database(reached, name)
    database.create_database(reached, name, template=database.DATABASE)
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = name
        forget()
        try:
            ensure_municipality(ISE)
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before
            forget()
            database.drop_database(reached, name)


def forget() -> None:
    """What this process holds of another database's rows."""
    sealing._opened.clear()
    network_copies._held.clear()


@pytest.fixture
def core(committed: None, settings: Any) -> Iterator[Core]:
    """On the network, with two persons and a dose of each."""
    settings.INTERMEDIATE = ISE
    with on_the_network(settings) as made:
        world.get_codes(made, 1, 2)
        world.put_replicas((1, "d1", world.record()), (2, "d2", world.record()))
        yield made


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as made:
        yield made


def begin(pool: ThreadPoolExecutor, act: Callable[[], Any]) -> Future[Any]:
    """On a connection of its own."""

    def run() -> Any:
        try:
            return act()
        finally:
            connection.close()

    return pool.submit(run)


def elsewhere(pool: ThreadPoolExecutor, act: Callable[[], Any]) -> Any:
    return begin(pool, act).result(PATIENCE)


def flag(information: str | None) -> None:
    said = {"integrated_number": world.number(1), "information": information, "no_auto_reply": True,
            "nondisclosure": False}  # fmt: skip
    world.from_numbers("/dbm/flags", flags=[said])


def bring(core: Core, *persons: int) -> None:
    permits = [core.signed(core.permit(code=world.code(n))) for n in persons]
    assert {each["state"] for each in core.post("/network/permits", permits)} == {"accepted"}


def states() -> list[str]:
    with acting_for(ISE):
        return list(Provision.objects.order_by("person_id").values_list("state", flat=True))


@KINDS
def test_a_flag_set_while_permits_are_taken_in_holds_the_answer_back(
    core: Core, other: Other, pool: ThreadPoolExecutor, information: str | None
) -> None:
    """The permit's transaction saw no flag, and the flag's no provision."""
    with acting_for(ISE):
        bring(core, 1, 2)
        elsewhere(pool, lambda: flag(information))
    assert states() == ["received", "received"]
    world.dispatch()
    assert states() == ["waiting", "delivered"]
    assert len(other.answers) == 1


@KINDS
def test_while_a_flag_is_being_set_its_person_s_answers_rest_and_nobody_waits(
    core: Core, other: Other, pool: ThreadPoolExecutor, information: str | None
) -> None:
    with acting_for(ISE):
        flag(information)
        elsewhere(pool, lambda: bring(core, 1, 2))
        elsewhere(pool, world.dispatch)
        assert len(other.answers) == 1
    world.dispatch()
    assert states() == ["waiting", "delivered"]


@KINDS
def test_a_flag_waits_for_the_answer_that_is_being_made(
    core: Core, other: Other, pool: ThreadPoolExecutor, information: str | None
) -> None:
    """It stands after that answer, and the two never wait for each other."""
    bring(core, 1, 2)
    flags: list[Future[Any]] = []

    def answers_made(name: str) -> None:
        if name == "answering.made" and not flags:
            flags.append(begin(pool, lambda: flag(information)))
            wait_until(blocked, "the flag waits", seconds=PATIENCE)

    points.hook = answers_made
    try:
        with acting_for(ISE):
            assert answering.answer_some() == 2
    finally:
        points.hook = None
    flags[0].result(PATIENCE)
    world.dispatch()
    assert states() == ["delivered", "delivered"]
    bring(core, 1)
    with acting_for(ISE):
        assert Person.objects.filter(no_auto_reply=True).exists() is (information is None)
        assert Provision.objects.filter(state="waiting").count() == 1


def blocked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_WAITERS)
        return bool(cursor.fetchone()[0])
