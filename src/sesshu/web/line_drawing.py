"""Where the marks of a line chart lie, in units of a view box of 760 by 280."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sesshu.web.charts import Line, LineChart, colour_of, ticks

WIDTH, HEIGHT = 760, 280
LEFT, RIGHT, TOP, BOTTOM = 52, 150, 12, 248
LABEL_GAP = 16
MOST_LABELS = 12


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line: its path, its points, and where its name stands at the right end (None: no value at all)."""

    name: str
    colour: int
    path: str
    points: tuple[tuple[float, float], ...]
    name_y: float | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    left: int
    right: int
    bottom: int
    name_x: int
    size: str
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    lines: tuple[Drawn, ...]


def draw(chart: LineChart) -> Drawing:
    """The marks of `chart`."""
    scale = ticks(chart.top if chart.top is not None else _largest(chart))
    xs = _positions(len(chart.labels))
    lines = [_drawn(index, line, xs, scale[-1]) for index, line in enumerate(chart.lines)]
    every = -(-len(chart.labels) // MOST_LABELS) or 1
    return Drawing(
        left=LEFT,
        right=WIDTH - RIGHT,
        bottom=BOTTOM,
        name_x=WIDTH - RIGHT + 10,
        size=f"0 0 {WIDTH} {HEIGHT}",
        y_ticks=tuple(Tick(_y(value, scale[-1]), f"{value:,g}{chart.unit}") for value in scale),
        x_ticks=tuple(
            Tick(x, label)
            for n, (x, label) in enumerate(zip(xs, chart.labels, strict=True))
            if n % every == 0
        ),
        lines=_with_names(lines),
    )


def _largest(chart: LineChart) -> float:
    return max((value for line in chart.lines for value in line.values if value is not None), default=0)


def _positions(count: int) -> list[float]:
    if count < 2:
        return [LEFT + (WIDTH - RIGHT - LEFT) / 2] * count
    step = (WIDTH - RIGHT - LEFT) / (count - 1)
    return [round(LEFT + step * index, 1) for index in range(count)]


def _y(value: float, top: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * min(value / top, 1), 1)


def _drawn(index: int, line: Line, xs: Sequence[float], top: float) -> Drawn:
    marks = [None if value is None else (x, _y(value, top)) for x, value in zip(xs, line.values, strict=True)]
    runs = [list(run) for there, run in groupby(marks, key=lambda mark: mark is not None) if there]
    path = " ".join("M" + " L".join(f"{x} {y}" for x, y in filter(None, run)) for run in runs)
    points = tuple(mark for mark in marks if mark)
    return Drawn(line.name, colour_of(index), path, points, points[-1][1] if points else None)


def _with_names(lines: Sequence[Drawn]) -> tuple[Drawn, ...]:
    """Names beside the lines' ends, pushed apart so that none covers another."""
    placed: dict[int, float] = {}
    low = float("-inf")
    order = sorted(
        (i for i, line in enumerate(lines) if line.name_y is not None), key=lambda i: lines[i].name_y or 0
    )
    for i in order:
        low = max(lines[i].name_y or 0, low + LABEL_GAP)
        placed[i] = low
    over = max(low - BOTTOM, 0) if placed else 0
    return tuple(
        Drawn(line.name, line.colour, line.path, line.points, placed[i] - over if i in placed else None)
        for i, line in enumerate(lines)
    )
