"""Coverage of a fiscal year: doses against residents, over all and by district, birth year and month (H04).

実施者数 are the routine doses (定期), 集計対象 and not voided, given from 4月1日 to 翌年3月31日. 対象者数 are
the residents on the year's last day (today while it runs) of the measure's cohort. Doses may be given to
others than the year's cohort, so a rate may exceed 100 %.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from sesshu.health.ledger.models import Dose
from sesshu.health.reporting import dimensions
from sesshu.health.reporting.cohorts import (
    ResidentSelection,
    birth_year_condition,
    born_in,
    counting_day,
    has_dose,
    residents_on,
)
from sesshu.health.reporting.dose_selection import BOTH, DoseSelection
from sesshu.health.reporting.measures import Measure, measures_of
from sesshu.kernel import dates
from sesshu.kernel.masking import HIDDEN

BIRTH_YEARS = 10


@dataclass(frozen=True)
class Figure:
    """One bar: how many doses, of how many, and the selections that list them."""

    label: str
    done: int
    target: int | None
    doses: DoseSelection
    residents: ResidentSelection | None
    measure: Measure

    @property
    def rate(self) -> float | None:
        """Percent; None where there is nobody to count."""
        return 100 * self.done / self.target if self.target else None


@dataclass(frozen=True)
class BirthYear:
    """The residents born in one fiscal year, with and without the dose."""

    year: int
    done: int
    undone: int


def doses_of(measure: Measure, fiscal_year: int, **cells: str) -> DoseSelection:
    """The selection of the doses that a measure counts in a year."""
    selection = DoseSelection.of_year(fiscal_year, programmes=measure.programmes, doses=(measure.dose,))
    if len(measure.vaccines) == 1:
        selection = selection.narrowed(vaccine=measure.vaccines[0])
    return selection.narrowed(**cells)


@dataclass(frozen=True)
class Overview:
    """A year at a glance. ``given`` counts doses by (定期, 集団, 市町外)."""

    figures: tuple[Figure, ...]
    given: Counter[tuple[bool, bool, bool]]

    def count(self, routine: bool, *, group: bool | None = None, outside: bool | None = None) -> int:
        """Routine or voluntary doses; of the group or outside ones only where asked."""
        return sum(
            count
            for (is_routine, in_group, is_outside), count in self.given.items()
            if is_routine == routine and group in (None, in_group) and outside in (None, is_outside)
        )


def overview(fiscal_year: int) -> Overview:
    """Every measure of the year, from one reading of its doses."""
    measures = measures_of(fiscal_year)
    done: Counter[Measure] = Counter()
    given: Counter[tuple[bool, bool, bool]] = Counter()
    for programme, dose, vaccine, routine, group, outside, count in _given(fiscal_year):
        given[routine, group, outside] += count
        if routine:
            done.update({m: count for m in measures if m.holds(programme, dose, vaccine)})
    targets = _targets(fiscal_year, measures)
    return Overview(tuple(_figure(m, fiscal_year, done[m], targets[m]) for m in measures), given)


def _figure(measure: Measure, fiscal_year: int, done: int, target: int | None) -> Figure:
    return Figure(
        label=measure.name,
        done=done,
        target=target,
        doses=doses_of(measure, fiscal_year),
        residents=ResidentSelection(measure, fiscal_year) if measure.cohort else None,
        measure=measure,
    )


def _given(fiscal_year: int) -> QuerySet[Dose, tuple[Any, ...]]:
    return (
        DoseSelection.of_year(fiscal_year, routine=BOTH)
        .queryset()
        .order_by()
        .values_list(
            "verdict__programme",
            "verdict__dose_label",
            "vaccine",
            "verdict__routine",
            "group",
            "outside_municipality",
        )
        .annotate(Count("pk"))
    )


def of_programme(measure: Measure, fiscal_year: int) -> tuple[Figure, ...]:
    """The measures of one programme and kind of vaccine."""
    measures = [other for other in measures_of(fiscal_year) if other.group == measure.group]
    selection = DoseSelection.of_year(fiscal_year, programmes=measure.programmes)
    done: Counter[Measure] = Counter()
    columns = ("verdict__programme", "verdict__dose_label", "vaccine")
    for *kind, count in selection.queryset().order_by().values_list(*columns).annotate(Count("pk")):
        done.update({other: count for other in measures if other.holds(*kind)})
    targets = _targets(fiscal_year, measures)
    return tuple(_figure(other, fiscal_year, done[other], targets[other]) for other in measures)


def _targets(fiscal_year: int, measures: Iterable[Measure]) -> dict[Measure, int | None]:
    residents = residents_on(counting_day(fiscal_year))
    known: dict[tuple[object, str], int] = {}
    targets: dict[Measure, int | None] = {}
    for measure in measures:
        if measure.cohort is None:
            targets[measure] = None
            continue
        who = (measure.cohort, measure.sex)
        if who not in known:
            known[who] = residents.filter(born_in(measure, fiscal_year)).count()
        targets[measure] = known[who]
    return targets


def target(measure: Measure, fiscal_year: int) -> int | None:
    """The number of residents that a measure's doses are measured against."""
    return _targets(fiscal_year, [measure])[measure]


