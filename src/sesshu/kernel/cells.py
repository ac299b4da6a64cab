"""Tables that others send us as CSV, read row by row in flat memory.

UTF-8 (with or without BOM) and CP932 are told apart; the header is checked against the columns expected,
by their Japanese names or their romaji; a row that cannot be used is put among the errors and the others
go on. The writing of CSV stands in `csv_writer`; the checks of types, lengths and codes in `cell_checks`.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import Self

from sesshu.kernel.columns import Column
from sesshu.kernel.csv_writer import CsvWriter, write_csv
from sesshu.kernel.faults import Cell, CellError, TableError, broken_row
from sesshu.kernel.headers import match_header, names
from sesshu.kernel.records import CELL_LIMIT, Broken, Records
from sesshu.kernel.text_files import Encoding, NotText, Source, detect, lines

__all__ = [
    "CELL_LIMIT",
    "Cell",
    "CellError",
    "Column",
    "CsvWriter",
    "Row",
    "Source",
    "Table",
    "TableError",
    "read_table",
    "write_csv",
]

Row = tuple[int, Sequence[str]]
Picker = Callable[[list[str]], Sequence[str]]


class Table:
    """A table read from CSV. Iterating hands out (row number, cells in the order of `columns`).

    Rows that cannot be used are not handed out: they stand in `errors`, which is complete once the
    iteration has ended. Each iteration reads the file anew and starts with no errors.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._encoding = _encoding(source)
        self._pick: Picker | None = None
        self.encoding = self._encoding.name
        self.errors: list[CellError] = []
        self.columns: tuple[Column, ...] = ()
        self.header = _header(Records(lines(source, self._encoding)))

    def has(self, column: Column) -> bool:
        """Whether the header names the column: to tell formats apart before `bind`."""
        return names(self.header, column)

    def bind(self, columns: Sequence[Column]) -> Self:
        """Expect these columns, in any order. Raises TableError naming each header that does not fit."""
        faults, places = match_header(self.header, columns)
        if faults:
            raise TableError(faults)
        self.columns = tuple(columns)
        if len(self.header) in places:
            self._pick = _padding(_picker(places))
        else:
            self._pick = None if places == [*range(len(places))] else _picker(places)
        return self

    def __iter__(self) -> Iterator[Row]:
        self.errors = errors = []
        records = Records(lines(self._source, self._encoding))
        stream = iter(records)
        next(stream)
        records.width = len(self.header)
        pick = self._pick
        for number, cells in stream:
            if isinstance(cells, Broken):
                errors.append(broken_row(number, cells, self.header))
            else:
                yield number, cells if pick is None else pick(cells)

    def batches(self, size: int = 2000) -> Iterator[list[Row]]:
        """The rows in lists of `size`: the measure in which checks column by column are quick."""
        rows = iter(self)
        while batch := list(islice(rows, size)):
            yield batch

    def cells(self, row: Row) -> tuple[Cell, ...]:
        """The cells of a row with their places, for screens and messages."""
        headings = [column.name for column in self.columns] or self.header
        return tuple(Cell(row[0], name, text) for name, text in zip(headings, row[1], strict=True))


def read_table(source: Source, columns: Sequence[Column] | None = None) -> Table:
    """The table in a CSV file (a path, or its bytes). With `columns` its header is checked at once.

    Raises TableError, in words for staff, when the file is empty, is no CSV, or its header does not fit.
    """
    table = Table(source)
    return table if columns is None else table.bind(columns)


def _encoding(source: Source) -> Encoding:
    try:
        return detect(source)
    except NotText as refusal:
        raise TableError([CellError(1, "", str(refusal))]) from None


def _header(records: Records) -> tuple[str, ...]:
    number, cells = next(iter(records), (1, []))
    if isinstance(cells, Broken) or not cells:
        raise TableError([CellError(1, "", "見出しの行が読めません。CSV(UTF-8)で出力し直してください。")])
    if number != 1:
        raise TableError([CellError(1, "", "1行目が空です。1行目を見出しにしてください。")])
    return tuple(cells)


def _padding(pick: Picker) -> Picker:
    """For a table without an optional column: the place after the last is blank."""
    return lambda cells: pick([*cells, ""])


def _picker(places: list[int]) -> Picker:
    if len(places) == 1:
        return lambda cells: (cells[places[0]],)
    return itemgetter(*places)
