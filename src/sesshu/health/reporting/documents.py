"""The report and its comparison as CSV, in the layout of e-Stat's tables (統計表の縦持ち)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sesshu.health.reporting.community_health import UNPLACED, definition
from sesshu.health.reporting.pivoting import Pivot
from sesshu.health.reporting.recount import CommunityHealthReport
from sesshu.kernel.csv_writer import write_csv
from sesshu.protection.models import Municipality
from sesshu.protection.tenancy import current
from sesshu.web.naming import name_of

REPORT_HEADER = (
    "tab_code", "表章項目", "cat01_code", "予防接種", "cat02_code", "区分・回",
    "area_code", "市区町村", "time_code", "時間軸（年度）", "unit", "value",
)  # fmt: skip
_MEASURED = ("10", "定期の予防接種の接種者数")


def write_report_csv(report: CommunityHealthReport, out: Path) -> int:
    """A line for each row of the report; doses that no row holds stand last as 「区分なし」."""
    return write_csv(out, REPORT_HEADER, _report_lines(report))


def _report_lines(report: CommunityHealthReport) -> Iterator[tuple[str, ...]]:
    city = Municipality.objects.get(code=current())
    # Statistics name a municipality by the five digits without the check digit (JIS X 0402).
    place = (city.code[:5], f"{city.prefecture}{city.name}")
    time = (f"{report.fiscal_year}100000", f"{report.fiscal_year}年度")
    for number, row in enumerate(report.rows, start=1):
        kind = (row.programme, name_of("programme", row.programme), f"{number:03}", row.dose)
        yield (*_MEASURED, *kind, *place, *time, "人", str(row.count))
    if report.unplaced_count:
        kind = (UNPLACED, "区分なし", "999", "様式の行にあてはまらない接種")
        yield (*_MEASURED, *kind, *place, *time, "人", str(report.unplaced_count))


def pivot_table(pivot: Pivot) -> tuple[list[str], list[list[str | int]]]:
    """Heading and lines of a table with its sums."""
    header = [f"{pivot.row.title}＼{pivot.column.title}", *pivot.column_words.values(), "計"]
    lines: list[list[str | int]] = [
        [words, *(pivot.count(row, column) for column in pivot.column_words), pivot.count(row, None)]
        for row, words in pivot.row_words.items()
    ]
    sums = [pivot.count(None, column) for column in pivot.column_words]
    return header, [*lines, ["計", *sums, pivot.count(None, None)]]


def report_note() -> tuple[str, ...]:
    """What a reader of the figures has to know."""
    known = definition()
    return (known.note, *known.unsure)
