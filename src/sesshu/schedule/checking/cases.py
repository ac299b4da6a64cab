"""A published test case: patient, doses, and what is expected, from a row of either of CDC's layouts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sesshu.schedule.cdsi.model import DoseAdministered, Observation, Patient
from sesshu.schedule.cdsi.statuses import Gender
from sesshu.schedule.checking.workbook import CasesError, Row, is_blank
from sesshu.schedule.packs.elements import cvx

_COUNTRY = "U.S."  # the cases do not tell it and are written for patients born there
_EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet
_NUMBERED = re.compile(r"^date_administered_(\d+)$")
_OBSERVED = re.compile(r"^observation_code_(\d+)$")
_GENDERS: dict[str, Gender] = {"f": "Female", "female": "Female", "m": "Male", "male": "Male"}
_FORMS = ("%m/%d/%Y", "%Y-%m-%d", "%Y%m%d", "%m/%d/%y")


@dataclass(frozen=True, slots=True)
class Expected:
    """What CDC expects; None where the cell is blank. ``doses`` are statuses by number of the dose."""

    series_status: str | None
    forecast_number: int | None
    earliest_date: date | None
    recommended_date: date | None
    past_due_date: date | None
    doses: dict[int, str | None]


@dataclass(frozen=True, slots=True)
class Case:
    """One row: who, when, which doses (``key``: their number), and what is expected of one vaccine group."""

    name: str
    patient: Patient
    doses: tuple[DoseAdministered, ...]
    on: date
    vaccine_group: str
    expected: Expected


def case_of(row: Row) -> Case:
    """The case that a row describes; ``CasesError`` naming row and column if a cell cannot be read."""
    cells = _Cells(row)
    doses = tuple(_doses(cells))
    return Case(
        name=cells.text("case") or f"行{row.number}",
        patient=Patient(
            birth=cells.required_day("birth"),
            gender=_GENDERS.get((cells.text("gender") or "").lower(), "Unknown"),
            observations=tuple(_observations(cells)),
            country=_COUNTRY,
        ),
        doses=doses,
        on=cells.required_day("assessment_date"),
        vaccine_group=cells.text("vaccine_group") or "",
        expected=Expected(
            series_status=cells.text("series_status"),
            forecast_number=cells.number("forecast_number"),
            earliest_date=cells.day("earliest_date"),
            recommended_date=cells.day("recommended_date"),
            past_due_date=cells.day("past_due_date"),
            doses={n: cells.text(f"evaluation_status_{n}") for n in cells.numbered(_NUMBERED)},
        ),
    )


def _doses(cells: "_Cells") -> Iterator[DoseAdministered]:
    for n in cells.numbered(_NUMBERED):
        code = cells.text(f"cvx_{n}")
        if code is None:
            raise cells.error(f"cvx_{n}", "接種日があるのに CVX がありません。")
        yield DoseAdministered(
            date=cells.required_day(f"date_administered_{n}"),
            cvx=cvx(code),
            mvx=cells.text(f"mvx_{n}"),
            trade_name=cells.text(f"vaccine_name_{n}"),
            key=n,
        )


def _observations(cells: "_Cells") -> Iterator[Observation]:
    for n in cells.numbered(_OBSERVED):
        code = cells.text(f"observation_code_{n}") or ""
        yield Observation(code.zfill(3), cells.day(f"observation_date_{n}"))


class _Cells:
    """The cells of one row, read by column; errors name row and column."""

    def __init__(self, row: Row) -> None:
        self._row = row

    def error(self, column: str, problem: str) -> CasesError:
        return CasesError(f"{self._row.number}行目の列「{column}」: {problem}")

    def numbered(self, form: re.Pattern[str]) -> list[int]:
        """The numbers n of columns like ``date_administered_n`` whose cell is not blank, in order."""
        found = ((form.match(name), cell) for name, cell in self._row.cells.items())
        return sorted(int(match[1]) for match, cell in found if match and not is_blank(cell))

    def text(self, column: str) -> str | None:
        cell = self._row.cells.get(column)
        if is_blank(cell):
            return None
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        return str(cell).strip()

    def number(self, column: str) -> int | None:
        text = self.text(column)
        if text is None:
            return None
        if not text.isdigit():
            raise self.error(column, f"「{text}」は数ではありません。")
        return int(text)

    def day(self, column: str) -> date | None:
        cell: Any = self._row.cells.get(column)
        if is_blank(cell):
            return None
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        if isinstance(cell, int | float):
            return _EPOCH + timedelta(days=int(cell))
        for form in _FORMS:
            try:
                return datetime.strptime(str(cell).strip(), form).date()  # noqa: DTZ007 (a day, no time)
            except ValueError:
                continue
        raise self.error(column, f"日付「{cell}」が読めません。")

    def required_day(self, column: str) -> date:
        day = self.day(column)
        if day is None:
            raise self.error(column, "日付がありません。")
        return day
