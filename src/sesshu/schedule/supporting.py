"""Supporting data: the schedule as it is read from a pack, before any person is looked at.

The words are those of the CDSi Logic Specification where it has one: a *series* is a course of target
doses against one disease, alternatives within a period form a series group, a *vaccine group* is what the
law's notices call a kind of vaccination (here: programme).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sesshu.schedule.model import Confidence, DoseGiven, Person
from sesshu.schedule.reckoning import Reckoning


@dataclass(frozen=True, slots=True)
class Dates:
    """Days from ``start`` to ``end``, inclusive; open where None stands in the data."""

    start: date = date.min
    end: date = date.max

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


@dataclass(frozen=True, slots=True)
class Ages:
    """A stretch of a life between two expressions, inclusive; ``conditions``: any one of them is needed."""

    start: str | None
    end: str | None
    conditions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class HistoryNeeded:
    """A rule that holds only for those with so many doses of ``products`` in a stretch of time."""

    products: frozenset[str]
    least: int
    most: int | None
    between: Dates

    def holds(self, doses: Iterable[tuple[str, date]]) -> bool:
        """Whether doses, as (product, day), are as many as the rule asks."""
        start, end, products = self.between.start, self.between.end, self.products
        count = len([day for product, day in doses if product in products and start <= day <= end])
        return count >= self.least and (self.most is None or count <= self.most)


@dataclass(frozen=True, slots=True)
class DoseRow:
    """One dose of a course under one rule: gaps in the reckoning's notation, volume in mL.

    ``ml_of``: the volume of each product, where the record names none of them. ``gap_after_period``: a
    period and the least interval from its last dose. ``unsure_in_later_window``: how sure it is that the
    dose is routine in another window than the one in which the dose before it was.
    """

    number: int
    label: str
    gap: str | None = None
    gap_from: tuple[tuple[int, str], ...] = ()
    doctor_gap: str | None = None
    latest_gap: str | None = None
    unfinished_gap: str | None = None
    unfinished_doctor_gap: str | None = None
    standard_gap: tuple[str | None, str | None] | None = None
    standard_from_first: str | None = None
    standard: Ages | None = None
    until: str | None = None
    not_before: str | None = None
    skip_if_previous_after: str | None = None
    ml: float | None = None
    ml_under: tuple[str, float] | None = None
    route: str | None = None
    ml_from: tuple[str, float] | None = None
    route_from: str | None = None
    ml_of: tuple[tuple[str, float], ...] = ()
    gap_after_period: tuple[str, str] | None = None
    unsure_in_later_window: Confidence | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A way through a period; ``starting`` limits the day of its first dose."""

    key: str
    doses: tuple[DoseRow, ...]
    starting: Ages | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A dated, cited row: who may be given which products in which courses while it is in force.

    ``beside`` names the rules that it prevails over for those who meet its conditions.
    """

    id: str
    programme: str
    period: str
    period_name: str
    serves: tuple[str, ...]
    products: tuple[str, ...]
    in_force: Dates
    articles: tuple[str, ...]
    confidence: Confidence
    eligible: tuple[Ages, ...] = ()
    born: Dates = Dates()
    not_born: Dates | None = None
    sex: str | None = None
    standard: Ages | None = None
    courses: tuple[Course, ...] = ()
    each: str | None = None
    season: tuple[tuple[int, int], tuple[int, int]] | None = None
    needs_history: tuple[HistoryNeeded, ...] = ()
    fiscal_ages: tuple[int, ...] = ()
    born_until: date | None = None
    deems_earlier: str = ""
    deems_from: date | None = None
    only_if_begun: bool = False
    counts_outside_window: bool = False
    temporary: bool = False
    ends_counting: bool = False
    beside: tuple[str, ...] = ()
    note: str = ""
    article: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Vaccine:
    """A vaccine as records name it."""

    code: str
    name: str
    kind: str
    against: tuple[str, ...]
    programmes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Programme:
    """A kind of vaccination that a city notifies, records and reports."""

    code: str
    name: str
    category: str
    diseases: tuple[str, ...]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Spacing:
    """Interval between different vaccines: from kinds ``previous`` to kinds ``next``."""

    id: str
    in_force: Dates
    previous: frozenset[str]
    next: frozenset[str]
    gap_days: int
    effect: str
    article: str
    different: bool = False
    one_of_them: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Condition:
    """A circumstance recognised by the municipality which opens further windows."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class LaterWindow:
    """A window after the ordinary one, for those whom special circumstances kept from it.

    It is open from the day the circumstances ended for ``within``, and not past the age ``until``. With
    ``products`` it holds for those only. ``course`` is the course that someone without a dose then begins,
    whatever its ``starting`` says. Source: 施行令3条2項, 施行規則2条の10, 実施規則9条5項・17条3項・20条2項.
    """

    id: str
    diseases: frozenset[str]
    in_force: Dates
    within: str
    until: str | None
    products: frozenset[str]
    course: str | None
    article: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground on which law takes people out of a vaccination; ``error``: what a dose given then is.

    ``diseases`` are those it is about, empty meaning all but ``without``; ``named``: it must be told for
    which disease or programme it holds. Source: 施行令3条1項, 施行規則2条.
    """

    code: str
    name: str
    diseases: frozenset[str]
    without: frozenset[str]
    in_force: Dates
    article: str
    error: str
    named: bool = False
    confidence: Confidence = "high"


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """A whole schedule. ``rules`` keep the pack's order; look-ups are by code."""

    name: str
    reckoning: Reckoning
    programmes: dict[str, Programme]
    vaccines: dict[str, Vaccine]
    rules: tuple[Rule, ...]
    spacings: tuple[Spacing, ...]
    conditions: dict[str, Condition]
    later_windows: tuple[LaterWindow, ...] = ()
    grounds: dict[str, Ground] = field(default_factory=dict)
    circumstances: dict[str, Condition] = field(default_factory=dict)
    temporary: tuple[Rule, ...] = field(init=False)
    _articles: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "temporary", tuple(rule for rule in self.rules if rule.temporary))
        object.__setattr__(self, "_articles", {code: self._article(code) for code in self.programmes})

    def rule(self, identifier: str) -> Rule:
        """The row of that id; ``KeyError`` if there is none."""
        for rule in self.rules:
            if rule.id == identifier:
                return rule
        raise KeyError(identifier)

    @property
    def diseases(self) -> frozenset[str]:
        """Every disease that a vaccine is against."""
        return frozenset(disease for vaccine in self.vaccines.values() for disease in vaccine.against)

    def article(self, programme: str) -> str:
        """The article that a programme rests on: that of the rule in force longest."""
        return self._articles.get(programme, "")

    def _article(self, programme: str) -> str:
        rules = [rule for rule in self.rules if rule.programme == programme and not rule.temporary]
        return max(rules, key=lambda rule: rule.in_force.end).article if rules else ""


__all__ = ["Dates", "DoseGiven", "Pack", "Person", "Programme", "Rule", "Vaccine"]
