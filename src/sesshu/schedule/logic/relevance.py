"""Select relevant patient series (CDSi chapter 5): which rules apply to a person, and on which dates.

Nothing here depends on doses, so the terms are kept per birth date, sex and conditions; dates are worked
out when first asked for.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sesshu.schedule.logic.plan import Plan, Requirement, Series, Target, plan
from sesshu.schedule.reckoning.japan import pregnancy_week, school_year, shares_school_year
from sesshu.schedule.supporting import Ages, Dates, Pack, Rule

ALWAYS = Dates()


class Stretch(NamedTuple):
    """A window of one rule in a life: unclipped, and clipped to the days the rule is in force."""

    start: date
    end: date
    opens: date
    closes: date
    start_text: str


Both = tuple[tuple[Stretch, ...], tuple[Stretch, ...]]
"""All windows of a rule, and those that hold a day while it is in force."""


class ApplyingAges(list[Ages]):
    """Ages of a rule; ``by_school_year``: they fall on the same days for all who start school together."""

    by_school_year = False


@dataclass(slots=True, eq=False)
class Applicable:
    """What of the plan applies to everyone whom the same rules are barred to, whatever the dates.

    ``bars`` holds for each rule why it does not apply, or an empty text.
    """

    plan: Plan
    bars: tuple[str, ...]
    fresh: dict[str, Any] = field(default_factory=dict)
    _series: dict[str, dict[str, list[Series]]] = field(default_factory=dict)
    _periods: dict[str, list[str]] = field(default_factory=dict)
    _required: dict[tuple[Target, str], list[Requirement]] = field(default_factory=dict)
    _rules: dict[str, list[Rule]] = field(default_factory=dict)
    _ages: dict[tuple[int, frozenset[str]], "ApplyingAges"] = field(default_factory=dict)
    _covering: dict[tuple[Series, str, str], list[Rule]] = field(default_factory=dict)
    school_years: dict[tuple[int, int, frozenset[str]], "Both"] = field(default_factory=dict)

    def barred(self, programme: str) -> str:
        """Why no rule of ``programme`` applies; empty if one does."""
        bars = [self.bars[rule.number] for rule in self.plan.by_programme.get(programme, ())]
        return bars[0] if bars and all(bars) else ""

    def applying(self, requirements: list[Requirement]) -> list[Requirement]:
        """Those whose rule applies to the person."""
        return [q for q in requirements if not self.bars[q.rule.number]]

    def required(self, target: Target, product: str) -> list[Requirement]:
        """What the rules that apply ask of a dose of ``product`` given as ``target``."""
        found = self._required.get((target, product))
        if found is None:
            found = self.applying(target.by_product.get(product, []))
            self._required[target, product] = found
        return found

    def rules(self, programme: str) -> list[Rule]:
        """The rules of ``programme`` that apply."""
        found = self._rules.get(programme)
        if found is None:
            rules = self.plan.by_programme.get(programme, ())
            found = self._rules[programme] = [rule for rule in rules if not self.bars[rule.number]]
        return found

    def ages(self, rule: Rule, conditions: frozenset[str]) -> "ApplyingAges":
        """The ages that the rule names for those with the conditions."""
        found = self._ages.get((rule.number, conditions))
        if found is None:
            kept = [age for age in rule.eligible if not age.conditions or age.conditions & conditions]
            found = self._ages[rule.number, conditions] = ApplyingAges(kept)
            found.by_school_year = all(_by_school_year(age) for age in kept)
        return found

    def covering(self, series: Series, programme: str, period_name: str) -> list[Rule]:
        """The rules of one programme and name in a series that apply."""
        key = (series, programme, period_name)
        found = self._covering.get(key)
        if found is None:
            rules = {
                q.rule.number: q.rule
                for target in series.targets
                for q in target.requirements
                if (q.rule.programme, q.rule.period_name) == (programme, period_name)
                and not self.bars[q.rule.number]
            }
            found = self._covering[key] = list(rules.values())
        return found

    def series(self, disease: str) -> dict[str, list[Series]]:
        """The series against a disease that apply, by period in the pack's order."""
        found = self._series.get(disease)
        if found is None:
            found = self._series[disease] = {}
            for period, alternatives in self.plan.diseases.get(disease, {}).items():
                kept = [one for one in alternatives if self.applying(one.targets[0].requirements)]
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
        return any(
            q.rule.programme == programme and not self.bars[q.rule.number]
            for target in series.targets
            for q in target.requirements
        )


