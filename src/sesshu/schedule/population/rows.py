"""The terms of relevance over columns: a row for each birth date, sex and set of conditions that occurs.

Which rules apply is asked of :mod:`sesshu.schedule.logic.relevance`; here are only the dates. A window that
is not open to a row has the start ``NEVER`` and the end 0.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import numpy as np

from sesshu.schedule.logic.applicable import Applicable, applicable_of, edges
from sesshu.schedule.logic.plan import plan
from sesshu.schedule.population import calendar
from sesshu.schedule.population.calendar import LAST, Days
from sesshu.schedule.population.columns import SEXES, Column
from sesshu.schedule.supporting import Ages, Pack, Rule

NEVER = np.int32(1 << 23)


class Windows(NamedTuple):
    """One window of a rule for every row: unclipped, and clipped to the days the rule is in force."""

    start: Days
    end: Days
    opens: Days
    closes: Days


class Rows:
    """Distinct (birth, sex, conditions); all arrays run over them."""

    def __init__(self, pack: Pack, birth: Column, sex: Column, conditions: Column) -> None:
        self.pack, self.plan = pack, plan(pack)
        self.birth, self.conditions = birth.astype(np.int32), conditions
        self._points: dict[str, Days] = {}
        self._windows: dict[int, list[Windows]] = {}
        turns = np.array([day.toordinal() for day in edges(pack)])
        among = np.searchsorted(turns, self.birth, side="right")
        keys = np.stack([among, sex, conditions], axis=1)
        distinct, first, kind = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        self._kind = kind.reshape(-1)
        self._kinds = [
            self._applicable(int(among), int(sex[n]), int(conditions[n]), int(self.birth[n]))
            for (among, *_), n in zip(distinct, first, strict=True)
        ]

    def _applicable(self, among: int, sex: int, bits: int, birth: int) -> Applicable:
        held = frozenset(code for n, code in enumerate(self.pack.conditions) if bits >> n & 1)
        return applicable_of(self.pack, among, date.fromordinal(birth), SEXES[sex], held, False)

    def classes(self, rules: Iterable[Rule]) -> tuple[list[Applicable], Column]:
        """One ``Applicable`` for each way in which ``rules`` are barred, and each row's place among them."""
        numbers = sorted({rule.number for rule in rules})
        ways = [tuple(one.bars[number] for number in numbers) for one in self._kinds]
        order = list(dict.fromkeys(ways))
        found = [self._kinds[ways.index(way)] for way in order]
        return found, np.array([order.index(way) for way in ways], np.int16)[self._kind]

    def point(self, expression: str) -> Days:
        """The date of an age or date expression."""
        found = self._points.get(expression)
        if found is None:
            found = self._points[expression] = calendar.point(expression, self.birth)
        return found

    def latest(self, expressions: tuple[str, ...]) -> Days:
        """The last of several dates."""
        found = self.point(expressions[0])
        for expression in expressions[1:]:
            found = np.maximum(found, self.point(expression))
        return found

    def windows(self, rule: Rule) -> list[Windows]:
        """The rule's windows in the order of the pack, barred or not."""
        found = self._windows.get(rule.number)
        if found is None:
            found = [self._window(rule, ages) for ages in rule.eligible]
            if rule.born_until is not None:
                held = self.birth <= rule.born_until.toordinal()
                law = (rule.in_force.start.toordinal(), rule.in_force.end.toordinal())
                found.append(_clipped(rule, np.full_like(self.birth, law[0]), np.int32(law[1]), held))
            self._windows[rule.number] = found
        return found

    def open_windows(self, rules: Iterable[Rule]) -> list[Windows]:
        """All windows of ``rules`` of which a day is left within their law for some row."""
        found = [window for rule in rules for window in self.windows(rule)]
        return [window for window in found if (window.opens <= window.closes).any()]

    def _window(self, rule: Rule, ages: Ages) -> Windows:
        start = self.birth if ages.start is None else self.point(ages.start)
        end = np.full_like(start, LAST) if ages.end is None else self.point(ages.end)
        held = None
        if ages.conditions:
            bits = sum(1 << n for n, code in enumerate(self.pack.conditions) if code in ages.conditions)
            held = (self.conditions & bits) != 0
        return _clipped(rule, start, end, held)


def _clipped(rule: Rule, start: Days, end: Days | np.int32, held: Column | None) -> Windows:
    law = rule.in_force
    if held is not None:
        start = np.where(held, start, NEVER).astype(np.int32)
        end = np.where(held, end, 0).astype(np.int32)
    opens = np.maximum(start, np.int32(law.start.toordinal()))
    closes = np.minimum(end, np.int32(law.end.toordinal()))
    return Windows(start, np.asarray(end, np.int32), opens, closes)


def joined(windows: list[Windows], row: Column, day: Days) -> tuple[Days, Days]:
    """First and last of the unbroken days about ``day``, windows that overlap or touch made one."""
    spans = [(window.opens[row], window.closes[row]) for window in windows]
    spans = [(opens, np.where(opens <= closes, closes, -2)) for opens, closes in spans]
    first, last = day.copy(), day.copy()
    grew = True
    while grew:
        grew = False
        for opens, closes in spans:
            wider = (opens <= last + 1) & (closes >= first - 1) & ((opens < first) | (closes > last))
            if wider.any():
                grew = True
                first = np.where(wider, np.minimum(first, opens), first)
                last = np.where(wider, np.maximum(last, closes), last)
    return first, last
