"""The written formats say what the code reads: same columns, order, types, lengths and codes."""

import re
from pathlib import Path

import pytest

from sesshu.addressees.columns import CHANGE_COLUMNS, RESIDENT_COLUMNS
from sesshu.demo.stock import PRODUCTS
from sesshu.health.intake.columns import RESULT_COLUMNS
from sesshu.kernel.cell_checks import CellChecks
from sesshu.kernel.check_digits import has_check_digit
from sesshu.kernel.columns import Column

FOLDER = Path(__file__).parents[4] / "docs" / "formats"
WRITTEN = {
    "residents": RESIDENT_COLUMNS,
    "changes": CHANGE_COLUMNS[:3],
    "results": RESULT_COLUMNS,
}
ROW = re.compile(r"^\| \d+ \|.*\|$", re.MULTILINE)

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the documents are not beside the package")


def _table(name: str) -> list[list[str]]:
    text = (FOLDER / f"{name}.md").read_text("utf-8")
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in ROW.findall(text)]


def _documented(cells: list[str]) -> Column:
    codes = dict(code.split(" ", 1) for code in cells[6].split(" · ")) if cells[6] else {}
    length = int(cells[4]) if cells[4] else None
    return Column(cells[1], cells[2], cells[3], length, cells[5] == "●", codes, cells[5] == "◇")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", WRITTEN)
def test_the_columns_written_down_are_those_of_the_code(name: str) -> None:
    assert tuple(_documented(cells) for cells in _table(name)) == WRITTEN[name]
    assert [int(cells[0]) for cells in _table(name)] == [*range(1, len(WRITTEN[name]) + 1)]


@pytest.mark.parametrize("name", WRITTEN)
def test_every_column_has_a_meaning_and_an_example_that_the_reader_takes(name: str) -> None:
    table = _table(name)
    assert all(len(cells) == 9 and cells[7] and cells[8] for cells in table)
    examples = [cells[8] for cells in table]
    assert CellChecks(WRITTEN[name]).errors([(2, examples)]) == []


def test_the_changes_begin_with_their_own_columns() -> None:
    assert CHANGE_COLUMNS[3:] == RESIDENT_COLUMNS


def test_the_questionnaire_number_of_the_example_has_its_check_digits() -> None:
    assert has_check_digit(_table("results")[0][8])


def test_every_vaccine_of_the_demo_is_among_the_codes_written_down() -> None:
    written = re.findall(r"`([^`]+)`", _table("results")[9][7])
    assert set(PRODUCTS) <= set(written)