@dataclass(slots=True, eq=False)
class Terms:
    """Everything that the rules say to a person of this birth date, sex and conditions."""

    pack: Pack
    applicable: Applicable
    birth: date
    conditions: frozenset[str]
    due_dates: tuple[date, ...]
    prospects: dict[tuple[str, date, date, int], Any] = field(default_factory=dict)
    _stretches: dict[int, "Both"] = field(default_factory=dict)
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

    def stretches(self, rule: Rule) -> tuple[Stretch, ...]:
        """The rule's windows in this life, in order."""
        return self._both(rule)[0]

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

    def open_stretches(self, rule: Rule) -> tuple[Stretch, ...]:
        """Those of the rule's windows that hold a day while it is in force."""
        return self._both(rule)[1]

    def _both(self, rule: Rule) -> "Both":
        found = self._stretches.get(rule.number)
        if found is None:
            found = self._stretches[rule.number] = self._work_out(rule)
        return found

    def _work_out(self, rule: Rule) -> "Both":
        ages = self.applicable.ages(rule, self.conditions)
        if rule.each == "pregnancy":
            return _both([_pregnancy(rule, ages[0], due) for due in self.due_dates])
        if not ages.by_school_year or (rule.born_until and self.birth <= rule.born_until):
            return self._windows(rule, ages)
        kept, year = self.applicable.school_years, school_year(self.birth)
        key = (rule.number, year, self.conditions)
        if key not in kept:
            kept[key] = self._windows(rule, ages)
        return kept[key]

    def _windows(self, rule: Rule, ages: "ApplyingAges") -> "Both":
        found = []
        for age in ages:
            start = self.birth if age.start is None else self.point(age.start)
            end = date.max if age.end is None else self.point(age.end)
            found.append(_clip(rule, start, end, self.pack.reckoning.describe(age.start or "birth")))
        if rule.born_until and self.birth <= rule.born_until:
            found.append(_clip(rule, rule.in_force.start, rule.in_force.end, "施行の日"))
        return _both(sorted(found, key=_begins) if len(found) > 1 else found)

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
) -> Terms:
    """The terms for such a person."""
    among = bisect_right(_edges(pack), birth)
    applicable = _applicable(pack, among, birth, sex, conditions, bool(due_dates))
    return Terms(pack, applicable, birth, conditions, tuple(sorted(due_dates)))


@lru_cache(maxsize=8)
def _edges(pack: Pack) -> list[date]:
    """The births from which on another set of rules may apply."""
    spans = [span for rule in pack.rules for span in (rule.born, rule.not_born) if span is not None]
    ends = {span.end + timedelta(days=1) for span in spans if span.end < date.max}
    return sorted(ends | {span.start for span in spans})


def _applicable(
    pack: Pack, among: int, birth: date, sex: str | None, conditions: frozenset[str], pregnant: bool
) -> Applicable:
    """The same object for all born between two edges; ``birth`` is any of them."""
    kept = _kept_applicable(pack)
    key = (among, sex, conditions, pregnant)
    if key not in kept:
        bars = tuple(_bar(rule, birth, sex, conditions, pregnant) for rule in pack.rules)
        kept[key] = _applicable_of(pack, bars)
    return kept[key]


@lru_cache(maxsize=8)
def _kept_applicable(pack: Pack) -> dict[tuple[int, str | None, frozenset[str], bool], Applicable]:
    return {}


@lru_cache(maxsize=1024)
def _applicable_of(pack: Pack, bars: tuple[str, ...]) -> Applicable:
    return Applicable(plan(pack), bars)


def _bar(rule: Rule, birth: date, sex: str | None, conditions: frozenset[str], pregnant: bool) -> str:
    if rule.sex and sex != rule.sex:
        return "sex" if sex else "sex_unknown"
    if not rule.born.start <= birth <= rule.born.end:
        return "birth_cohort"
    if rule.not_born is not None and birth in rule.not_born:
        return "birth_cohort"
    if rule.each == "pregnancy" and not pregnant:
        return "no_due_date"
    if rule.eligible and all(age.conditions and not age.conditions & conditions for age in rule.eligible):
        return "condition"
    return ""


def _pregnancy(rule: Rule, age: Ages, due: date) -> Stretch:
    first = pregnancy_week(due, (age.start or "").removeprefix("week "))
    last = pregnancy_week(due, (age.end or "").removeprefix("week "))
    return _clip(rule, first, last, "妊娠28週0日")


def _clip(rule: Rule, start: date, end: date, text: str) -> Stretch:
    law = rule.in_force
    opens = start if start > law.start else law.start
    return Stretch(start, end, opens, end if end < law.end else law.end, text)


def _both(stretches: list[Stretch]) -> Both:
    found = tuple(stretches)
    closed = any(one.opens > one.closes for one in found)
    return found, tuple(one for one in found if one.opens <= one.closes) if closed else found


def _by_school_year(age: Ages) -> bool:
    return shares_school_year(age.start or "birth") and (age.end is None or shares_school_year(age.end))


def _begins(stretch: Stretch) -> date:
    return stretch.start


def merged(spans: list[tuple[date, date]]) -> tuple[Dates, ...]:
    """Spans in order, those that overlap or touch made one."""
    found: list[tuple[date, date]] = []
    for opens, closes in spans:
        if found and opens.toordinal() <= found[-1][1].toordinal() + 1:
            found[-1] = (found[-1][0], max(found[-1][1], closes))
        else:
            found.append((opens, closes))
    return tuple(Dates(opens, closes) for opens, closes in found)
