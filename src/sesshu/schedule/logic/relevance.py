"""Select relevant patient series (CDSi chapter 5): which rules apply to a person, and on which dates.

Nothing here depends on doses, so the terms are kept per birth date, sex and conditions; dates are worked
out when first asked for.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from sesshu.schedule.logic import later
from sesshu.schedule.logic.applicable import Applicable, ApplyingAges, Both, applicable_to, both
from sesshu.schedule.logic.contraindication import Closed, closed_days
from sesshu.schedule.logic.plan import Plan, Series, Target
from sesshu.schedule.logic.stretch import Stretch as Stretch
from sesshu.schedule.logic.stretch import clip
from sesshu.schedule.model import Exclusion, LongTermIllness
from sesshu.schedule.reckoning.japan import pregnancy_week, school_year
from sesshu.schedule.supporting import Ages, Dates, Pack, Rule
from sesshu.schedule.wording import LAW_START, Phrase

ALWAYS = Dates()
_LONGEST_LIFE = 150


@dataclass(slots=True, eq=False)
class Terms:
    """Everything that the rules say to a person of this birth date, sex and conditions.

    ``school_year`` holds the windows that are the same for all born in the school year.
    """

    pack: Pack
    applicable: Applicable
    birth: date
    conditions: frozenset[str]
    due_dates: tuple[date, ...]
    school_year: dict[int, Both] = field(default_factory=dict)
    illnesses: tuple[LongTermIllness, ...] = ()
    closed: Closed = field(default_factory=Closed)
    prospects: dict[tuple[str, date, date, int], Any] = field(default_factory=dict)
    _stretches: dict[int, Both] = field(default_factory=dict)
    _points: dict[str, date] = field(default_factory=dict)
    _statutory: dict[tuple[Series, str, str], tuple[Dates, ...]] = field(default_factory=dict)
    _last_days: dict[str, date] = field(default_factory=dict)
    _spans: dict[tuple[str, str], list[tuple[date, date]]] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        """The plan of the pack."""
        return self.applicable.plan

    @property
    def bars(self) -> tuple[str, ...]:
        """Why a rule does not apply, by its number; an empty text where it does."""
        return self.applicable.bars

    def point(self, expression: str) -> date:
        """The date of an age or date expression in this life."""
        found = self._points.get(expression)
        if found is None:
            found = self._points[expression] = self.pack.reckoning.point(expression, self.birth)
        return found

    def until(self, target: Target) -> date | None:
        """Last day before the target is skipped, if it ever is."""
        return max(map(self.point, target.until)) if target.until else None

    def skip_after(self, target: Target) -> date | None:
        """The day after which a previous dose makes this one fall away."""
        return max(map(self.point, target.skip_after)) if target.skip_after else None

    def starting(self, series: Series) -> Dates:
        """The days on which the series may be begun."""
        return ALWAYS if series.starting is None else self._dates(series.starting)

    def may_begin(self, series: Series, day: date) -> bool:
        """True if the series may be begun on ``day``."""
        if day in self.starting(series):
            return True
        return bool(self.illnesses) and any(day in days for days in self.beginnings(series))

    def beginnings(self, series: Series) -> tuple[Dates, ...]:
        """The days on which the series may be begun, those of a later window that names it included."""
        if not self.illnesses:
            return (self.starting(series),)
        return (self.starting(series), *later.beginnings(self, series))

    def stretches(self, rule: Rule) -> tuple[Stretch, ...]:
        """The rule's windows in this life, in order."""
        return self._both(rule)[0]

    def open_stretches(self, rule: Rule) -> tuple[Stretch, ...]:
        """Those of the rule's windows that hold a day while it is in force."""
        return self._both(rule)[1]

    def _both(self, rule: Rule) -> Both:
        found = self._stretches.get(rule.number)
        if found is None:
            found = self._stretches[rule.number] = self._work_out(rule)
        return found

    def statutory(self, series: Series, programme: str, period_name: str) -> tuple[Dates, ...]:
        """The days that rules of one programme and name cover in a series, windows that touch made one."""
        key = (series, programme, period_name)
        found = self._statutory.get(key)
        if found is None:
            rules = self.applicable.covering(series, programme, period_name)
            spans = {(s.opens, s.closes) for rule in rules for s in self.open_stretches(rule)}
            found = self._statutory[key] = merged(sorted(spans))
        return found

    def last_day(self, programme: str) -> date:
        """The last day of the programme's windows in this life."""
        found = self._last_days.get(programme)
        if found is None:
            rules = self.applicable.rules(programme)
            closes = [stretch.closes for rule in rules for stretch in self.stretches(rule)]
            found = self._last_days[programme] = max(closes, default=date.min)
        return found

    def distance(self, product: str, programme: str, day: date) -> int:
        """Days between ``day`` and the programme's nearest window for the product; 0 inside one."""
        key = (product, programme)
        spans = self._spans.get(key)
        if spans is None:
            rules = [r for r in self.plan.rules.get(key, ()) if not self.bars[r.number]]
            spans = [(s.start, s.end) for rule in rules for s in self.stretches(rule)]
            self._spans[key] = spans
        nearest = 1 << 20
        for start, end in spans:
            if start <= day <= end:
                return 0
            nearest = min(nearest, (start - day).days if day < start else (day - end).days)
        return nearest

    def _work_out(self, rule: Rule) -> Both:
        found = self._ordinary(rule)
        if self.illnesses and rule.each is None:
            every = found[0] + later.stretches(self, rule, found[0])
            return both(sorted(every, key=lambda stretch: stretch.start))
        return found

    def ordinary(self, rule: Rule) -> tuple[Stretch, ...]:
        """The rule's windows in this life, in order, without those after special circumstances."""
        return self._ordinary(rule)[0]

    def _ordinary(self, rule: Rule) -> Both:
        alone = rule.born_until is not None and self.birth <= rule.born_until
        shared = None if alone else self.school_year.get(rule.number)
        if shared is not None:
            return shared
        ages = self.applicable.ages(rule, self.conditions)
        if rule.each == "pregnancy":
            return both([_pregnancy(rule, ages[0], due) for due in self.due_dates])
        found = both(self._windows(rule, ages, alone))
        if ages.by_school_year and not alone:
            self.school_year[rule.number] = found
        return found

    def _windows(self, rule: Rule, ages: ApplyingAges, alone: bool) -> list[Stretch]:
        found, law, describe = [], rule.in_force, self.pack.reckoning.describe
        for age in ages:
            start = self.birth if age.start is None else self.point(age.start)
            end = date.max if age.end is None else self.point(age.end)
            opens, closes = start if start > law.start else law.start, end if end < law.end else law.end
            found.append(Stretch(start, end, opens, closes, describe(age.start or "birth")))
        if alone:
            found.append(clip(rule, rule.in_force.start, rule.in_force.end, LAW_START))
        if len(found) > 1:
            found.sort(key=lambda stretch: stretch.start)
        return found

    def _dates(self, ages: Ages) -> Dates:
        start = self.point(ages.start) if ages.start else date.min
        return Dates(start, self.point(ages.end) if ages.end else date.max)


