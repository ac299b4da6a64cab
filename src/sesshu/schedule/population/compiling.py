"""Which rules columns hold. What they do not hold, the scalar engine answers: nothing is left out unseen.

A field that the data model gains is not compiled until it is named here, so that a new construct falls back
instead of being passed over.
"""

from collections.abc import Iterator
from dataclasses import MISSING, fields
from functools import lru_cache
from typing import Any

import numpy as np

from sesshu.schedule.logic.plan import plan
from sesshu.schedule.population import calendar
from sesshu.schedule.reckoning.japan import JapaneseReckoning, _interval
from sesshu.schedule.supporting import Ages, Course, DoseRow, HistoryNeeded, Pack, Rule

_COMPILED: dict[type, frozenset[str]] = {
    Ages: frozenset({"start", "end", "conditions"}),
    HistoryNeeded: frozenset({"products", "least", "most", "between"}),
    Course: frozenset({"key", "doses", "starting"}),
    DoseRow: frozenset(
        {
            "number", "label", "gap", "gap_from", "doctor_gap", "latest_gap", "unfinished_gap",
            "unfinished_doctor_gap", "standard_gap", "standard_from_first", "standard", "until", "not_before",
            "skip_if_previous_after", "ml", "ml_under", "route", "ml_from", "route_from",
            # How sure a verdict is, columns do not say; a doubt that is told leaves the dose untold.
            "ml_of", "gap_after_period", "unsure_in_later_window",
        }
    ),
    Rule: frozenset(
        {
            "id", "programme", "period", "period_name", "serves", "products", "in_force", "articles",
            "confidence", "eligible", "born", "not_born", "sex", "standard", "courses", "each", "season",
            "needs_history", "fiscal_ages", "born_until", "deems_earlier", "deems_from", "only_if_begun",
            "counts_outside_window", "temporary", "ends_counting", "beside", "note", "article", "number",
        }
    ),
}  # fmt: skip


@lru_cache(maxsize=8)
def left_out(pack: Pack) -> dict[int, str]:
    """Why a rule is not compiled, by its number; pregnancies aside, which are known by their due dates."""
    if not isinstance(pack.reckoning, JapaneseReckoning):
        return {rule.number: "reckoning" for rule in pack.rules}
    found = {rule.number: why for rule in pack.rules if (why := _why(rule))}
    for periods in plan(pack).diseases.values():
        for series in periods.values():
            each = {one.each for one in series} - {None}
            if each and each != {"pregnancy"} and (len(series) > 1 or each != {"fiscal-year"}):
                rules = [q.rule for s in series for t in s.targets for q in t.requirements]
                found |= {rule.number: f"each: {'/'.join(sorted(map(str, each)))}" for rule in rules}
    return found


def _why(rule: Rule) -> str:
    parts = [rule, *rule.eligible, *rule.needs_history, *rule.courses]
    parts += [dose for course in rule.courses for dose in course.doses]
    for part in parts:
        unknown = next(_unknown(part), None)
        if unknown is not None:
            return unknown
    return "" if rule.each == "pregnancy" or rule.temporary else _unreadable(rule)


def _unknown(part: Any) -> Iterator[str]:
    """Fields that are used and that columns do not know."""
    for field in fields(part):
        if field.name not in _COMPILED[type(part)]:
            default = field.default_factory() if field.default_factory is not MISSING else field.default
            if getattr(part, field.name) != default:
                yield field.name


def _unreadable(rule: Rule) -> str:
    """The first expression or interval that columns cannot reckon with; empty if there is none."""
    birth = np.array([730_000], np.int32)
    for expression in _points(rule):
        try:
            calendar.point(expression, birth)
        except ValueError:
            return f"point: {expression}"
    for gap in _gaps(rule):
        try:
            _interval(gap)
        except ValueError:
            return f"gap: {gap}"
    return ""


def _points(rule: Rule) -> Iterator[str]:
    ages: list[Ages | None] = [*rule.eligible, rule.standard, *(course.starting for course in rule.courses)]
    for course in rule.courses:
        for dose in course.doses:
            ages.append(dose.standard)
            yield from filter(None, (dose.until, dose.not_before, dose.skip_if_previous_after))
    for one in ages:
        if one is not None:
            yield from filter(None, (one.start, one.end))


def _gaps(rule: Rule) -> Iterator[str]:
    for course in rule.courses:
        for dose in course.doses:
            yield from filter(
                None,
                (
                    dose.gap, dose.doctor_gap, dose.latest_gap, dose.unfinished_gap,
                    dose.unfinished_doctor_gap, dose.standard_from_first, *(dose.standard_gap or ()),
                    *(gap for _, gap in (*dose.gap_from, *filter(None, [dose.gap_after_period]))),
                ),
            )  # fmt: skip
