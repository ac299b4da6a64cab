"""Where the lanes lie: the timeline as numbers for an SVG template. Knows no rules and no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils.safestring import SafeString, mark_safe

from sesshu.health.ledger.lanes import Kind, Lane, Stretch
from sesshu.kernel.wareki import to_wareki_short

WIDTH = 1180
_LEFT, _RIGHT = 132, 16
_TOP, _ROW, _BAR, _BOTTOM = 46, 34, 14, 20
_YEAR_GAP = 40
_NO_FILL = mark_safe("")
_FILLS = {
    Kind.LATE: mark_safe(' fill="url(#pattern-late)"'),
    Kind.FUTURE: mark_safe(' fill="url(#pattern-future)"'),
    Kind.FUTURE_STANDARD: mark_safe(' fill="url(#pattern-future)"'),
    Kind.CLOSED: mark_safe(' fill="url(#pattern-closed)"'),
}


@dataclass(frozen=True, slots=True)
class Zoom:
    """Ages (in years) and the share of the width that each stretch of ages takes."""

    key: str
    title: str
    ages: tuple[float, ...]
    shares: tuple[float, ...]
    ticks: tuple[float, ...]


CHILD = Zoom(
    "child",
    "乳幼児・学童期（0〜20歳）",
    (0, 1, 2, 7.5, 20),
    (0.0, 0.28, 0.45, 0.72, 1.0),
    (0, 2 / 12, 6 / 12, 1, 1.5, 2, 3, 4, 5, 6, 7.5, 9, 11, 13, 16, 20),
)


def adult(age: int) -> Zoom:
    """The years round an adult's age."""
    start = max(18, min(age - 6, 60))
    end = max(age + 12, 70)
    return _even("adult", f"成人・高齢期（{start}〜{end}歳）", start, end)


def whole(age: int) -> Zoom:
    """From birth to some years from now."""
    return _even("life", "生涯", 0, max(age + 10, 20))


def _even(key: str, title: str, start: int, end: int) -> Zoom:
    step = 5 if end - start > 25 else 2
    ticks = tuple(float(age) for age in range(start, end + 1, step))
    return Zoom(key, title, (start, end), (0.0, 1.0), ticks)


@dataclass(frozen=True, slots=True)
class Tick:
    x: str
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A drawn stretch: ``shape`` is the kind; ``x``, ``y``, ``width``, ``height`` in units of the drawing.

    ``fill`` is the attribute that names its pattern, "" where the style sheet fills it.
    """

    shape: str
    fill: SafeString
    x: str
    y: str
    width: str
    height: str
    words: str


@dataclass(frozen=True, slots=True)
class Point:
    """A drawn dose: a disc when valid, a diamond otherwise; hollow when not 定期."""

    x: str
    y: str
    path: str
    number: str
    evaluation: str
    routine: bool
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    y: str
    text_y: str
    bars: tuple[Bar, ...]
    points: tuple[Point, ...]
    shaded: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    left: int
    right: int
    bottom: str
    rows: tuple[Row, ...]
    ages: tuple[Tick, ...]
    years: tuple[Tick, ...]
    today: str
    today_text: str
    row_height: int = _ROW


class Scale:
    """Days to places, straight between the ages of a zoom."""

    def __init__(self, birth: date, zoom: Zoom) -> None:
        self.birth = birth
        room = WIDTH - _LEFT - _RIGHT
        self._knots = [
            (_ordinal(birth, age), _LEFT + share * room)
            for age, share in zip(zoom.ages, zoom.shares, strict=True)
        ]
        self.first, self.last = self._knots[0][0], self._knots[-1][0]

    def place(self, day: float) -> float:
        """The place of a day's number (date.toordinal), held to the ends of the scale."""
        day = min(max(day, self.first), self.last)
        for (start, left), (end, right) in pairwise(self._knots):
            if day <= end:
                return left + (day - start) / (end - start) * (right - left)
        return self._knots[-1][1]

    def holds(self, day: date) -> bool:
        return self.first <= day.toordinal() <= self.last


