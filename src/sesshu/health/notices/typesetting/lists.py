"""Lists for the desk: 未接種者一覧, 接種名簿. A4 landscape, the header on every page, page x of y."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from sesshu.health.notices.typesetting.composing import typeset
from sesshu.health.notices.typesetting.fonts import cabinet, missing_glyphs, printable, width
from sesshu.health.notices.typesetting.items import item
from sesshu.health.notices.typesetting.press import press
from sesshu.health.notices.typesetting.values import Composed, Progress, Rendered
from sesshu.kernel.wareki import to_wareki

ROWS_PER_PAGE = 22
ROW_HEIGHT_MM = 7.5
SHEETS_PER_CHUNK = 20
_TABLE_WIDTH_MM = 277
_LARGEST_PT = 8.0
_SMALLEST_ONE_LINE_PT = 6.0
_ONE_LINE_MM = 3.5
_INSET_MM = 2.2
_SAMPLE = 500
_EMPTY_BOX = "□"

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class _Head:
    """What every page of one list shares."""

    title: str
    columns: tuple[str, ...]
    widths: tuple[float, ...]
    municipality: str
    printed_on: date
    total: int
    pages: int


def render_list(
    title: str, columns: Sequence[str], rows: Sequence[Row], out: Path, *,
    municipality: str, printed_on: date, progress: Progress | None = None, workers: int = 2,
) -> Rendered:  # fmt: skip
    """Prints `rows` under `columns`; `documents` of the result is the number of rows.

    Raises ValueError where a row has not as many cells as there are columns. A character that no font
    holds is shown as 「□U+XXXX」: a list is for the desk, and a row missing from it would mislead.
    """
    for number, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            raise ValueError(
                f"一覧の{number}行目の列数（{len(row)}）が見出しの列数（{len(columns)}）と違います。"
            )
    pages = max(1, -(-len(rows) // ROWS_PER_PAGE))
    head = _Head(title, tuple(columns), _widths(columns, rows), municipality, printed_on, len(rows), pages)
    compose = partial(compose_sheets, head)
    return press(_Sheets(rows), compose, out, chunk=SHEETS_PER_CHUNK, progress=progress, workers=workers)


@dataclass(frozen=True)
class _Sheets:
    """The rows, a page at a time, with each page's number."""

    rows: Sequence[Row]

    def __len__(self) -> int:
        return max(1, -(-len(self.rows) // ROWS_PER_PAGE))

    def __iter__(self) -> Iterator[tuple[int, Sequence[Row]]]:
        for index in range(len(self)):
            yield index + 1, self.rows[index * ROWS_PER_PAGE : (index + 1) * ROWS_PER_PAGE]


def compose_sheets(head: _Head, sheets: Sequence[tuple[int, Sequence[Row]]]) -> Composed:
    """Typesets some pages of the list."""
    job = {
        "title": head.title,
        "municipality": head.municipality,
        "printed_on": to_wareki(head.printed_on),
        "total": head.total,
        "pages": head.pages,
        "row_height": ROW_HEIGHT_MM,
        "widths": head.widths,
        "columns": [_cell(text, space) for text, space in zip(head.columns, head.widths, strict=True)],
        "sheets": [
            {
                "number": number,
                "rows": [
                    [_cell(text, space) for text, space in zip(row, head.widths, strict=True)] for row in rows
                ],
            }
            for number, rows in sheets
        ],
    }
    pdf = typeset("list.typ", {"job.json": job}, tagged=False)
    return Composed(pdf, len(sheets), sum(len(rows) for _, rows in sheets))


def _cell(text: str, space_mm: float) -> dict[str, Any]:
    names = cabinet().names
    shown = printable(text)
    for character in missing_glyphs(shown, names):
        shown = shown.replace(character, f"{_EMPTY_BOX}U+{ord(character):04X}")
    one_line = item(shown, names, (space_mm - _INSET_MM, _ONE_LINE_MM), _LARGEST_PT)
    if one_line["size"] >= _SMALLEST_ONE_LINE_PT:
        return one_line
    return item(shown, names, (space_mm - _INSET_MM, ROW_HEIGHT_MM - 0.8), _LARGEST_PT)


def _widths(columns: Sequence[str], rows: Sequence[Row]) -> tuple[float, ...]:
    """Room in mm for each column, by the texts of the first rows; long columns may take two lines."""
    names = cabinet().names
    wanted = []
    for index, heading in enumerate(columns):
        lengths = sorted(width(printable(row[index]), names) for row in rows[:_SAMPLE]) or [0.0]
        usual = lengths[int(len(lengths) * 0.95)] if len(lengths) > 1 else lengths[0]
        wanted.append(max(width(heading, names), min(usual, 28.0)) + 1.2)
    return tuple(_TABLE_WIDTH_MM * part / sum(wanted) for part in wanted)
