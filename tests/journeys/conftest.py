"""A city's house with real processes, and staff in front of a real browser.

All journeys of a worker share one house. ``SESSHU_JOURNEY_SHOTS=folder`` keeps a picture of each
screen looked at; a failed journey leaves its screens in ``sesshu-journeys`` among the temporary files.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.desk import Desk
from tests.journeys.opening import ISE
from tests.numbers_double import Door, served
from tests.running import Installation, installation, staff_door

TODAY = "2026-11-22"
PASSWORD = "sesshu-demo-2026"
FAILED = Path(tempfile.gettempdir()) / "sesshu-journeys"
_failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.when == "call":
        item.stash[_failed] = report.failed
    return report


@dataclass(frozen=True)
class House:
    """The running house: its commands, its address and the files that made the demo city."""

    made: Installation
    address: str
    folder: Path
    door: Door

    def rows(self, name: str, city: str = ISE) -> list[dict[str, str]]:
        """A file of the demo city (residents, changes, doses), row by row."""
        with (self.folder / city / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))

    @property
    def residents(self) -> dict[str, dict[str, str]]:
        """The residents of the demo city by 宛名番号."""
        return {row["宛名番号"]: row for row in self.rows("residents")}


@pytest.fixture(scope="session")
def house(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("demo")
    with ExitStack() as stack:
        home = tmp_path_factory.mktemp("home")
        door = Door()
        speaks = {"SESSHU_NUMBERS_ADDRESS": stack.enter_context(served(door))}
        made = stack.enter_context(installation(home, environment={"SESSHU_TODAY": TODAY} | speaks))
        opening = made.start(str(folder), module="tests.journeys.opening")
        _, errors = opening.communicate()
        assert opening.returncode == 0, errors[-3000:]
        yield House(made, stack.enter_context(staff_door(made)), folder, door)


@pytest.fixture
def staff(house: House, browser: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., Desk]]:
    """``staff("demo-ise")``: that member's desk, signed in; ``staff()`` is a browser nobody uses yet.

    What the console says (an error, a breach of the content security policy) fails the test.
    """
    desks: list[Desk] = []

    def sit_down(login: str | None = None, **options: Any) -> Desk:
        desk = Desk.open(browser, house.address, **options)
        desks.append(desk)
        if login:
            desk.sign_in(login, PASSWORD)
        return desk

    yield sit_down
    if request.node.stash.get(_failed, False):
        FAILED.mkdir(exist_ok=True)
        for number, desk in enumerate(desks, 1):
            desk.page.screenshot(path=FAILED / f"{request.node.name}-{number}.png", full_page=True)
    complaints = [complaint for desk in desks for complaint in desk.complaints]
    for desk in desks:
        desk.page.context.close()
    assert complaints == []
