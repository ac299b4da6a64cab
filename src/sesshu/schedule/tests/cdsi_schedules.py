"""Small CDSi schedules, written by hand, for what the published cases do not carry."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sesshu.schedule.cdsi import (
    AgeRow,
    Antigen,
    AntigenSeries,
    Assessment,
    Association,
    DoseAdministered,
    DoseEvaluation,
    Forecast,
    IntervalRow,
    Observation,
    Patient,
    Schedule,
    SeriesDose,
    VaccineConflict,
    VaccineGroup,
    VaccineGroupForecast,
    VaccineRow,
    assess,
)
from sesshu.schedule.reckoning.cdsi import CdsiReckoning

BORN = date(2020, 1, 1)
VACCINE = VaccineRow("10", forecast=True)


def dose(number: int = 1, **fields: Any) -> SeriesDose:
    """A series dose of vaccine 10, which may be given from six weeks on."""
    fields.setdefault("preferable", (VACCINE,))
    fields.setdefault("ages", (AgeRow(absolute_minimum="6 weeks - 4 days", minimum="6 weeks"),))
    return SeriesDose(number, **fields)


def after_previous(minimum: str, **fields: Any) -> IntervalRow:
    """An interval from the previous dose, with four days of grace."""
    fields.setdefault("absolute_minimum", f"{minimum} - 4 days")
    return IntervalRow(from_previous=True, minimum=minimum, **fields)


def series(*doses: SeriesDose, antigen: str = "A", name: str = "", **fields: Any) -> AntigenSeries:
    """A series of series group 1; the first of its antigen unless told otherwise."""
    values: dict[str, Any] = {"vaccine_group": antigen, "type": "Standard", "group": "1", "default": True}
    values |= fields
    return AntigenSeries(name=name or f"{antigen} series", antigen=antigen, doses=doses, **values)


def schedule(*paths: AntigenSeries, **fields: Any) -> Schedule:
    """A schedule of these series; vaccine 10 contains the antigens of all of them."""
    names = list(dict.fromkeys(path.antigen for path in paths))
    extra = fields.pop("antigen_fields", {})
    values: dict[str, Any] = {
        "antigens": {n: Antigen(n, tuple(p for p in paths if p.antigen == n), **extra) for n in names},
        "vaccine_groups": {n: VaccineGroup(n, (n,)) for n in names},
        "associations": {"10": tuple(map(Association, names))},
    }
    values |= fields
    return Schedule(reckoning=CdsiReckoning(), **values)


def conflicts(*rows: VaccineConflict) -> dict[str, tuple[VaccineConflict, ...]]:
    """Conflicts by impacted vaccine type."""
    return {code: tuple(row for row in rows if row.impacted == code) for code in {r.impacted for r in rows}}


def shot(day: date, cvx: str = "10", **fields: Any) -> DoseAdministered:
    """A dose administered."""
    return DoseAdministered(day, cvx, **fields)


def run(
    plan: Schedule,
    *doses: DoseAdministered,
    on: date = date(2024, 1, 1),
    observations: Iterable[str] = (),
    **patient: Any,
) -> Assessment:
    """Assess somebody born on ``BORN``."""
    known = tuple(Observation(code) for code in observations)
    return assess(Patient(birth=BORN, **{"observations": known, **patient}), doses, on, plan)


def verdicts(result: Assessment, group: str = "A") -> list[tuple[str | None, tuple[str, ...]]]:
    """Status and reasons of each dose of a vaccine group."""
    told: tuple[DoseEvaluation, ...] = result.doses_of(group)
    return [(one.status, one.reasons) for one in told]


def statuses(result: Assessment, group: str = "A") -> list[str | None]:
    """Status of each dose of a vaccine group."""
    return [one.status for one in result.doses_of(group)]


def only(result: Assessment, group: str = "A") -> VaccineGroupForecast:
    """The one forecast of a vaccine group."""
    [forecast] = result.of(group)
    return forecast


def dates(result: Assessment, group: str = "A") -> Forecast:
    """The dates of the one forecast of a vaccine group."""
    return only(result, group).forecast
