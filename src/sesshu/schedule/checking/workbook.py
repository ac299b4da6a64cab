"""Finds the sheet of test cases in a spreadsheet: by the words of its header, never by name or position."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sesshu.kernel.archives import check_workbook

_HEADER_WITHIN = 30
_WORD = re.compile(r"[^a-z0-9]+")

NEEDED: dict[str, tuple[str, ...]] = {
    "case": ("cdc_test_id", "test_id", "cdc_test_case_id"),
    "birth": ("dob", "date_of_birth"),
    "gender": ("gender", "sex", "patient_gender"),
    "series_status": ("series_status",),
    "forecast_number": ("forecast", "forecast_number", "forecast_num", "forecast_no", "forecast_dose_number"),
    "earliest_date": ("earliest_date",),
    "recommended_date": ("recommended_date", "adjusted_recommended_date"),
    "past_due_date": ("past_due_date", "adjusted_past_due_date", "pastdue_date"),
    "vaccine_group": ("vaccine_group",),
    "assessment_date": ("assessment_date",),
    "date_administered_1": ("date_administered_1",),
    "cvx_1": ("cvx_1",),
    "evaluation_status_1": ("evaluation_status_1",),
}
"""Columns that every layout has, under each of the headings known for them."""


class CasesError(ValueError):
    """A file of test cases that cannot be used; the text is for staff."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the sheet: its number, and its cells by column."""

    number: int
    cells: dict[str, Any]


def read_rows(path: Path) -> list[Row]:
    """The rows of the sheet of test cases that are not blank.

    Errors: ``CasesError`` if the file cannot be read, has no such sheet, or a needed column is missing.
    """
    headers = [_header(name, rows) for name, rows in [*_sheets(path), ("", [])]]
    name, start, columns, rows = max(headers, key=lambda found: len(found[2].keys() & NEEDED.keys()))
    missing = [NEEDED[column][0] for column in NEEDED if column not in columns]
    if len(missing) > len(NEEDED) // 2:
        raise CasesError(f"「{path.name}」に検査事例のシート（CDC_Test_ID、DOB などの列）がありません。")
    if missing:
        raise CasesError(f"「{path.name}」のシート「{name}」に列がありません: {'、'.join(missing)}")
    return list(_rows(rows, start, columns))


def _sheets(path: Path) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    from openpyxl import load_workbook  # heavy, and of no use to the engine

    try:
        check_workbook(path)
        book = load_workbook(path, read_only=True, data_only=True)
        for sheet in book.worksheets:
            yield sheet.title, list(sheet.iter_rows(values_only=True))
        book.close()
    except FileNotFoundError as problem:
        raise CasesError(f"ファイル「{path}」がありません。") from problem
    except Exception as problem:  # openpyxl raises many kinds, from zipfile, XML and its own
        raise CasesError(f"ファイル「{path}」が Excel（.xlsx）として読めません（{problem}）。") from problem


def _header(name: str, rows: list[tuple[Any, ...]]) -> tuple[str, int, dict[str, int], list[tuple[Any, ...]]]:
    """The likeliest header row of a sheet, and the columns that it names."""
    best: tuple[int, dict[str, int]] = (0, {})
    for number, row in enumerate(rows[:_HEADER_WITHIN]):
        columns = _columns(row)
        if len(columns.keys() & NEEDED.keys()) > len(best[1].keys() & NEEDED.keys()):
            best = (number, columns)
    return name, best[0], best[1], rows


def _columns(row: Iterable[Any]) -> dict[str, int]:
    """Column numbers by our name for them; the first of two columns with one heading counts."""
    known = {heading: column for column, headings in NEEDED.items() for heading in headings}
    found: dict[str, int] = {}
    for number, cell in enumerate(row):
        heading = _WORD.sub("_", str(cell).lower()).strip("_") if cell is not None else ""
        if heading:
            found.setdefault(known.get(heading, heading), number)
    return found


def _rows(rows: list[tuple[Any, ...]], start: int, columns: dict[str, int]) -> Iterator[Row]:
    for number, row in enumerate(rows[start + 1 :], start + 2):
        cells = {name: row[at] for name, at in columns.items() if at < len(row)}
        if any(not is_blank(cells.get(name)) for name in ("case", "birth")):
            yield Row(number, cells)


def is_blank(cell: Any) -> bool:
    """Whether a cell holds nothing; CDC writes ``-`` for that as well."""
    return cell is None or (isinstance(cell, str) and cell.strip().lower() in ("", "-", "–", "n/a"))