def by_district(measure: Measure, fiscal_year: int) -> tuple[Figure, ...]:
    """A measure's figures for each district, the hidden one last."""
    done = dict(
        doses_of(measure, fiscal_year)
        .queryset()
        .order_by()
        .values_list(dimensions.district())
        .annotate(Count("pk"))
    )
    targets: dict[str, int] = {}
    if measure.cohort:
        whole = ResidentSelection(measure, fiscal_year).queryset()
        targets = dict(whole.order_by().values_list(dimensions.district("")).annotate(Count("pk")))
    names = sorted({*done, *targets}, key=lambda name: (name == HIDDEN, not name, name))
    return tuple(
        Figure(
            label=name or "（地区なし）",
            done=done.get(name, 0),
            target=targets.get(name, 0) if measure.cohort else None,
            doses=doses_of(measure, fiscal_year, district=name),
            residents=ResidentSelection(measure, fiscal_year, district=name) if measure.cohort else None,
            measure=measure,
        )
        for name in names
    )


def by_month(measure: Measure, fiscal_year: int) -> dict[str, int]:
    """Doses of each month of the year, from April on, months without one included."""
    counted = dict(
        doses_of(measure, fiscal_year)
        .queryset()
        .order_by()
        .values_list(dimensions.Month("date"))
        .annotate(Count("pk"))
    )
    return {month: counted.get(month, 0) for month in months_of(fiscal_year)}


def months_of(fiscal_year: int) -> tuple[str, ...]:
    """``2026-04`` … ``2027-03``."""
    return tuple(f"{fiscal_year + (month > 12)}-{(month - 1) % 12 + 1:02}" for month in range(4, 16))


def by_birth_year(measure: Measure, fiscal_year: int) -> tuple[BirthYear, ...]:
    """Residents of ten birth years, from the youngest of the cohort on, with and without the dose."""
    if measure.cohort is None:
        return ()
    years = _birth_years(measure, fiscal_year)
    day = counting_day(fiscal_year)
    born = Case(
        *(When(birth_year_condition(measure, year), then=Value(year)) for year in years),
        output_field=IntegerField(),
    )
    # One range for all years: PostgreSQL estimates it well, and what lies between is counted under no year.
    within = Q(birth_date__range=(date(min(years), 4, 2), date(max(years) + 1, 4, 1)))
    residents = residents_on(day).filter(within).order_by()
    everybody = dict(residents.values_list(born).annotate(Count("pk")))
    done = dict(residents.filter(has_dose(measure, day)).values_list(born).annotate(Count("pk")))
    return tuple(
        BirthYear(year, done.get(year, 0), everybody.get(year, 0) - done.get(year, 0)) for year in years
    )


def _birth_years(measure: Measure, fiscal_year: int) -> tuple[int, ...]:
    assert measure.cohort
    if measure.cohort.kind == "ages":
        return tuple(dates.fiscal_year(births[0]) for births in reversed(measure.cohort.births(fiscal_year)))
    # A birth on 1 April belongs to the school year before (満年齢は前日に達する).
    youngest = measure.cohort.births(fiscal_year)[-1][1]
    last = dates.fiscal_year(youngest) - (youngest.month == 4 and youngest.day == 1)
    return tuple(range(last, last - BIRTH_YEARS, -1))
