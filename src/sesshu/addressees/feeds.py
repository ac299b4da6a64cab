"""Parse: a resident feed's file, told apart by its header, and its rows in batches of columns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sesshu.addressees.columns import CHANGE_COLUMNS, RESIDENT_COLUMNS
from sesshu.kernel.cells import CellError, Row, Table, TableError, read_table

BATCH = 10_000
_REASON = CHANGE_COLUMNS[1]


class UnreadableFile(ValueError):
    """The file as a whole cannot be taken; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows, column by column: what checks and COPY work on."""

    rows: tuple[int, ...]
    columns: dict[str, Sequence[str]]

    @classmethod
    def of(cls, names: Sequence[str], rows: Sequence[Row]) -> Batch:
        by_column = zip(*(cells for _, cells in rows), strict=True)
        return cls(tuple(number for number, _ in rows), dict(zip(names, by_column, strict=True)))

    def __getitem__(self, name: str) -> Sequence[str]:
        return self.columns[name]

    def without(self, bad: set[int]) -> Batch:
        """The rows that are not among these numbers."""
        if bad.isdisjoint(self.rows):
            return self
        kept = [place for place, number in enumerate(self.rows) if number not in bad]
        return Batch(
            tuple(self.rows[place] for place in kept),
            {name: tuple(texts[place] for place in kept) for name, texts in self.columns.items()},
        )


@dataclass(frozen=True, slots=True)
class Feed:
    """An opened feed. `lines` is how many lines the file has, `digest` the SHA-256 of its bytes."""

    table: Table
    is_changes: bool
    lines: int
    digest: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.table.columns)

    @property
    def broken(self) -> list[CellError]:
        """Rows that are no rows of this table; complete after the reading."""
        return self.table.errors

    def batches(self) -> Iterator[list[Row]]:
        return self.table.batches(BATCH)


def open_feed(path: Path) -> Feed:
    """Open the whole file or the changes.

    :raises UnreadableFile: no such file, no CSV (a PDF, an empty file), columns missing or unknown.
    """
    if not path.is_file():
        raise UnreadableFile(f"ファイル「{path}」がありません。場所と名前を確かめてください。")
    try:
        table = read_table(path)
        is_changes = table.has(_REASON)
        table.bind(CHANGE_COLUMNS if is_changes else RESIDENT_COLUMNS)
    except TableError as error:
        raise UnreadableFile(str(error)) from error
    except OSError as error:
        raise UnreadableFile(f"ファイル「{path}」を読めません。読み取りの権限を確かめてください。") from error
    with path.open("rb") as stream:
        return Feed(table, is_changes, *_measured(stream))


def _measured(stream: BinaryIO) -> tuple[int, str]:
    lines, digest = 0, hashlib.sha256()
    for block in iter(lambda: stream.read(1 << 20), b""):
        lines += block.count(b"\n")
        digest.update(block)
    return lines, digest.hexdigest()
