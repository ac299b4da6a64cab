"""CSV that people open in a spreadsheet: UTF-8 with BOM, CR LF, no cell that would run as a formula."""

import csv
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from sesshu.kernel.formulas import guarded_row


class CsvWriter:
    """Writes row by row to a path or to a binary stream, which is left open.

    A path is written beside itself and put in place only when the block ends well, so that no half file
    is ever taken for a whole one.
    """

    def __init__(self, target: str | Path | IO[bytes], header: Sequence[str]) -> None:
        self._path = Path(target) if isinstance(target, str | Path) else None
        stream = _part(Path(target)).open("wb") if isinstance(target, str | Path) else target
        self._stream: IO[bytes] = stream
        self._text = TextIOWrapper(self._stream, encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._text)
        self.rows = -1
        self.write(header)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._text.flush()
        self._text.detach()
        if self._path is None:
            return
        self._stream.close()
        if kind is None:
            _part(self._path).replace(self._path)
        else:
            _part(self._path).unlink()

    def write(self, row: Sequence[object]) -> None:
        """Write one row; None becomes a blank, a date its ISO form."""
        self._writer.writerow(guarded_row(["" if value is None else str(value) for value in row]))
        self.rows += 1

    def write_texts(self, rows: Iterable[Sequence[str]]) -> None:
        """Write many rows whose cells are text already: the quick way for large files."""
        stream = iter(rows)
        while batch := list(islice(stream, 1000)):
            self._writer.writerows(map(guarded_row, batch))
            self.rows += len(batch)


def write_csv(target: str | Path | IO[bytes], header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write a whole table (see CsvWriter); the number of rows without the header."""
    with CsvWriter(target, header) as writer:
        for row in rows:
            writer.write(row)
    return writer.rows


def _part(path: Path) -> Path:
    return path.with_name(path.name + ".part")