def end_of(birth: date, zoom: Zoom) -> date:
    """The last day that a zoom shows."""
    return date.fromordinal(min(round(_ordinal(birth, zoom.ages[-1])), date.max.toordinal()))


def draw(birth: date, lanes: Sequence[Lane], zoom: Zoom, *, today: date) -> Drawing:
    """The drawing of these lanes for someone born on ``birth``."""
    scale = Scale(birth, zoom)
    rows = tuple(_row(lane, place, scale) for place, lane in enumerate(lanes))
    height = _TOP + len(rows) * _ROW + _BOTTOM
    return Drawing(
        WIDTH,
        height,
        _LEFT,
        WIDTH - _RIGHT,
        str(height - _BOTTOM),
        rows,
        tuple(_ages(birth, zoom, scale)),
        tuple(_years(scale)),
        _number(scale.place(today.toordinal())) if scale.holds(today) else "",
        to_wareki_short(today),
    )


def _row(lane: Lane, place: int, scale: Scale) -> Row:
    top = _TOP + place * _ROW
    bars = tuple(bar for stretch in lane.stretches if (bar := _bar(stretch, top, scale)))
    points = tuple(_points(lane, top + _ROW / 2, scale))
    return Row(lane.programme.short_name, str(top), str(top + _ROW / 2 + 5), bars, points, place % 2 == 1)


def _bar(stretch: Stretch, top: float, scale: Scale) -> Bar | None:
    start, end = stretch.start.toordinal(), stretch.end.toordinal() + 1
    if end <= scale.first or start >= scale.last:
        return None
    left, right = scale.place(start), scale.place(end)
    height = 3 if stretch.kind in (Kind.WAITING, Kind.CLOSED, Kind.DONE) else _BAR
    y = top + (_ROW - height) / 2
    return Bar(
        stretch.kind.value,
        _FILLS.get(stretch.kind, _NO_FILL),
        _number(left),
        _number(y),
        _number(max(right - left, 0.6)),
        str(height),
        stretch.words,
    )


def _points(lane: Lane, middle: float, scale: Scale) -> Iterable[Point]:
    taken: list[float] = []
    for mark in lane.marks:
        if not scale.holds(mark.day):
            continue
        # Two doses a few days apart must both be seen.
        x = scale.place(mark.day.toordinal())
        y = middle - 5 if any(abs(x - other) < 13 for other in taken[-1:]) and len(taken) % 2 else middle
        taken.append(x)
        yield Point(
            _number(x), _number(y), _diamond(x, y), mark.number, mark.evaluation, mark.routine, mark.words
        )


def _diamond(x: float, y: float, size: float = 9.5) -> str:
    return f"M{_number(x)} {_number(y - size)}l{size} {size}l-{size} {size}l-{size} -{size}z"


def _ages(birth: date, zoom: Zoom, scale: Scale) -> Iterable[Tick]:
    for age in zoom.ticks:
        yield Tick(_number(scale.place(_ordinal(birth, age))), _age_text(age))


def _age_text(age: float) -> str:
    years, months = divmod(round(age * 12), 12)
    if months and not years:
        return f"{months}か月"
    return f"{years}歳半" if months == 6 else f"{years}歳"


def _years(scale: Scale) -> Iterable[Tick]:
    first = date.fromordinal(int(scale.first))
    last = date.fromordinal(int(scale.last))
    shown = float("-inf")
    for year in range(first.year if (first.month, first.day) == (1, 1) else first.year + 1, last.year + 1):
        x = scale.place(date(year, 1, 1).toordinal())
        if x - shown >= _YEAR_GAP:
            shown = x
            yield Tick(_number(x), str(year))


def _ordinal(birth: date, age: float) -> float:
    return birth.toordinal() + age * 365.2425


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
