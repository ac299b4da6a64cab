"""The calendar of the CDSi Logic Specification 4.6, section 3.5 (tables 3-6 and 3-7).

Expressions are those of CDC's supporting data: ``6 weeks``, ``12 months - 4 days``, ``3 months + 4 weeks``,
``0 days``. Windows are half-open, begin ≤ day < end, so an end age is the first day outside.
"""

import re
from datetime import date, timedelta
from functools import lru_cache

from sesshu.kernel.dates import months_after

_TERM = re.compile(r"\s*([+-]?)\s*(\d+)\s*(year|month|week|day)s?\s*", re.IGNORECASE)
_MONTHS = {"year": 12, "month": 1}
_DAYS = {"week": 7, "day": 1}
_ONE_DAY = timedelta(days=1)


class CdsiReckoning:
    """See the module; stateless, one instance serves all. Fulfils ``reckoning.Reckoning``."""

    def point(self, expression: str, birth: date) -> date:
        """The date on which someone born on ``birth`` is as old as ``expression`` (CALCDTAGE and its kin)."""
        return after(birth, expression)

    def describe(self, expression: str) -> str:
        """The expression itself, with single blanks."""
        _compile(expression)
        return " ".join(expression.split())

    def next_day(self, previous: date, gap: str) -> date:
        """First day that keeps the interval (CALCDTINT): ``gap`` after the reference date."""
        return after(previous, gap)

    def last_day(self, previous: date, gap: str) -> date:
        """Last day before the end of the interval, which is half-open."""
        end = after(previous, gap)
        return end if end == date.min else end - _ONE_DAY

    def describe_gap(self, gap: str) -> str:
        """The interval itself, with single blanks."""
        return self.describe(gap)


@lru_cache(maxsize=1 << 16)
def after(day: date, expression: str) -> date:
    """``day`` plus a duration; ``ValueError`` if the expression cannot be read.

    CALCDT-1, -2: years and months move year and month and keep the day number. CALCDT-3, -4: weeks and days
    are counted. CALCDT-5: a date that does not exist becomes the 1st of the next month. CALCDT-6: years, then
    months, then CALCDT-5, then weeks and days. Beyond the calendar the result is its first or last day.
    """
    months, days = _compile(expression)
    try:
        moved = months_after(day, months) if months else day
        return moved + timedelta(days=days) if days else moved
    except (ValueError, OverflowError):
        return date.max if (months, days) > (0, 0) else date.min


@lru_cache(maxsize=4096)
def _compile(expression: str) -> tuple[int, int]:
    """Months and days of an expression."""
    months = days = position = 0
    while found := _TERM.match(expression, position):
        if position and not found[1]:
            break
        number = -int(found[2]) if found[1] == "-" else int(found[2])
        unit = found[3].lower()
        months += number * _MONTHS.get(unit, 0)
        days += number * _DAYS.get(unit, 0)
        position = found.end()
    if not position or position != len(expression):
        raise ValueError(f"期間「{expression}」は 6 weeks や 12 months - 4 days のように書いてください。")
    return months, days
