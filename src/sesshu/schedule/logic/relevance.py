"""Select relevant patient series (CDSi chapter 5): which rules apply to a person, and on which dates.

Nothing here depends on doses, so the terms are kept per birth date, sex and conditions; dates are worked
out when first asked for.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from sesshu.schedule.logic import later
from sesshu.schedule.logic.contraindication import Closed, closed_days
from sesshu.schedule.logic.plan import Plan, Requirement, Series, Target, plan
from sesshu.schedule.logic.stretch import Stretch as Stretch
from sesshu.schedule.logic.stretch import clip
from sesshu.schedule.model import Exclusion, LongTermIllness
from sesshu.schedule.reckoning.japan import pregnancy_week
from sesshu.schedule.supporting import Ages, Dates, Pack, Rule
from sesshu.schedule.wording import LAW_START, Phrase

ALWAYS = Dates()
_LONGEST_LIFE = 150


@dataclass(slots=True, eq=False)
class Terms:
    """Everything that the rules say to a person of this birth date, sex and conditions."""

    pack: Pack
    plan: Plan
    birth: date
    sex: str | None
    conditions: frozenset[str]
    due_dates: tuple[date, ...]
    bars: list[str]
    illnesses: tuple[LongTermIllness, ...] = ()
    closed: Closed = field(default_factory=Closed)
    fresh: dict[str, Any] = field(default_factory=dict)
    prospects: dict[tuple[str, date, date, int], Any] = field(default_factory=dict)
    _stretches: dict[int, tuple[Stretch, ...]] = field(default_factory=dict)
    _points: dict[str, date] = field(default_factory=dict)
    _series: dict[str, dict[str, list[Series]]] = field(default_factory=dict)
    _statutory: dict[tuple[Series, str, str], tuple[Dates, ...]] = field(default_factory=dict)
    _periods: dict[str, list[str]] = field(default_factory=dict)
    _barred: dict[str, str] = field(default_factory=dict)
    _last_days: dict[str, date] = field(default_factory=dict)
    _spans: dict[tuple[str, str], list[tuple[date, date]]] = field(default_factory=dict)

    def barred(self, programme: str) -> str:
        """Why no rule of ``programme`` applies; empty if one does."""
        found = self._barred.get(programme)
        if found is None:
            bars = [self.bars[rule.number] for rule in self.plan.by_programme.get(programme, ())]
            found = self._barred[programme] = bars[0] if bars and all(bars) else ""
        return found

    def applying(self, requirements: list[Requirement]) -> list[Requirement]:
        """Those whose rule applies to the person."""
        return [q for q in requirements if not self.bars[q.rule.number]]

    def series(self, disease: str) -> dict[str, list[Series]]:
        """The series against a disease that apply, by period in the pack's order."""
        found = self._series.get(disease)
        if found is None:
            found = self._series[disease] = {}
            for period, alternatives in self.plan.diseases.get(disease, {}).items():
                kept = [one for one in alternatives if self._any_applies(one.opening)]
                if kept:
                    found[period] = kept
        return found

    def periods(self, diseases: tuple[str, ...], programme: str) -> list[str]:
        """The periods in which ``programme`` has a rule against ``diseases`` that applies."""
        found = self._periods.get(programme)
        if found is None:
            found = self._periods[programme] = []
            for disease in diseases:
                for period, series in self.series(disease).items():
                    if period not in found and any(self._has(one, programme) for one in series):
                        found.append(period)
        return found

    def _has(self, series: Series, programme: str) -> bool:
        return self._any_applies(series.numbers.get(programme, ()))

    def _any_applies(self, numbers: tuple[int, ...]) -> bool:
        return not all(map(self.bars.__getitem__, numbers))

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
        found = self._stretches.get(rule.number)
        if found is None:
            found = self._stretches[rule.number] = self._work_out(rule)
        return found

    def statutory(self, series: Series, programme: str, period_name: str) -> tuple[Dates, ...]:
        """The days that rules of one programme and name cover in a series, windows that touch made one."""
        key = (series, programme, period_name)
        found = self._statutory.get(key)
        if found is None:
            rules = {
                q.rule.number: q.rule
                for target in series.targets
                for q in target.requirements
                if (q.rule.programme, q.rule.period_name) == (programme, period_name)
                and not self.bars[q.rule.number]
            }
            spans = {(s.opens, s.closes) for rule in rules.values() for s in self.stretches(rule)}
            found = self._statutory[key] = merged(sorted(span for span in spans if span[0] <= span[1]))
        return found

    def last_day(self, programme: str) -> date:
        """The last day of the programme's windows in this life."""
        found = self._last_days.get(programme)
        if found is None:
            rules = [r for r in self.plan.by_programme.get(programme, ()) if not self.bars[r.number]]
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

    def _work_out(self, rule: Rule) -> tuple[Stretch, ...]:
        found = self.ordinary(rule)
        if self.illnesses and rule.each is None:
            found += later.stretches(self, rule, found)
            return tuple(sorted(found, key=lambda stretch: stretch.start))
        return found

    def ordinary(self, rule: Rule) -> tuple[Stretch, ...]:
        """The rule's windows in this life, in order, without those after special circumstances."""
        if rule.each == "pregnancy":
            return tuple(_pregnancy(rule, rule.eligible[0], due) for due in self.due_dates)
        found, points, describe = [], self._points, self.pack.reckoning.describe
        for age in rule.eligible:
            if age.conditions and not age.conditions & self.conditions:
                continue
            first, last = age.start or "birth", age.end
            start = points.get(first) or self.point(first)
            end = date.max if last is None else points.get(last) or self.point(last)
            found.append(clip(rule, start, end, describe(first)))
        if rule.born_until and self.birth <= rule.born_until:
            found.append(clip(rule, rule.in_force.start, rule.in_force.end, LAW_START))
        if len(found) > 1:
            found.sort(key=lambda stretch: stretch.start)
        return tuple(found)

    def _dates(self, ages: Ages) -> Dates:
        start = self.point(ages.start) if ages.start else date.min
        return Dates(start, self.point(ages.end) if ages.end else date.max)


