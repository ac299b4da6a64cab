"""Charts as data, and where their marks lie. Templates draw them as SVG; a table always says the same.

Lengths are in percent of the cell (bars) or in units of the drawing's view box (lines).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

SERIES_COLOURS = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as it is written, with the address of what it counts."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row. `value` None is "nobody to count": no bar. `cells` are written under the chart's `columns`."""

    label: str
    value: float | None
    cells: tuple[Cell, ...]
    url: str = ""


@dataclass(frozen=True, slots=True)
class BarChart:
    """Horizontal bars in a table. `maximum`: the value of a full bar; by default the largest value."""

    caption: str
    heading: str
    columns: tuple[str, ...]
    bars: tuple[Bar, ...]
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class StackedRow:
    label: str
    values: tuple[int, ...]
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StackedChart:
    """Bars of parts in a table, a part for each of `series` (five at most). `shares`: each row fills 100%."""

    caption: str
    heading: str
    series: tuple[str, ...]
    rows: tuple[StackedRow, ...]
    shares: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """Values along the chart's labels; None leaves a gap."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines over ordered labels. `unit` follows each figure; `top` fixes the upper end of the scale."""

    caption: str
    heading: str
    labels: tuple[str, ...]
    lines: tuple[Line, ...]
    unit: str = ""
    top: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a stacked bar: `colour` 1 to 5, `x` and `width` in percent."""

    colour: int
    name: str
    x: str
    width: str


def colour_of(index: int) -> int:
    """The colour class (1 to 5) of the series with that index."""
    return index % SERIES_COLOURS + 1


def bar_widths(chart: BarChart) -> tuple[str, ...]:
    """Each bar's length in percent; "0" where there is nothing to draw."""
    values = [bar.value or 0 for bar in chart.bars]
    full = chart.maximum or max(values, default=0)
    return tuple(_share(value, full) for value in values)


def parts(chart: StackedChart) -> tuple[tuple[Part, ...], ...]:
    """For each row, its pieces from left to right."""
    largest = max((sum(row.values) for row in chart.rows), default=0)
    return tuple(
        _row_parts(chart.series, row.values, sum(row.values) if chart.shares else largest)
        for row in chart.rows
    )


def _row_parts(names: Sequence[str], values: Sequence[int], full: float) -> tuple[Part, ...]:
    ends = [sum(values[:count]) for count in range(len(values) + 1)]
    return tuple(
        Part(colour_of(index), names[index], _share(start, full), _share(end - start, full))
        for index, (start, end) in enumerate(pairwise(ends))
    )


def _share(value: float, full: float) -> str:
    return f"{min(value / full, 1) * 100:.2f}" if full > 0 else "0"


def ticks(top: float, wanted: int = 5) -> tuple[float, ...]:
    """Round steps (1, 2, 2.5 or 5 × a power of ten) from 0 up to or past `top`."""
    if top <= 0:
        return (0.0, 1.0)
    rough = top / wanted
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    return tuple(step * count for count in range(ceil(top / step - 1e-9) + 1))
