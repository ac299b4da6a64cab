"""A listing in a file: CSV, XLSX or PDF, in memory that does not grow, put in place whole or not at all.

Rows come masked from the listing, and a file holds no Individual Number because the database of this house
holds none.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from sesshu.health.notices.typesetting.lists import render_list
from sesshu.health.reporting.listings import Column, ListedRow, Listing, Shown
from sesshu.jobs.registry import Progress
from sesshu.kernel import clock
from sesshu.kernel.csv_writer import CsvWriter
from sesshu.kernel.wareki import to_wareki_short
from sesshu.protection.sighting import refuse_numbers_in_rows

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
# Characters that XML 1.0 cannot hold: a workbook with one would not open.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REPORT_EVERY = 1000


class UnknownFormat(ValueError):
    """The file's ending names no format that can be written."""


def format_of(path: Path) -> str:
    """``csv``, ``xlsx`` or ``pdf`` by the ending of the file's name.

    :raises UnknownFormat: for any other.
    """
    found = path.suffix.lower().removeprefix(".")
    if found not in FORMATS:
        raise UnknownFormat(
            f"出力ファイル「{path.name}」の形式が分かりません。"
            "名前の末尾を .csv .xlsx .pdf のいずれかにしてください。"
        )
    return found


def write(
    listing: Listing,
    rows: Iterable[ListedRow],
    out: Path,
    *,
    municipality: str,
    progress: Progress,
    total: int,
) -> None:
    """Write ``rows`` of ``listing`` in the format that ``out`` names, whole or not at all.

    :raises UnknownFormat: by the name of ``out``.
    """
    watched = _watched(rows, progress, total)
    match format_of(out):
        case "csv":
            write_table_csv([column.title for column in listing.columns], watched, out)
        case "xlsx":
            write_table_xlsx(listing.title, listing.columns, (row.cells for row in watched), out)
        case _:
            _write_pdf(listing, watched, out, municipality)


def _watched(rows: Iterable[ListedRow], progress: Progress, total: int) -> Iterator[ListedRow]:
    for done, row in enumerate(rows, start=1):
        if done % _REPORT_EVERY == 0:
            progress.update(done, total, "一覧を書き出しています")
        yield row


def write_table_csv(header: Sequence[str], rows: Iterable[ListedRow], out: Path) -> None:
    with CsvWriter(out, header) as writer:
        for row in rows:
            writer.write(row.cells)


def write_table_xlsx(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[Shown]], out: Path
) -> None:
    """A sheet whose texts are texts: numbers keep their zeros and nothing is a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", "", title)[:31])
    sheet.freeze_panes = "A2"
    for index, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width + 2
    sheet.append([_heading(sheet, column.title) for column in columns])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    part = out.with_name(out.name + ".part")
    try:
        book.save(part)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _heading(sheet: Any, text: str) -> Any:
    cell = _text_cell(sheet, text)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="E6E6E6")
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell


def _cell(sheet: Any, value: Shown) -> Any:
    if isinstance(value, date):
        cell: Any = WriteOnlyCell(sheet, cast(Any, value))
        cell.number_format = "yyyy-mm-dd"
        return cell
    return value if isinstance(value, int) or value is None else _text_cell(sheet, value)


def _text_cell(sheet: Any, text: str) -> Any:
    cell: Any = WriteOnlyCell(sheet, _NOT_XML.sub("", text))
    # A text whatever it begins with; openpyxl took what starts like a formula for one.
    cell.data_type = "s"
    cell.number_format = "@"
    return cell


def _write_pdf(listing: Listing, rows: Iterable[ListedRow], out: Path, municipality: str) -> None:
    printed = [index for index, column in enumerate(listing.columns) if column.printed]
    titles = [listing.columns[index].title for index in printed]
    with SpooledRows([paper(row.cells[index]) for index in printed] for row in rows) as spooled:
        refuse_numbers_in_rows(listing.title, chain([titles], spooled))
        render_list(
            listing.title,
            titles,
            spooled,
            out,
            municipality=municipality,
            printed_on=clock.today(),
        )


def paper(value: Shown) -> str:
    """A cell as it is read: days by era (R8.11.22)."""
    return to_wareki_short(value) if isinstance(value, date) else "" if value is None else str(value)


class SpooledRows(Sequence[Sequence[str]]):
    """Rows kept in a file: the typesetter asks for their number before the first page."""

    def __init__(self, rows: Iterable[Sequence[str]]) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - closed by the block that holds the rows
        self._places = array("Q")
        for row in rows:
            self._places.append(self._file.tell())
            self._file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")

    def __enter__(self) -> SpooledRows:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[index] for index in range(*place.indices(len(self)))]
        self._file.seek(self._places[place])
        return json.loads(self._file.readline())
