"""Select relevant patient series (CDSi chapter 5), with every age turned into a date.

Nothing here depends on doses, so the result is kept per birth date, sex and conditions.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from sesshu.schedule.reckoning.japan import pregnancy_week
from sesshu.schedule.supporting import Ages, Dates, DoseRow, Pack, Rule

ALWAYS = Dates()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A window of one rule in a life: unclipped, and clipped to the days the rule is in force."""

    start: date
    end: date
    opens: date
    closes: date
    start_text: str


@dataclass(slots=True, eq=False)
class Requirement:
    """One rule's terms for one target dose of one person."""

    rule: Rule
    row: DoseRow
    stretches: tuple[Stretch, ...]
    until: date | None
    not_before: date | None
    skip_after: date | None
    standard: tuple[date | None, date | None] | None


@dataclass(slots=True, eq=False)
class Target:
    """A target dose: what each product's rules ask of it."""

    number: int
    label: str
    requirements: list[Requirement] = field(default_factory=list)
    by_product: dict[str, list[Requirement]] = field(default_factory=dict)
    until: date | None = None
    skip_after: date | None = None


@dataclass(slots=True, eq=False)
class Series:
    """A patient series: the target doses of one course against one disease in one period."""

    disease: str
    period: str
    course: str
    starting: Dates
    each: str | None
    targets: list[Target]
    statutory: dict[str, tuple[Dates, ...]] = field(default_factory=dict)
    only_if_begun: bool = False


@dataclass(slots=True, eq=False)
class Relevant:
    """Everything that the rules say to a person of this birth date, sex and conditions."""

    birth: date
    diseases: dict[str, dict[str, list[Series]]]
    barred: dict[str, str]
    product_stretches: dict[tuple[str, str], list[Stretch]]
    fresh: dict[str, Any] = field(default_factory=dict)
    prospects: dict[tuple[str, date, date, int], Any] = field(default_factory=dict)
    periods: dict[str, list[str]] = field(default_factory=dict)
    ends: dict[str, list[tuple[Requirement, Stretch]]] = field(default_factory=dict)


@lru_cache(maxsize=4096)
def relevant(
    pack: Pack,
    birth: date,
    sex: str | None,
    conditions: frozenset[str],
    due_dates: tuple[date, ...],
) -> Relevant:
    """The series that apply to such a person, and why each programme without one does not."""
    chosen: list[tuple[Rule, tuple[Stretch, ...]]] = []
    barred: dict[str, str] = {}
    for rule in pack.rules:
        if rule.temporary:
            continue
        bar, stretches = _apply(pack, rule, birth, sex, conditions, due_dates)
        if bar:
            barred.setdefault(rule.programme, bar)
        else:
            chosen.append((rule, stretches))
    for rule, _ in chosen:
        barred.pop(rule.programme, None)
    diseases = _series(pack, birth, chosen)
    products: dict[tuple[str, str], list[Stretch]] = {}
    for rule, stretches in chosen:
        for product in rule.products:
            products.setdefault((product, rule.programme), []).extend(stretches)
    return Relevant(birth, diseases, barred, products)


def _apply(
    pack: Pack,
    rule: Rule,
    birth: date,
    sex: str | None,
    conditions: frozenset[str],
    due_dates: tuple[date, ...],
) -> tuple[str, tuple[Stretch, ...]]:
    """Why the rule does not apply, or its windows in this life."""
    if rule.sex and sex is None:
        return "sex_unknown", ()
    if rule.sex and sex != rule.sex:
        return "sex", ()
    if birth not in rule.born or (rule.not_born is not None and birth in rule.not_born):
        return "birth_cohort", ()
    if rule.each == "pregnancy" and not due_dates:
        return "no_due_date", ()
    ages = [age for age in rule.eligible if not age.conditions or age.conditions & conditions]
    if not ages and rule.eligible:
        return "condition", ()
    if rule.each == "pregnancy":
        return "", tuple(_pregnancy(rule, ages[0], due) for due in sorted(due_dates))
    return "", _stretches(pack, rule, ages, birth)


def _pregnancy(rule: Rule, age: Ages, due: date) -> Stretch:
    first = pregnancy_week(due, (age.start or "").removeprefix("week "))
    last = pregnancy_week(due, (age.end or "").removeprefix("week "))
    return _clip(rule, first, last, "妊娠28週0日")


