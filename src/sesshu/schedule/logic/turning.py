"""Doses that fall away when the one before is given late (CDSi 6.2; 実施規則17条1項)."""

from datetime import date, timedelta

from sesshu.schedule.logic.plan import Series
from sesshu.schedule.logic.relevance import Terms
from sesshu.schedule.logic.skip import Progress

_DAY = timedelta(days=1)


def turns_of(series: Series, progress: Progress, terms: Terms) -> list[date]:
    """The last days on which giving the next dose leaves every later one to be given."""
    if not series.turning:
        return []
    later = series.targets[progress.index + 1 :]
    return sorted({day for target in later if (day := terms.skip_after(target)) is not None})


def parted(start: date, end: date, turns: list[date]) -> list[tuple[date, date]]:
    """The days from ``start`` to ``end``, cut after each turn; nothing when there is no such day."""
    parts = []
    for turn in turns:
        if start <= turn < end:
            parts.append((start, turn))
            start = turn + _DAY
    return [*parts, (start, end)] if start <= end else parts


def remaining(series: Series, progress: Progress, day: date, terms: Terms) -> int:
    """Doses left if the next is given on ``day``, those that then fall away not counted."""
    if not series.turning:
        return len(series.targets) - progress.index
    later = series.targets[progress.index + 1 :]
    kept = [t for t in later if (limit := terms.skip_after(t)) is None or day <= limit]
    return 1 + len(kept)
