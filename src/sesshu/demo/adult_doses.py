"""The doses the demo's grown-ups had: each season's, those of a certain age's year, mothers' and men's.

Yields (day, programme, vaccine, dose number) in the order of the days within a programme. Plausible
histories only; what was lawful is the business of `sesshu.schedule`.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from sesshu.demo.people import Person
from sesshu.kernel.dates import (
    Interval,
    earliest_next,
    fiscal_year,
    fiscal_year_end,
    fiscal_year_start,
    reach,
)

_MILESTONES = (65, 70, 75, 80, 85, 90, 95, 100)
_TWO_MONTHS = Interval.parse("2m")
_THREE_MONTHS = Interval.parse("3m")


class Dose(NamedTuple):
    """A dose as given: its day, programme, vaccine code and number (0 where doses are not numbered)."""

    day: date
    programme: str
    vaccine: str
    number: int


def adult_doses(rng: Random, person: Person, until: date, *, temporary: bool) -> Iterator[Dose]:
    """All doses up to and including `until`. `temporary` adds COVID-19's 臨時接種 of 2021 to 2024."""
    if person.delivered is not None:
        yield from _maternal(rng, person.delivered, until)
    if person.sex == "1" and date(1962, 4, 2) <= person.birth <= date(1979, 4, 1):
        yield from _rubella(rng, until)
    if temporary and person.birth < date(2016, 4, 1):
        yield from _temporary(rng, person.birth, until)
    from_65 = reach(person.birth, years=65)
    if from_65 <= until:
        yield from _seasons(rng, person.birth, from_65, until)
        yield from _pneumococcal(rng, person.birth, until)
        yield from _zoster(rng, person.birth, until)


def _maternal(rng: Random, delivered: date, until: date) -> Iterator[Dose]:
    day = delivered - timedelta(days=24 + int(rng.random() * 58))
    if date(2026, 4, 1) <= day <= until and rng.random() < 0.6:
        yield Dose(day, "rsv-maternal", "RSV-preF-maternal", 1)


def _rubella(rng: Random, until: date) -> Iterator[Dose]:
    if rng.random() < 0.06:
        day = date(2019, 6, 1) + timedelta(days=int(rng.random() * 2100))
        if day <= until:
            yield Dose(day, "rubella-5", "MR", 1)


def _seasons(rng: Random, birth: date, from_65: date, until: date) -> Iterator[Dose]:
    faithful = rng.random() < 0.55
    likely = 0.86 if faithful else 0.12
    for year in range(max(2001, fiscal_year(from_65)), fiscal_year(until) + 1):
        if rng.random() < likely:
            day = max(from_65, date(year, 10, 1) + timedelta(days=int(min(rng.expovariate(1 / 32), 115))))
            if day <= min(until, date(year + 1, 1, 31)) and day >= date(2001, 11, 7):
                yield Dose(day, "flu", _flu_vaccine(rng, birth, day), 0)
        if year >= 2024 and rng.random() < likely * 0.55:
            day = max(from_65, date(year, 10, 1) + timedelta(days=int(min(rng.expovariate(1 / 45), 170))))
            if day <= min(until, fiscal_year_end(year)):
                yield Dose(day, "covid", "COVID", 0)


def _flu_vaccine(rng: Random, birth: date, day: date) -> str:
    if day < date(2026, 10, 1) or reach(birth, years=75) > day:
        return "Flu-HA"
    return "Flu-HA-HD" if rng.random() < 0.15 else "Flu-HA"


def _pneumococcal(rng: Random, birth: date, until: date) -> Iterator[Dose]:
    """Once in life, in one of the years in which it was offered."""
    for age in _MILESTONES:
        offered = reach(birth, years=age)
        year = fiscal_year(offered)
        if 2014 <= year <= 2023:
            first, last = max(date(2014, 10, 1), fiscal_year_start(year)), fiscal_year_end(year)
        elif age == 65 and year >= 2024:
            first, last = offered, reach(birth, years=66)
        else:
            continue
        if rng.random() < 0.4:
            day = _within(rng, first, last)
            if day <= until:
                vaccine = "PPSV23" if day < date(2026, 4, 1) else "PCV20"
                yield Dose(day, "pneumococcal-senior", vaccine, 1)
            return


def _zoster(rng: Random, birth: date, until: date) -> Iterator[Dose]:
    """In the year of a milestone age since 2025; the second of the recombinant vaccine in the same year."""
    for age in _MILESTONES:
        year = fiscal_year(reach(birth, years=age))
        if year < 2025 or fiscal_year_start(year) > until or rng.random() >= 0.22:
            continue
        day = _within(rng, fiscal_year_start(year), date(year, 12, 31))
        vaccine = "RZV" if rng.random() < 0.75 else "VZV-live"
        if day <= until:
            yield Dose(day, "zoster", vaccine, 1)
        second = earliest_next(day, _TWO_MONTHS) + timedelta(days=int(rng.expovariate(1 / 20)))
        if vaccine == "RZV" and second <= min(until, fiscal_year_end(year)):
            yield Dose(second, "zoster", vaccine, 2)
        return


def _temporary(rng: Random, birth: date, until: date) -> Iterator[Dose]:
    """COVID-19's special temporary vaccination: the older, the earlier and the more doses.

    `likely` is the share of those with the dose before who also had the next.
    """
    old = birth < date(1956, 4, 1)
    likely = (0.93, 0.99, 0.99, 0.91, 0.85, 0.83, 0.8) if old else (0.85, 0.99, 0.75, 0.5, 0.4, 0.4)
    day = date(2021, 5, 10 if old else 31) + timedelta(days=int(rng.random() * (60 if old else 140)))
    for number, chance in enumerate(likely, 1):
        if rng.random() >= chance or day > min(until, date(2024, 3, 31)):
            return
        yield Dose(day, "covid", "COVID", number)
        wait = timedelta(days=21 + int(rng.random() * 7))
        day = day + wait if number == 1 else earliest_next(day, _THREE_MONTHS) + wait * 2


def _within(rng: Random, first: date, last: date) -> date:
    return first + timedelta(days=int(rng.random() * ((last - first).days + 1)))
