"""Parse and validate: a feed's rows in chunks, the good ones ready for COPY, the others among the errors.

Nothing here touches the database, so the next chunk is read while the last one is being written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

from sesshu.addressees import row_checks
from sesshu.addressees.feeds import Batch, Feed
from sesshu.addressees.staging import Lines
from sesshu.kernel.cell_checks import CellChecks
from sesshu.kernel.cells import CellError, Row


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a feed. `lines` is COPY's text, `turns` the most changes one person has among them."""

    rows: int
    lines: str
    turns: int
    errors: list[CellError]
    warnings: list[CellError]


class Reader:
    """Reads a feed once. `keys` are the numbers met so far, each with its first row."""

    def __init__(self, feed: Feed, today: date) -> None:
        self.keys: dict[str, int] = {}
        self._feed, self._today = feed, today
        self._checks = CellChecks(feed.table.columns)
        self._key = "異動番号" if feed.is_changes else "宛名番号"

    def chunks(self) -> Iterator[Chunk]:
        """The chunks in the order of the file, one always being made ahead; broken rows come last."""
        made = self._made()
        with ThreadPoolExecutor(1) as ahead:
            coming = ahead.submit(next, made, None)
            while (chunk := coming.result()) is not None:
                coming = ahead.submit(next, made, None)
                yield chunk

    def _made(self) -> Iterator[Chunk]:
        for rows in self._feed.batches():
            yield self._chunk(rows)
        broken = self._feed.broken
        yield Chunk(len(broken), "", 0, list(broken), [])

    def _chunk(self, rows: Sequence[Row]) -> Chunk:
        batch = Batch.of(self._feed.names, rows)
        errors = self._checks.errors(rows)
        errors += row_checks.errors(batch, self._feed.table.columns, self._today)
        errors += self._second_copies(batch)
        good = batch.without({error.row for error in errors})
        if not good.rows:
            return Chunk(len(rows), "", 0, errors, [])
        lines = Lines(good, self._today)
        return Chunk(len(rows), lines.text(), lines.turns, errors, row_checks.warnings(good, self._today))

    def _second_copies(self, batch: Batch) -> list[CellError]:
        keys, first = batch[self._key], self.keys
        if len(set(keys)) == len(keys) and first.keys().isdisjoint(keys):
            first.update(zip(keys, batch.rows, strict=True))
            return []
        found = []
        for row, key in zip(batch.rows, keys, strict=True):
            before = first.setdefault(key, row)
            if before != row and key:
                words = f"の「{key}」は{before}行目にもあります。どちらか1行にしてください。"
                found.append(CellError(row, self._key, f"{row}行目: 「{self._key}」{words}"))
        return found
