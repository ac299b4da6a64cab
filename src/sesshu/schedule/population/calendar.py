"""The calendar of Japanese law over columns: the same dates as :mod:`sesshu.schedule.reckoning.japan`.

Days are proleptic ordinals (``date.toordinal``) in ``int32`` arrays. A test holds every expression and gap of
the pack against the scalar calendar on every day of birth from 1900 to 2040.
"""

from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sesshu.schedule.reckoning.japan import _AGE, _DATE, _DAY, _FISCAL, _SCHOOL, _interval

Days = NDArray[np.int32]
_Whole = NDArray[np.int64]
LAST = date.max.toordinal()
_EPOCH = date(1970, 1, 1).toordinal()
_HALF_MONTH = np.array([14, 15, 15, 16], np.int64)  # of months of 28, 29, 30 and 31 days


def point(expression: str, birth: Days) -> Days:
    """The days that an age or date expression stands for; ``ValueError`` if it cannot be read."""
    if expression == "birth":
        return birth
    if found := _AGE.match(expression):
        months = int(found[1]) * (12 if found[2] == "y" else 1)
        return _reach(birth, months) + np.int32(found[3] or 0)
    if found := _FISCAL.match(expression):
        year = fiscal_year(_reach(birth, 12 * int(found[2])))
        return fiscal_start(year) if found[1] == "start" else fiscal_start(year + 1) - np.int32(1)
    if found := _SCHOOL.match(expression):
        year = fiscal_year(_reach(birth, 72))
        return fiscal_start(year) if found[1] == "y" else fiscal_start(year + 1) - np.int32(1)
    if found := _DAY.match(expression):
        return birth + np.int32(found[1])
    if _DATE.match(expression):
        return np.full_like(birth, date.fromisoformat(expression).toordinal())
    raise ValueError(f"日付の式「{expression}」は読めません。")


def year(day: Days) -> Days:
    """Calendar year of each day."""
    return (_months(day) // 12 + 1970).astype(np.int32)


def fiscal_year(day: Days) -> Days:
    """Fiscal year of each day, as the year of its April."""
    return ((_months(day) - 3) // 12 + 1970).astype(np.int32)


def fiscal_start(year: Days) -> Days:
    """1 April of each year."""
    return _first((year.astype(np.int64) - 1970) * 12 + 3).astype(np.int32)


@lru_cache(maxsize=256)
def next_days(gap: str, first: int, last: int) -> Days:
    """For each day from ``first`` to ``last``: the first day that keeps the least interval from it."""
    interval, days = _interval(gap), np.arange(first, last + 1, dtype=np.int32)
    if not interval.months:
        return days + np.int32(interval.days + 1)
    due = _months_after(days, interval.months)
    if interval.half:
        month = _months(due)
        due = due + _HALF_MONTH[_first(month + 1) - _first(month) - 28].astype(np.int32)
    return due


@lru_cache(maxsize=256)
def last_days(gap: str, first: int, last: int) -> Days:
    """For each day from ``first`` to ``last``: the last day that keeps the greatest interval from it."""
    interval, days = _interval(gap), np.arange(first, last + 1, dtype=np.int32)
    if interval.months:
        return _months_after(days, interval.months) + np.int32(15 if interval.half else 0)
    return days + np.int32(interval.days + 1)


def _reach(birth: Days, months: int) -> Days:
    month = _months(birth)
    nth = birth - _first(month)
    first, following = _first(month + months), _first(month + months + 1)
    return np.where(nth >= following - first, following - 1, first + nth - 1).astype(np.int32)


def _months_after(days: Days, months: int) -> Days:
    month = _months(days)
    return np.minimum(_first(month + months) + (days - _first(month)), _first(month + months + 1)).astype(
        np.int32
    )


def _months(day: Days) -> _Whole:
    """Months since January 1970."""
    return (day.astype(np.int64) - _EPOCH).astype("M8[D]").astype("M8[M]").astype(np.int64)


def _first(month: _Whole) -> _Whole:
    """The first day of a month since January 1970."""
    return month.astype("M8[M]").astype("M8[D]").astype(np.int64) + _EPOCH
