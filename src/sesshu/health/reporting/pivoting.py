"""Doses counted by any two dimensions, each number with the selection that lists its doses (H04)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from sesshu.health.reporting.dimensions import DIMENSIONS, Dimension
from sesshu.health.reporting.dose_selection import DoseSelection

MOST_COLUMNS = 60


class TooManyColumns(ValueError):
    """A table that wide cannot be read; the message says what to do."""


@dataclass(frozen=True)
class Pivot:
    """``counts`` by (row, column) value; rows and columns in the order in which they are read."""

    row: Dimension
    column: Dimension
    selection: DoseSelection
    row_words: dict[str, str]
    column_words: dict[str, str]
    counts: dict[tuple[str, str], int]

    def count(self, row: str | None, column: str | None) -> int:
        """A cell; None sums over that side."""
        if row is not None and column is not None:
            return self.counts.get((row, column), 0)
        return sum(
            count
            for (in_row, in_column), count in self.counts.items()
            if row in (None, in_row) and column in (None, in_column)
        )

    def cell(self, row: str | None, column: str | None) -> DoseSelection:
        """The doses that :meth:`count` counted."""
        cells = {self.row.name: row, self.column.name: column}
        return self.selection.narrowed(**{name: value for name, value in cells.items() if value is not None})


def pivot(selection: DoseSelection, row: str, column: str) -> Pivot:
    """Count the doses of a selection.

    :raises TooManyColumns: past :data:`MOST_COLUMNS` values across.
    :raises KeyError: for a dimension that is none, or the same twice.
    """
    down, across = DIMENSIONS[row], DIMENSIONS[column]
    if row == column:
        raise KeyError(column)
    found = (
        selection.queryset()
        .order_by()
        .values_list(down.expression(), across.expression())
        .annotate(Count("pk"))
    )
    counts: Counter[tuple[str, str]] = Counter()
    for in_row, in_column, count in found:
        counts[in_row, in_column] += count
    rows, columns = {key[0] for key in counts}, {key[1] for key in counts}
    if len(columns) > MOST_COLUMNS:
        raise TooManyColumns(
            f"「{across.title}」の種類が{len(columns)}あり、列に並べられません（{MOST_COLUMNS}まで）。"
            f"「{across.title}」を行に選ぶか、条件を絞ってください。"
        )
    return Pivot(down, across, selection, _ordered(down, rows), _ordered(across, columns), dict(counts))


def _ordered(dimension: Dimension, values: set[str]) -> dict[str, str]:
    words = dimension.words(values)
    return {value: words[value] for value in sorted(values, key=dimension.order)}