def _stretches(pack: Pack, rule: Rule, ages: Iterable[Ages], birth: date) -> tuple[Stretch, ...]:
    reckoning, found = pack.reckoning, []
    for age in ages:
        start = reckoning.point(age.start, birth) if age.start else birth
        end = reckoning.point(age.end, birth) if age.end else date.max
        found.append(_clip(rule, start, end, reckoning.describe(age.start or "birth")))
    if rule.born_until and birth <= rule.born_until:
        found.append(_clip(rule, rule.in_force.start, rule.in_force.end, "施行の日"))
    found.sort(key=lambda stretch: stretch.start)
    return tuple(found)


def _clip(rule: Rule, start: date, end: date, text: str) -> Stretch:
    return Stretch(start, end, max(start, rule.in_force.start), min(end, rule.in_force.end), text)


def _series(
    pack: Pack, birth: date, chosen: list[tuple[Rule, tuple[Stretch, ...]]]
) -> dict[str, dict[str, list[Series]]]:
    found: dict[tuple[str, str, str], Series] = {}
    for rule, stretches in chosen:
        for course in rule.courses:
            requirements = [_requirement(pack, rule, row, stretches, birth) for row in course.doses]
            for disease in rule.serves:
                key = (disease, rule.period, course.key)
                if key not in found:
                    starting = _dates(pack, course.starting, birth)
                    found[key] = Series(disease, rule.period, course.key, starting, rule.each, [])
                    found[key].only_if_begun = rule.only_if_begun
                for requirement in requirements:
                    _add(pack, found[key], requirement)
    diseases: dict[str, dict[str, list[Series]]] = {}
    for series in found.values():
        _finish(series)
        diseases.setdefault(series.disease, {}).setdefault(series.period, []).append(series)
    return diseases


def _requirement(
    pack: Pack, rule: Rule, row: DoseRow, stretches: tuple[Stretch, ...], birth: date
) -> Requirement:
    def place(expression: str | None) -> date | None:
        return pack.reckoning.point(expression, birth) if expression else None

    standard = row.standard or (rule.standard if row.number == 1 else None)
    return Requirement(
        rule=rule,
        row=row,
        stretches=stretches,
        until=place(row.until),
        not_before=place(row.not_before),
        skip_after=place(row.skip_if_previous_after),
        standard=(place(standard.start), place(standard.end)) if standard else None,
    )


def _dates(pack: Pack, ages: Ages | None, birth: date) -> Dates:
    if ages is None:
        return ALWAYS
    start = pack.reckoning.point(ages.start, birth) if ages.start else date.min
    return Dates(start, pack.reckoning.point(ages.end, birth) if ages.end else date.max)


def _add(pack: Pack, series: Series, requirement: Requirement) -> None:
    number = requirement.row.number
    for target in series.targets:
        if target.number == number:
            break
    else:
        target = Target(number, requirement.row.label)
        series.targets.append(target)
    target.requirements.append(requirement)
    for product in requirement.rule.products:
        if series.disease in pack.vaccines[product].against:
            target.by_product.setdefault(product, []).append(requirement)


def _finish(series: Series) -> None:
    """Order the targets; a target ends, or is skipped, only where all of its rules say so."""
    series.targets.sort(key=lambda target: target.number)
    for target in series.targets:
        untils = [requirement.until for requirement in target.requirements]
        if all(untils):
            target.until = max(until for until in untils if until)
        skips = [r.skip_after for r in target.requirements if r.skip_after]
        target.skip_after = max(skips) if skips else None
    for programme in {r.rule.programme for t in series.targets for r in t.requirements}:
        series.statutory[programme] = _merged(
            stretch
            for target in series.targets
            for requirement in target.requirements
            if requirement.rule.programme == programme
            for stretch in requirement.stretches
        )


def _merged(stretches: Iterable[Stretch]) -> tuple[Dates, ...]:
    """The days that the clipped windows cover, windows that touch made one."""
    spans = sorted({(s.opens, s.closes) for s in stretches if s.opens <= s.closes})
    merged: list[tuple[date, date]] = []
    for opens, closes in spans:
        if merged and opens.toordinal() <= merged[-1][1].toordinal() + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
        else:
            merged.append((opens, closes))
    return tuple(Dates(opens, closes) for opens, closes in merged)
