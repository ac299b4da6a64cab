"""CSV records (RFC 4180) out of lines, going on after a broken one.

A spreadsheet's row number counts records, not lines: a cell may hold line breaks. Blank rows count too,
but are not handed out.
"""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from sesshu.kernel.formulas import unguarded

CELL_LIMIT = 10_000

Fault = Literal["too_few", "too_many", "too_long", "open_quote", "stray_quote", "nul", "unreadable"]


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that cannot be used: what is wrong, in which column (from 0), and how many cells it has."""

    fault: Fault
    column: int
    cells: int = 0


class Records:
    """The records of `lines` as (row number, cells); a broken one as (row number, Broken).

    `width`, once set, is the number of cells every record must have. After an unclosed quotation mark the
    reading goes on with the next line, when that line is a whole record by itself; after an overlong cell,
    with the line after the cell's end.
    """

    def __init__(self, lines: Iterator[str]) -> None:
        self.width: int | None = None
        self._lines = lines
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self._number = 0

    def __iter__(self) -> Iterator[tuple[int, list[str] | Broken]]:
        at_end = False
        while not at_end or self._again:
            reader = csv.reader(self._feed(), strict=True)
            while True:
                self._record.clear()
                try:
                    cells = next(reader)
                except StopIteration:
                    at_end = True
                    break
                except csv.Error as error:
                    self._number += 1
                    yield self._number, self._broken(str(error))
                    continue
                self._number += 1
                if self._is_plain(cells):
                    yield self._number, cells
                elif any(cells):
                    yield self._number, self._judged(cells)

    def _feed(self) -> Iterator[str]:
        record, again = self._record, self._again
        while True:
            while again:
                record.append(again.popleft())
                yield record[-1]
            line = next(self._lines, None)
            if line is None:
                return
            record.append(line)
            yield line

    def _is_plain(self, cells: list[str]) -> bool:
        """The quick test that all but a few records pass: one short line of the right width, no odd sign."""
        record = self._record
        if len(record) != 1 or len(cells) != self.width or len(line := record[0]) > CELL_LIMIT:
            return False
        odd = "'" in line or "\0" in line or "\ufffd" in line
        return not odd and (cells[0] != "" or any(cells))

    def _judged(self, cells: list[str]) -> list[str] | Broken:
        fault = self._fault_of(cells)
        if fault is None:
            return [unguarded(text) for text in cells]
        return self._resumed_after_open_quote() or fault

    def _fault_of(self, cells: Sequence[str]) -> Broken | None:
        if self.width is not None and len(cells) < self.width:
            return Broken("too_few", len(cells), len(cells))
        if self.width is not None and len(cells) > self.width:
            return Broken("too_many", self.width - 1, len(cells))
        for column, text in enumerate(cells):
            if len(text) > CELL_LIMIT:
                return Broken("too_long", column)
            if "\0" in text:
                return Broken("nul", column)
            if "\ufffd" in text:
                return Broken("unreadable", column)
        return None

    def _broken(self, error: str) -> Broken:
        if resumed := self._resumed_after_open_quote():
            return resumed
        if "field limit" in error:
            column = _overlong_column(self._record)
            self._skip_open_cell()
            return Broken("too_long", column)
        if "end of data" in error:
            return Broken("open_quote", _last_column(self._record))
        return Broken("stray_quote", _stray_column(self._record))

    def _resumed_after_open_quote(self) -> Broken | None:
        """Give back the lines swallowed by an unclosed mark, when the next line is a record by itself."""
        if len(self._record) < 2 or not _is_record(self._record[1], self.width):
            return None
        column = _last_column(self._record[:1])
        self._again.extendleft(reversed(self._record[1:]))
        return Broken("open_quote", column)

    def _skip_open_cell(self) -> None:
        quotes = sum(line.count('"') for line in self._record)
        while quotes % 2 and (line := next(self._feed(), None)) is not None:
            quotes += line.count('"')
            self._record.clear()


def _is_record(line: str, width: int | None) -> bool:
    try:
        return len(next(csv.reader([line], strict=True), [])) == width
    except csv.Error:
        return False


def _cell_ends(lines: Sequence[str]) -> Iterator[int]:
    """Where the cells of a record end, as offsets into its text; a cell left open has no end."""
    quoted, place = False, 0
    for line in lines:
        for sign in line:
            if sign == '"':
                quoted = not quoted
            elif sign == "," and not quoted:
                yield place
            place += 1


def _last_column(lines: Sequence[str]) -> int:
    return sum(1 for _ in _cell_ends(lines))


def _stray_column(lines: Sequence[str]) -> int:
    text, column, quoted = "".join(lines), 0, False
    for sign, following in pairwise(text):
        if sign == '"':
            quoted = not quoted
            if not quoted and following not in ',"\r\n':
                return column
        elif sign == "," and not quoted:
            column += 1
    return column


def _overlong_column(lines: Sequence[str]) -> int:
    start, column = 0, 0
    for end in _cell_ends(lines):
        if end - start > CELL_LIMIT:
            break
        start, column = end + 1, column + 1
    return column
