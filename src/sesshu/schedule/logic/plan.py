"""The series that a pack's rules make up, the same for everyone: dates come in with ``relevance``."""

from dataclasses import dataclass, field
from functools import lru_cache

from sesshu.schedule.supporting import Ages, DoseRow, Pack, Rule


@dataclass(frozen=True, slots=True, eq=False)
class Requirement:
    """One rule's terms for one target dose."""

    rule: Rule
    row: DoseRow


@dataclass(slots=True, eq=False)
class Target:
    """A target dose: what each product's rules ask of it, rules that prevail over others first.

    ``until`` and ``skip_after`` hold expressions: the dose is skipped once every ``until`` is past, or when
    the dose before it came after ``skip_after``.
    """

    number: int
    label: str
    requirements: list[Requirement] = field(default_factory=list)
    by_product: dict[str, list[Requirement]] = field(default_factory=dict)
    until: tuple[str, ...] = ()
    skip_after: tuple[str, ...] = ()
    may_be_skipped: bool = False


@dataclass(slots=True, eq=False)
class Series:
    """The target doses of one course against one disease in one period.

    ``opening`` and ``numbers`` are the numbers of the rules that open the first dose, and of each programme.
    """

    disease: str
    period: str
    course: str
    starting: Ages | None
    each: str | None
    targets: list[Target] = field(default_factory=list)
    opening: tuple[int, ...] = ()
    numbers: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def rules(self) -> list[Rule]:
        """The rules that open the first dose."""
        return [requirement.rule for requirement in self.targets[0].requirements]

    @property
    def programmes(self) -> set[str]:
        """The programmes that have a rule anywhere in the series."""
        return {q.rule.programme for target in self.targets for q in target.requirements}


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Series by disease and period, and rules by product and programme."""

    diseases: dict[str, dict[str, list[Series]]]
    rules: dict[tuple[str, str], list[Rule]]
    by_programme: dict[str, list[Rule]]


@lru_cache(maxsize=8)
def plan(pack: Pack) -> Plan:
    """The plan of a pack, made once."""
    made: dict[tuple[str, str, str], Series] = {}
    rules: dict[tuple[str, str], list[Rule]] = {}
    by_programme: dict[str, list[Rule]] = {}
    for rule in pack.rules:
        if rule.temporary:
            continue
        by_programme.setdefault(rule.programme, []).append(rule)
        for product in rule.products:
            rules.setdefault((product, rule.programme), []).append(rule)
        for course in rule.courses:
            requirements = [Requirement(rule, row) for row in course.doses]
            for disease in rule.serves:
                series = made.setdefault(
                    (disease, rule.period, course.key),
                    Series(disease, rule.period, course.key, course.starting, rule.each),
                )
                for requirement in requirements:
                    _add(pack, series, requirement)
    diseases: dict[str, dict[str, list[Series]]] = {}
    for series in made.values():
        _finish(series)
        diseases.setdefault(series.disease, {}).setdefault(series.period, []).append(series)
    return Plan(diseases, rules, by_programme)


def _add(pack: Pack, series: Series, requirement: Requirement) -> None:
    number = requirement.row.number
    target = next((target for target in series.targets if target.number == number), None)
    if target is None:
        target = Target(number, requirement.row.label)
        series.targets.append(target)
    target.requirements.append(requirement)
    for product in requirement.rule.products:
        if series.disease in pack.vaccines[product].against:
            target.by_product.setdefault(product, []).append(requirement)


def _finish(series: Series) -> None:
    series.targets.sort(key=lambda target: target.number)
    series.opening = tuple(rule.number for rule in series.rules())
    for programme in series.programmes:
        rules = {q.rule for target in series.targets for q in target.requirements}
        numbers = sorted(rule.number for rule in rules if rule.programme == programme)
        series.numbers[programme] = tuple(numbers)
    for target in series.targets:
        untils = [requirement.row.until for requirement in target.requirements]
        if all(untils):
            target.until = tuple({until for until in untils if until})
        skips = (requirement.row.skip_if_previous_after for requirement in target.requirements)
        target.skip_after = tuple({skip for skip in skips if skip})
        for requirements in target.by_product.values():
            requirements.sort(key=lambda requirement: not requirement.rule.beside)
        target.may_be_skipped = bool(target.until or target.skip_after)


@lru_cache(maxsize=4096)
def alike(one: Series, other: Series, products: frozenset[str]) -> bool:
    """True if two diseases' series ask the same of ``products`` (as they do of a combined vaccine)."""
    if one is other:
        return True
    if one.course != other.course or len(one.targets) != len(other.targets):
        return False
    return all(
        mine.by_product.get(product) == theirs.by_product.get(product)
        for mine, theirs in zip(one.targets, other.targets, strict=True)
        for product in products
    )
