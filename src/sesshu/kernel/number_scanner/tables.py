"""Tables with headings: findings by row and column, and columns that hold other twelve-digit numbers."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sesshu.kernel import archives
from sesshu.kernel.number_scanner.findings import Finding, Search, Shape, inside
from sesshu.kernel.number_scanner.shapes import DIGITS, hits
from sesshu.kernel.number_scanner.wrappings import Unreadable

# Headings of columns whose numbers may have twelve digits and are no 個人番号.
OTHER_NUMBERS = frozenset(
    {"宛名番号", "世帯番号", "住民票コード", "医療機関コード", "医療機関番号", "ロット番号", "帳票番号",
     "予診票番号", "電話番号", "管理番号", "保険者番号", "団体内統合宛名番号", "法人番号"}
)  # fmt: skip
_BY_CHANCE = 0.1
_IMPROBABLE = 1e-6
_HEADING_ROWS = 12
_THOUSANDS = re.compile(r"[0-9]{3}(?:,[0-9]{3}){3}")
_TABLE_ENDINGS = (".csv", ".tsv")

Row = Sequence[object]


def is_table(name: str) -> bool:
    """Whether a file of this name is read as rows and columns."""
    return name.lower().endswith(_TABLE_ENDINGS)


def text_rows(text: str, name: str) -> Iterator[list[str]]:
    """The rows of a CSV or TSV; a broken quotation mark ends no reading."""
    dialect = "excel-tab" if name.lower().endswith(".tsv") else "excel"
    yield from csv.reader(io.StringIO(text, newline=""), dialect)


def workbook_sheets(data: bytes) -> Iterator[tuple[str, Iterator[Row]]]:
    """The sheets of an xlsx, hidden ones too. Raises Unreadable when it is none."""
    import openpyxl

    try:
        archives.check_workbook(io.BytesIO(data))
    except archives.UnsafeArchive as reason:
        raise Unreadable(str(reason)) from None
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False)
    except (KeyError, ValueError, OSError, zipfile.BadZipFile):
        raise Unreadable("Excel ファイルを開けません") from None
    for sheet in book.worksheets:
        yield sheet.title, sheet.iter_rows(values_only=True)


def in_rows(rows: Iterable[Row], where: str, search: Search) -> Iterator[Finding]:
    """Findings of one table, cell by cell; columns of other numbers are judged whole at the end."""
    headings: dict[int, str] = {}
    counted: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for number, row in enumerate(rows, start=1):
        for index, value in enumerate(row):
            text = _text(value)
            if number <= _HEADING_ROWS and index not in headings and _heading(text):
                headings[index] = _heading(text)
            if len(text) < DIGITS or sum(map(str.isdecimal, text)) < DIGITS:
                continue
            if index in headings and text.isdecimal():
                _count(counted[index], text, search)
            else:
                yield from _in_cell(text, f"{number}行目{index + 1}列目", where, search)
    for index, (right, all_) in counted.items():
        if _more_than_chance(right, all_):
            yield Finding(inside(where, f"列「{headings[index]}」"), f"{right}件の値", Shape.COLUMN)


def _in_cell(text: str, place: str, where: str, search: Search) -> Iterator[Finding]:
    plain = text.replace(",", "") if _THOUSANDS.fullmatch(text.strip()) else text
    if plain.isdecimal() and len(plain) > DIGITS and not search.windows:
        return
    for hit in hits(plain.encode("utf-8", "replace"), search):
        yield Finding(where, place, hit.shape)


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _heading(text: str) -> str:
    name = unicodedata.normalize("NFKC", text).strip()
    return name if name in OTHER_NUMBERS else ""


def _count(counts: list[int], text: str, search: Search) -> None:
    if len(text) == DIGITS:
        counts[0] += search.suspects(text)
        counts[1] += 1


def _more_than_chance(right: int, of: int) -> bool:
    """Whether so many right check digits would come by chance less often than once in a million columns."""
    if right <= of * _BY_CHANCE:
        return False
    terms = (
        math.lgamma(of + 1) - math.lgamma(k + 1) - math.lgamma(of - k + 1)
        + k * math.log(_BY_CHANCE) + (of - k) * math.log(1 - _BY_CHANCE)
        for k in range(right, of + 1)
    )  # fmt: skip
    return math.fsum(math.exp(term) for term in terms) < _IMPROBABLE
