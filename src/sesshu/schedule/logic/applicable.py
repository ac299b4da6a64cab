"""What applies to a person of a plan, dates aside: the same for all to whom the same rules are barred."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sesshu.schedule.logic.plan import Plan, Requirement, Series, Target, plan
from sesshu.schedule.logic.stretch import Stretch
from sesshu.schedule.reckoning.japan import shares_school_year
from sesshu.schedule.supporting import Ages, Pack, Rule

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
    school_years: dict[tuple[int, frozenset[str]], dict[int, Both]] = field(default_factory=dict)

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


@lru_cache(maxsize=8)
def edges(pack: Pack) -> list[date]:
    """The births from which on another set of rules may apply."""
    spans = [span for rule in pack.rules for span in (rule.born, rule.not_born) if span is not None]
    ends = {span.end + timedelta(days=1) for span in spans if span.end < date.max}
    return sorted(ends | {span.start for span in spans})


def applicable_of(
    pack: Pack, among: int, birth: date, sex: str | None, conditions: frozenset[str], pregnant: bool
) -> Applicable:
    """The same object for all born between two edges; ``birth`` is any of them."""
    kept = _kept_applicable(pack)
    key = (among, sex, conditions, pregnant)
    if key not in kept:
        bars = tuple(_bar(rule, birth, sex, conditions, pregnant) for rule in pack.rules)
        kept[key] = _with_bars(pack, bars)
    return kept[key]


@lru_cache(maxsize=8)
def _kept_applicable(pack: Pack) -> dict[tuple[int, str | None, frozenset[str], bool], Applicable]:
    return {}


@lru_cache(maxsize=1024)
def _with_bars(pack: Pack, bars: tuple[str, ...]) -> Applicable:
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


def both(stretches: list[Stretch]) -> Both:
    found = tuple(stretches)
    for one in found:
        if one.opens > one.closes:
            return found, tuple(one for one in found if one.opens <= one.closes)
    return found, found


def _by_school_year(age: Ages) -> bool:
    return shares_school_year(age.start or "birth") and (age.end is None or shares_school_year(age.end))


def applicable_to(
    pack: Pack, birth: date, sex: str | None, conditions: frozenset[str], pregnant: bool
) -> Applicable:
    """What applies to such a person."""
    return applicable_of(pack, bisect_right(edges(pack), birth), birth, sex, conditions, pregnant)
