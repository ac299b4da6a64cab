"""Supporting data (chapter 3): the schedule as it is read, before any patient is looked at.

Ages and intervals are kept as the data write them; a reckoning turns them into dates. A blank is None and
stays blank: what is assumed for it is said where it is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sesshu.schedule.cdsi.statuses import Gender, SeriesType, SkipContext
from sesshu.schedule.reckoning import Reckoning


@dataclass(frozen=True, slots=True)
class Dated:
    """A logical component instance that is used from its effective to its cessation date, inclusive."""

    effective: date | None = None
    cessation: date | None = None

    def relevant(self, anchor: date) -> bool:
        """RELEVANT-1, -2: the anchor is the date administered, in a forecast the assessment date."""
        if self.effective is not None and anchor < self.effective:
            return False
        return self.cessation is None or anchor <= self.cessation


@dataclass(frozen=True, slots=True)
class AgeRow(Dated):
    """Ages of a series dose."""

    absolute_minimum: str | None = None
    minimum: str | None = None
    earliest_recommended: str | None = None
    latest_recommended: str | None = None
    maximum: str | None = None


@dataclass(frozen=True, slots=True)
class IntervalRow(Dated):
    """A preferable or an allowable interval, and what it is counted from."""

    from_previous: bool = False
    from_target_dose: int | None = None
    from_most_recent: frozenset[str] = frozenset()
    from_observation: str | None = None
    absolute_minimum: str | None = None
    minimum: str | None = None
    earliest_recommended: str | None = None
    latest_recommended: str | None = None
    priority: bool = False


@dataclass(frozen=True, slots=True)
class VaccineRow:
    """A series dose vaccine; ``volume`` in mL."""

    cvx: str
    name: str = ""
    begin_age: str | None = None
    end_age: str | None = None
    trade_name: str | None = None
    mvx: str | None = None
    volume: float | None = None
    forecast: bool = False


@dataclass(frozen=True, slots=True)
class SkipCondition:
    """A conditional skip condition; which fields matter depends on its ``type`` (table 6-4)."""

    type: Literal["age", "interval", "completed series", "vaccine count"]
    begin_age: str | None = None
    end_age: str | None = None
    start: date | None = None
    end: date | None = None
    interval: str | None = None
    dose_count: int = 0
    dose_count_logic: Literal["greater than", "equal to", "less than"] = "greater than"
    valid_only: bool = False
    vaccine_types: frozenset[str] = frozenset()
    series_groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SkipSet(Dated):
    """A conditional skip set."""

    conditions: tuple[SkipCondition, ...] = ()
    any_condition: bool = False


@dataclass(frozen=True, slots=True)
class ConditionalSkip:
    """Sets that let a target dose be skipped, and in which contexts they are asked."""

    contexts: frozenset[SkipContext]
    sets: tuple[SkipSet, ...]
    all_sets: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SeriesDose:
    """A series dose. ``allowable`` is by CVX code."""

    number: int
    ages: tuple[AgeRow, ...] = ()
    intervals: tuple[IntervalRow, ...] = ()
    allowable_intervals: tuple[IntervalRow, ...] = ()
    preferable: tuple[VaccineRow, ...] = ()
    allowable: Mapping[str, tuple[VaccineRow, ...]] = field(default_factory=dict)
    inadvertent: frozenset[str] = frozenset()
    skips: tuple[ConditionalSkip, ...] = ()
    recurring: bool = False
    season_start: date | None = None
    season_end: date | None = None


@dataclass(frozen=True, slots=True)
class Indication:
    """An observation, within ages, for which a risk series is meant."""

    code: str
    description: str = ""
    begin_age: str | None = None
    end_age: str | None = None
    guidance: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class AntigenSeries:
    """One path to immunity; ``priority`` A is above B, ``preference`` 1 before 2."""

    name: str
    antigen: str
    vaccine_group: str
    type: SeriesType
    doses: tuple[SeriesDose, ...]
    group: str = ""
    group_name: str = ""
    equivalent_groups: frozenset[str] = frozenset()
    genders: frozenset[Gender] = frozenset()
    indications: tuple[Indication, ...] = ()
    default: bool = False
    product_path: bool = False
    priority: str = "A"
    preference: int | None = None
    min_age_to_start: str | None = None
    max_age_to_start: str | None = None
    guidance: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BirthDateImmunity:
    """Born before ``before`` (in ``country``, blank: any) and without an exclusion."""

    before: date
    country: str | None = None
    exclusions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Contraindication:
    """An observation that rules out the antigen, or, with ``vaccines``, those vaccine types."""

    code: str
    text: str = ""
    guidance: str = ""
    begin_age: str | None = None
    end_age: str | None = None
    vaccines: tuple[VaccineRow, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Antigen:
    """Antigen supporting data: one file of CDC's. ``series`` stand in order of their series group."""

    name: str
    series: tuple[AntigenSeries, ...]
    clinical_history: frozenset[str] = frozenset()
    birth_date_immunity: tuple[BirthDateImmunity, ...] = ()
    contraindications: tuple[Contraindication, ...] = ()
    vaccine_contraindications: tuple[Contraindication, ...] = ()


@dataclass(frozen=True, slots=True)
class VaccineConflict:
    """A conflicting (in the data: previous) and an impacted (current) vaccine type."""

    conflicting: str
    impacted: str
    begin: str
    minimum_end: str
    end: str


@dataclass(frozen=True, slots=True)
class VaccineGroup:
    """What a clinician calls a vaccine; multiple antigen if it has more than one (VACCINEGROUP-1, -2)."""

    name: str
    antigens: tuple[str, ...]
    administer_full: bool = False


@dataclass(frozen=True, slots=True)
class Association:
    """An antigen that a vaccine type is used for, between two ages at administration."""

    antigen: str
    begin_age: str | None = None
    end_age: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """All supporting data. ``conflicts`` are by impacted CVX code, ``associations`` by CVX code."""

    reckoning: Reckoning
    antigens: Mapping[str, Antigen]
    vaccine_groups: Mapping[str, VaccineGroup]
    associations: Mapping[str, tuple[Association, ...]]
    conflicts: Mapping[str, tuple[VaccineConflict, ...]] = field(default_factory=dict)
    observations: Mapping[str, str] = field(default_factory=dict)
