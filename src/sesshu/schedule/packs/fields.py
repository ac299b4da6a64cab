"""Reading the fields of a row of a pack, with errors that name file, row and field."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from sesshu.schedule.reckoning import Reckoning
from sesshu.schedule.supporting import Ages, Dates

T = TypeVar("T")
_WEEK = re.compile(r"^week \d{1,2}\+[0-6]$")


class PackError(ValueError):
    """Data of a pack that cannot be used: in which ``file``, ``row`` (its id) and ``field``, where known."""

    def __init__(self, message: str, file: str = "", row: str = "", field: str = "") -> None:
        super().__init__(message)
        self.file, self.row, self.field = file, row, field


class Fields:
    """One mapping of a pack, read field by field; whatever was not asked for is an error."""

    def __init__(
        self, row: Any, where: str, reckoning: Reckoning, file: str = "", identifier: str = ""
    ) -> None:
        self.file, self.identifier = file or where, identifier
        if not isinstance(row, Mapping):
            raise PackError(f"{where}: 項目の並び（キー: 値）ではありません。", self.file, identifier)
        self._row, self._where, self._reckoning = row, where, reckoning
        self._left = set(row)

    def _take(self, name: str) -> Any:
        self._left.discard(name)
        return self._row.get(name)

    def error(self, name: str, problem: str) -> PackError:
        """A ``PackError`` that tells where to look."""
        return PackError(f"{self._where} の「{name}」: {problem}", self.file, self.identifier, name)

    def done(self) -> None:
        """Refuse fields that nobody read."""
        if self._left:
            unknown = "、".join(sorted(map(str, self._left)))
            message = f"{self._where}: 知らない項目があります（{unknown}）。"
            raise PackError(message, self.file, self.identifier, unknown)

    def text(self, name: str, default: str | None = None) -> str:
        """A text; without ``default`` it must be there."""
        value = self._take(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise self.error(name, "文字で書いてください。")
        return value

    def optional(self, name: str) -> str | None:
        """A text or None."""
        value = self._take(name)
        if value is not None and not isinstance(value, str):
            raise self.error(name, "文字で書いてください。")
        return value

    def choice(self, name: str, choices: Iterable[str], default: str | None = None) -> str:
        """One of ``choices``."""
        value = self.text(name, default)
        if value not in choices:
            raise self.error(name, f"「{value}」は使えません（{'、'.join(choices)}）。")
        return value

    def flag(self, name: str) -> bool:
        """True or false; absent is false."""
        value = self._take(name)
        if value not in (None, True, False):
            raise self.error(name, "true か false を書いてください。")
        return bool(value)

    def number(self, name: str) -> int:
        """A whole number."""
        value = self._take(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(name, "整数で書いてください。")
        return value

    def decimal(self, name: str) -> float | None:
        """A number above zero or None."""
        value = self._take(name)
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int | float) or not value > 0
        ):
            raise self.error(name, "0より大きい数で書いてください。")
        return None if value is None else float(value)

    def texts(self, name: str, known: Iterable[str] | None = None) -> tuple[str, ...]:
        """A list of texts, each in ``known`` if given; absent is empty."""
        value = self._take(name) or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(name, "文字の並び [a, b] で書いてください。")
        unknown = [item for item in value if known is not None and item not in known]
        if unknown:
            raise self.error(name, f"知らない符号です（{'、'.join(unknown)}）。")
        return tuple(value)

    def numbers(self, name: str) -> tuple[int, ...]:
        """A list of whole numbers; absent is empty."""
        value = self._take(name) or []
        if not isinstance(value, list) or any(isinstance(n, bool) or not isinstance(n, int) for n in value):
            raise self.error(name, "整数の並び [65, 70] で書いてください。")
        return tuple(value)

    def rows(self, name: str) -> "list[Fields]":
        """A list of mappings; absent is empty."""
        value = self._take(name) or []
        if not isinstance(value, list):
            raise self.error(name, "行の並びで書いてください。")
        return [self._child(item, f"{name} の {n} 番目") for n, item in enumerate(value, 1)]

    def row(self, name: str) -> "Fields | None":
        """One mapping or None."""
        value = self._take(name)
        return None if value is None else self._child(value, name)

    def pairs(self, name: str) -> dict[int, str]:
        """A mapping of dose number to gap; absent is empty."""
        value = self._take(name) or {}
        if not isinstance(value, Mapping):
            raise self.error(name, "{回: 間隔} で書いてください。")
        if any(isinstance(number, bool) or not isinstance(number, int) for number in value):
            raise self.error(name, "{回: 間隔} の回は整数で書いてください。")
        return {number: self._gap(name, gap) or "" for number, gap in value.items()}

    def volumes(self, name: str) -> tuple[tuple[str, float], ...]:
        """A mapping of product to volume in mL; absent is empty."""
        value = self._take(name) or {}
        if not isinstance(value, Mapping) or not all(isinstance(product, str) for product in value):
            raise self.error(name, "{製剤: 量} で書いてください。")
        if any(
            isinstance(ml, bool) or not isinstance(ml, int | float) or not ml > 0 for ml in value.values()
        ):
            raise self.error(name, "量は0より大きい数で書いてください。")
        return tuple((product, float(ml)) for product, ml in value.items())

    def gap_after(self, name: str) -> tuple[str, str] | None:
        """A mapping of one period to the least interval from its last dose, or None."""
        value = self._take(name)
        if value is None:
            return None
        if not isinstance(value, Mapping) or len(value) != 1:
            raise self.error(name, "{期: 間隔} で書いてください。")
        ((period, gap),) = value.items()
        return str(period), self._gap(name, gap) or ""

    def gap(self, name: str) -> str | None:
        """An interval such as 27d or 6m, or None."""
        return self._gap(name, self._take(name))

    def gaps(self, name: str) -> tuple[str | None, str | None] | None:
        """Two intervals ``20d .. 56d``, either of which may be left out."""
        ends = self._ends(name)
        return None if ends is None else (self._gap(name, ends[0]), self._gap(name, ends[1]))

    def point(self, name: str) -> str | None:
        """An age or date expression, or None."""
        return self._point(name, self._take(name))

    def ages(self, name: str, conditions: frozenset[str] = frozenset()) -> Ages | None:
        """A stretch of life ``2m .. 90m``, or None."""
        ends = self._ends(name)
        if ends is None:
            return None
        return Ages(self._point(name, ends[0]), self._point(name, ends[1]), conditions)

    def many_ages(self, name: str, conditions: frozenset[str] = frozenset()) -> tuple[Ages, ...]:
        """One stretch of life or a list of them."""
        value = self._row.get(name)
        if not isinstance(value, list):
            one = self.ages(name, conditions)
            return () if one is None else (one,)
        self._left.discard(name)
        parts = [
            self._child({name: item}, f"{name} の {n} 番目").ages(name, conditions)
            for n, item in enumerate(value, 1)
        ]
        return tuple(part for part in parts if part)

    def dates(self, name: str) -> Dates | None:
        """Calendar days ``2024-04-01 .. 2026-03-31``, open where left out, or None."""
        ends = self._ends(name)
        if ends is None:
            return None
        span = Dates(self._date(name, ends[0]) or date.min, self._date(name, ends[1]) or date.max)
        if span.start > span.end:
            raise self.error(name, "終わりが始まりより前です。")
        return span

    def day(self, name: str) -> date | None:
        """A calendar day or None."""
        return self._date(name, self.optional(name))

    def counts(self, name: str) -> tuple[int, int | None]:
        """The least and the most of a count, ``1 ..`` or ``1 .. 2``."""
        least, most = self._ends(name) or (None, None)
        if not all(end is None or end.isdecimal() for end in (least, most)) or (least, most) == (None, None):
            raise self.error(name, "「1 .. 2」「1 ..」「.. 0」のように書いてください。")
        return int(least or 0), None if most is None else int(most)

    def alternatives(self, name: str, choices: Iterable[str]) -> str | None:
        """One of ``choices`` or several, ``IM|SC``, or None."""
        value = self.optional(name)
        if value is not None and not set(value.split("|")) <= set(choices):
            raise self.error(
                name, f"「{value}」は使えません（{'、'.join(choices)}。いずれでもよいときは | で並べる）。"
            )
        return value

    def season(self, name: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Days of a year ``10-01 .. 03-31`` as (month, day), or None."""
        ends = self._ends(name)
        if ends is None:
            return None
        days = [self._date(name, f"2001-{end}") for end in ends if end]
        if len(days) != 2 or days[0] is None or days[1] is None:
            raise self.error(name, "「10-01 .. 03-31」のように月日で書いてください。")
        return (days[0].month, days[0].day), (days[1].month, days[1].day)

    def _child(self, row: Any, name: str) -> "Fields":
        label, known = None, self.identifier
        if isinstance(row, Mapping):
            label = row.get("id") or row.get("code") or row.get("label") or row.get("course")
            known = known or str(row.get("id") or row.get("code") or "")
        where = f"{self._where} {name}" + (f"（{label}）" if label else "")
        return Fields(row, where, self._reckoning, self.file, known)

    def _ends(self, name: str) -> tuple[str | None, str | None] | None:
        value = self.optional(name)
        if value is None:
            return None
        start, dots, end = value.partition("..")
        if not dots:
            raise self.error(name, f"「{value}」は「始まり .. 終わり」の形で書いてください。")
        return start.strip() or None, end.strip() or None

    def _point(self, name: str, value: Any) -> str | None:
        if value is None:
            return None
        if not _WEEK.match(str(value)):
            self._checked(name, lambda: self._reckoning.describe(str(value)))
        return str(value)

    def _gap(self, name: str, value: Any) -> str | None:
        if value is not None:
            self._checked(name, lambda: self._reckoning.describe_gap(str(value)))
        return None if value is None else str(value)

    def _date(self, name: str, value: str | None) -> date | None:
        return None if value is None else self._checked(name, lambda: date.fromisoformat(value))

    def _checked(self, name: str, read: Callable[[], T]) -> T:
        try:
            return read()
        except ValueError as problem:
            raise self.error(name, str(problem)) from problem