@lru_cache(maxsize=2048)
def relevant(
    pack: Pack,
    birth: date,
    sex: str | None,
    conditions: frozenset[str] = frozenset(),
    due_dates: tuple[date, ...] = (),
    illnesses: tuple[LongTermIllness, ...] = (),
    exclusions: tuple[Exclusion, ...] = (),
) -> Terms:
    """The terms for such a person; ``bars`` holds for each rule why it does not apply, or an empty text."""
    due_dates = tuple(sorted(due for due in due_dates if 0 <= due.year - birth.year <= _LONGEST_LIFE))
    bars = _bars_of_any_birth(pack, sex, conditions, bool(due_dates)).copy()
    for rule in _of_cohorts(pack):
        bars[rule.number] = _bar(rule, birth, sex, conditions, bool(due_dates))
    closed = closed_days(pack, exclusions)
    illnesses = tuple(one for one in illnesses if 0 <= one.ended.year - birth.year <= _LONGEST_LIFE)
    return Terms(pack, plan(pack), birth, sex, conditions, due_dates, bars, illnesses, closed)


@lru_cache(maxsize=256)
def _bars_of_any_birth(pack: Pack, sex: str | None, conditions: frozenset[str], pregnant: bool) -> list[str]:
    """The bars as they are for those whom no cohort concerns; not to be changed by the caller."""
    return [_bar(rule, None, sex, conditions, pregnant) for rule in pack.rules]


@lru_cache(maxsize=8)
def _of_cohorts(pack: Pack) -> list[Rule]:
    """The rules that hold for some births only."""
    return [rule for rule in pack.rules if rule.born != ALWAYS or rule.not_born is not None]


def _bar(rule: Rule, birth: date | None, sex: str | None, conditions: frozenset[str], pregnant: bool) -> str:
    if rule.sex and sex != rule.sex:
        return "sex" if sex else "sex_unknown"
    if birth is not None and not rule.born.start <= birth <= rule.born.end:
        return "birth_cohort"
    if birth is not None and rule.not_born is not None and birth in rule.not_born:
        return "birth_cohort"
    if rule.each == "pregnancy" and not pregnant:
        return "no_due_date"
    if rule.eligible and all(age.conditions and not age.conditions & conditions for age in rule.eligible):
        return "condition"
    return ""


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
