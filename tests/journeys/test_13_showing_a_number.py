"""Journey 12: an 個人番号 is shown for seconds, to who may, for a purpose, after the finger (S01, S02, S05).

City and vault as ``serve`` runs them both, mutual TLS between them, and Chromium's virtual authenticator.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sesshu.addressees.columns import RESIDENT_COLUMNS
from sesshu.kernel.csv_writer import write_csv
from tests.faults.server_side import administrator
from tests.journeys.desk import EXPECTED, Desk
from tests.journeys.enrolling import enrol
from tests.journeys.number_staff import COUNTER, ISE, OFFICER
from tests.running import Installation, both_doors, installation
from tests.vault import invented_number

pytestmark = [pytest.mark.browser]
PERSON, NAME = "0000000001", "見本　花子"


@dataclass
class Counter:
    """The running house, the number of its one resident, and the codes of who enrols."""

    made: Installation
    address: str
    number: str
    codes: dict[str, str]

    def query(self, statement: str) -> list[tuple[object, ...]]:
        with administrator(self.made) as connection:
            return list(connection.execute(statement).fetchall())  # type: ignore[arg-type]

    def factor_shown(self, minutes: int) -> None:
        process = self.made.start(str(minutes), module="tests.journeys.shown_factor")
        _, errors = process.communicate()
        assert process.returncode == 0, errors


@pytest.fixture(scope="module")
def counter(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    folder, number = tmp_path_factory.mktemp("files"), invented_number()
    with ExitStack() as stack:
        home = tmp_path_factory.mktemp("home")
        made = stack.enter_context(installation(home, settings="tests.journeys.number_settings"))
        _resident(made, folder)
        _number(made, folder, number)
        staff = made.start(module="tests.journeys.number_staff")
        output, errors = staff.communicate()
        assert staff.returncode == 0, errors
        address = stack.enter_context(both_doors(made))
        yield Counter(made, address, number, json.loads(output))


def _resident(made: Installation, folder: Path) -> None:
    names = [column.name for column in RESIDENT_COLUMNS]
    row = {
        "宛名番号": PERSON, "世帯番号": PERSON, "宛名種別": "1", "氏名": NAME,
        "氏名_読み仮名": "ミホン　ハナコ",
        "性別": "2", "生年月日": "2024-05-01", "住民状態": "1", "住民となった年月日": "2024-05-01",
    }  # fmt: skip
    write_csv(folder / "residents.csv", names, [[row.get(name, "") for name in names]])
    loaded = made.sesshu("residents", "import", folder / "residents.csv", "--municipality", ISE)
    assert loaded.exit_code == 0, loaded.stderr


def _number(made: Installation, folder: Path, number: str) -> None:
    with (folder / "numbers.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["宛名番号", "個人番号"], [PERSON, number]])
    taken = made.sesshu("numbers", "import", folder / "numbers.csv", "--municipality", ISE)
    assert taken.exit_code == 0, taken.stderr


@pytest.fixture
def sit_down(counter: Counter, browser: Any) -> Iterator[Callable[[str], Desk]]:
    desks: list[Desk] = []

    def enrolled(login: str) -> Desk:
        desk = Desk.open(browser, counter.address)
        desks.append(desk)
        enrol(desk, login, counter.codes[login])
        return desk

    yield enrolled
    asked_again = "status of 400"  # a form sent without its purpose
    said = [each for desk in desks for each in desk.complaints if asked_again not in each]
    complaints = [each for each in said if not EXPECTED.search(each)]
    for desk in desks:
        desk.page.context.close()
    assert complaints == []


def reveal(desk: Desk) -> None:
    desk.page.get_by_label("利用の目的").select_option("vaccination")
    desk.page.get_by_role("button", name="表示する").press("Enter")


def test_s02_a_number_is_shown_for_seconds_and_hidden(
    counter: Counter, sit_down: Callable[[str], Desk]
) -> None:
    desk = sit_down(OFFICER)
    page, number = desk.page, counter.number
    grouped = f"{number[:4]} {number[4:8]} {number[8:]}"
    desk.goto("/individual-numbers/").looks_well("number-search")
    page.get_by_label("個人番号").fill(number)
    page.keyboard.press("Enter")
    desk.heading(re.compile("の個人番号")).looks_well("number-person")
    assert number not in page.url

    # Without a purpose: asked for, and nothing is shown.
    page.get_by_role("button", name="表示する").click()
    page.get_by_role("alert").wait_for()
    assert grouped not in page.content()
    desk.looks_well("number-no-purpose")

    # The finger was laid on too long ago: it is asked for anew, and the person stays where he was.
    counter.factor_shown(10)
    with page.expect_event("framenavigated", lambda frame: "/sign-in/" in frame.url):
        reveal(desk)
    desk.heading(re.compile("の個人番号"))
    assert grouped not in page.content()
    assert counter.query("SELECT 1 FROM protection_auditevent WHERE action = 'number.reveal'") == []

    reveal(desk)
    page.get_by_text(grouped).wait_for()
    assert desk.focused("textContent") == grouped
    desk.looks_well("number-shown")
    left = int(page.locator("[data-number-shown]").get_attribute("data-seconds"))
    assert 5 <= left <= 60
    page.get_by_text(grouped).wait_for(state="detached", timeout=(left + 5) * 1000)
    assert number not in page.content().replace(" ", "")
    desk.looks_well("number-hidden")

    # Leaving the page takes it away at once.
    reveal(desk)
    page.get_by_text(grouped).wait_for()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not page.get_by_text(grouped).count()

    events = counter.query(
        "SELECT e.detail->>'request', a.login, e.purpose, p.number FROM protection_auditevent e"
        " JOIN protection_account a ON a.id = e.account_id"
        " JOIN addressees_addressee p ON p.id = e.subjects[1] WHERE e.action = 'number.reveal'"
    )
    assert [row[1:] for row in events] == [(OFFICER, "vaccination", PERSON)] * 2
    said = counter.made.sesshu("number-uses", "--municipality", ISE)
    assert said.exit_code == 0, "the city's log and the vault's tell the same uses"
    everything = counter.query("SELECT detail::text || purpose FROM protection_auditevent")
    assert not [row for row in everything if number in str(row)]


def test_who_has_no_right_to_numbers_finds_no_page(counter: Counter, sit_down: Callable[[str], Desk]) -> None:
    desk = sit_down(COUNTER)
    ((person,),) = counter.query("SELECT id FROM addressees_addressee")
    desk.goto("/").heading("ホーム")
    assert not desk.page.get_by_role("link", name="個人番号", exact=True).count()
    for address in ("/individual-numbers/", f"/individual-numbers/{person}/"):
        answer = desk.page.goto(address)
        assert answer.status in (403, 404), address
        assert "番号を表示する" not in desk.page.content()
