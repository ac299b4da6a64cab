"""A city's own programmes: an age window, a number of doses, an interval. No Django: workers use it too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sesshu.kernel import dates
from sesshu.schedule.model import Status

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OwnRule:
    """What :class:`sesshu.health.catalogue.models.OwnProgramme` says. ``sex`` is "M", "F" or None for both.

    Ages are months; a dose may be given from the day the first is reached to the day the second is reached
    (年齢計算ニ関スル法律), both inclusive.
    """

    code: str
    sex: str | None
    from_months: int
    to_months: int
    doses: int
    interval_days: int
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class OwnSpan:
    start: date
    end: date
    status: Status
    dose_number: int | None = None


def spans(rule: OwnRule, birth: date | None, sex: str | None, given: Sequence[date]) -> tuple[OwnSpan, ...]:
    """The whole life in spans; ``given`` are the days of the programme's doses so far."""
    if birth is None or (rule.sex is not None and rule.sex != sex):
        return (OwnSpan(date.min, date.max, "not_target"),)
    if len(given) >= rule.doses:
        return (OwnSpan(date.min, date.max, "complete"),)
    opens = max(dates.reach(birth, months=rule.from_months), rule.valid_from)
    closes = min(dates.reach(birth, months=rule.to_months), rule.valid_to or date.max)
    if given:
        opens = max(opens, max(given) + timedelta(days=rule.interval_days) + _DAY)
    if opens > closes:
        return (OwnSpan(date.min, date.max, "not_target" if not given else "aged_out"),)
    before = OwnSpan(date.min, opens - _DAY, "not_yet")
    due = OwnSpan(opens, closes, "eligible", len(given) + 1)
    return (before, due, OwnSpan(closes + _DAY, date.max, "aged_out")) if closes < date.max else (before, due)