@lru_cache(maxsize=512)
def relevant(
    pack: Pack,
    birth: date,
    sex: str | None,
    conditions: frozenset[str] = frozenset(),
    due_dates: tuple[date, ...] = (),
    illnesses: tuple[LongTermIllness, ...] = (),
    exclusions: tuple[Exclusion, ...] = (),
) -> Terms:
    """The terms for such a person."""
    due_dates = tuple(sorted(due for due in due_dates if 0 <= due.year - birth.year <= _LONGEST_LIFE))
    applicable = applicable_to(pack, birth, sex, conditions, bool(due_dates))
    closed = closed_days(pack, exclusions)
    illnesses = tuple(one for one in illnesses if 0 <= one.ended.year - birth.year <= _LONGEST_LIFE)
    shared = applicable.school_years.setdefault((school_year(birth), conditions), {})
    return Terms(pack, applicable, birth, conditions, due_dates, shared, illnesses, closed)


def _pregnancy(rule: Rule, age: Ages, due: date) -> Stretch:
    first = pregnancy_week(due, (age.start or "").removeprefix("week "))
    last = pregnancy_week(due, (age.end or "").removeprefix("week "))
    return clip(rule, first, last, _weeks(age.start or ""))


def _weeks(expression: str) -> Phrase:
    """「妊娠28週0日」"""
    weeks, days = expression.removeprefix("week ").split("+")
    return Phrase(f"妊娠{weeks}週{days}日", f"{weeks} weeks {days} days of pregnancy")


def merged(spans: list[tuple[date, date]]) -> tuple[Dates, ...]:
    """Spans in order, those that overlap or touch made one."""
    found: list[tuple[date, date]] = []
    for opens, closes in spans:
        if found and opens.toordinal() <= found[-1][1].toordinal() + 1:
            found[-1] = (found[-1][0], max(found[-1][1], closes))
        else:
            found.append((opens, closes))
    return tuple(Dates(opens, closes) for opens, closes in found)
