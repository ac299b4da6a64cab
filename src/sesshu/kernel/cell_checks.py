"""Checks of cells against their columns: blank, code, type and length, each error with its remedy.

Good rows are checked column by column over a whole batch, in a few calls that run in C; only a batch that
fails is looked at cell by cell. Source of types and lengths: the national 項目定義書 (see `columns`).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from sesshu.kernel.columns import Column
from sesshu.kernel.faults import CellError
from sesshu.kernel.kana import grapheme_length
from sesshu.kernel.wareki import parse_date

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"[0-9]+")
_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?")

Row = tuple[int, Sequence[str]]
Complaint = Callable[[str], str | None]


class CellChecks:
    """The checks of a set of columns. Keeps what it has seen good, so use one for a whole file."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = [_ColumnCheck(column) for column in columns]

    def errors(self, rows: Sequence[Row]) -> list[CellError]:
        """The errors of the rows, by row and column. Cells stand in the order of the columns."""
        if not rows:
            return []
        by_column = zip(*(cells for _, cells in rows), strict=True)
        suspects = [
            (place, check)
            for place, (check, texts) in enumerate(zip(self._columns, by_column, strict=True))
            if not check.all_good(texts)
        ]
        return list(_errors(rows, suspects)) if suspects else []


def split(rows: Sequence[Row], errors: Iterable[CellError]) -> list[Row]:
    """The rows that no error names."""
    bad = {error.row for error in errors}
    return [row for row in rows if row[0] not in bad] if bad else list(rows)


class _ColumnCheck:
    def __init__(self, column: Column) -> None:
        self.column = column
        self._complaint = _complaint_of(column)
        self._few_values = column.type in ("DATE", "9", "9V") or bool(column.codes)
        self._good: set[str] = set(column.codes) if column.codes else set()
        if not column.required:
            self._good.add("")

    def all_good(self, texts: Sequence[str]) -> bool:
        if self._few_values:
            return all(self.message(text) is None for text in set(texts) - self._good)
        column = self.column
        if column.required and "" in texts:
            return False
        if column.length and len(max(texts, key=len)) > column.length:
            return False
        return column.type != "X" or "".join(texts).isascii()

    def message(self, text: str) -> str | None:
        """What is wrong with the cell, or None."""
        if text in self._good:
            return None
        if not text:
            return "が空です。値を入れてください。" if self.column.required else None
        complaint = self._complaint(text)
        if complaint is None and self._few_values:
            self._good.add(text)
        return complaint


def _errors(rows: Sequence[Row], suspects: Sequence[tuple[int, _ColumnCheck]]) -> Iterator[CellError]:
    for number, cells in rows:
        for place, check in suspects:
            if (complaint := check.message(cells[place])) is not None:
                name = check.column.name
                yield CellError(number, name, f"{number}行目: 「{name}」{complaint}")


def _complaint_of(column: Column) -> Complaint:
    if column.codes:
        return lambda text: _code(column, text)
    if column.type == "DATE":
        return _date
    if column.type in ("9", "9V"):
        return lambda text: _number(column, text)
    return lambda text: _text(column, text)


def _code(column: Column, text: str) -> str:
    meanings = "、".join(f"{code}({meaning})" for code, meaning in column.codes.items())
    return f"の値「{_short(text)}」は使えません。{meanings}のどれかにしてください。"


def _date(text: str) -> str | None:
    if _ISO_DATE.fullmatch(text):
        try:
            date.fromisoformat(text)
        except ValueError:
            return f"の「{text}」は実在しない日付です。正しい日付にしてください(不詳なら空にします)。"
        return None
    try:
        meant = parse_date(text).isoformat()
    except ValueError:
        return f"の「{_short(text)}」は日付ではありません。2026-11-22 の形で書いてください。"
    return f"の「{_short(text)}」は {meant} のように西暦(YYYY-MM-DD)で書いてください。"


def _number(column: Column, text: str) -> str | None:
    whole = column.type == "9"
    if not (_WHOLE if whole else _DECIMAL).fullmatch(text):
        return f"の「{_short(text)}」は{'整数' if whole else '数'}ではありません。半角数字で書いてください。"
    return _length(column, text)


def _text(column: Column, text: str) -> str | None:
    if column.type == "X" and not text.isascii():
        return f"の「{_short(text)}」に全角文字があります。半角で書いてください。"
    return _length(column, text)


def _length(column: Column, text: str) -> str | None:
    if column.length is None or len(text) <= column.length:
        return None
    length = grapheme_length(text)
    if length <= column.length:
        return None
    return f"が長すぎます({column.length}文字までのところ{length}文字)。短くしてください。"


def _short(text: str) -> str:
    return text if len(text) <= 30 else text[:30] + "…"
