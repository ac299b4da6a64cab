"""Runs test cases strictly: statuses, dose number, dates with blank equal to blank, every dose."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sesshu.schedule.cdsi.assessing import assess
from sesshu.schedule.cdsi.model import Assessment, VaccineGroupForecast
from sesshu.schedule.cdsi.supporting import Schedule
from sesshu.schedule.checking.cases import Case

_GROUPS = {
    "dtap": "DTaP/Tdap/Td",
    "tdap": "DTaP/Tdap/Td",
    "td": "DTaP/Tdap/Td",
    "flu": "Influenza",
    "mcv": "Meningococcal",
    "menacwy": "Meningococcal",
    "menb": "Meningococcal B",
    "pcv": "Pneumococcal",
    "ppsv": "Pneumococcal",
    "pol": "Polio",
    "ipol": "Polio",
    "rota": "Rotavirus",
    "var": "Varicella",
}
"""CDC's short names of vaccine groups, beside the names that the schedule has."""

Value = str | int | date | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one case in which the engine does not answer what is expected."""

    case: str
    field: str
    expected: Value
    actual: Value


@dataclass(frozen=True, slots=True)
class Result:
    """All differences of a set of cases; a case passes if it has none."""

    cases: int
    passed: int
    differences: tuple[Difference, ...]


def check(cases: Iterable[Case], schedule: Schedule) -> Result:
    """Run every case; differences stand in the order of the cases."""
    count = passed = 0
    differences: list[Difference] = []
    for case in cases:
        found = differences_of(case, schedule)
        count += 1
        passed += not found
        differences.extend(found)
    return Result(count, passed, tuple(differences))


def differences_of(case: Case, schedule: Schedule) -> list[Difference]:
    """The differences of one case.

    The specification may yield several forecasts for a vaccine group (9.1), and a case does not say which it
    means: the one that agrees best is compared, as a whole.
    """
    group = vaccine_group(case.vaccine_group, schedule)
    if group is None:
        return [Difference(case.name, "vaccine_group", case.vaccine_group, None)]
    assessment = assess(case.patient, case.doses, case.on, schedule, (group,))
    forecasts: tuple[VaccineGroupForecast | None, ...] = assessment.of(group) or (None,)
    closest = min((_of_forecast(case, forecast) for forecast in forecasts), key=len)
    return [*closest, *_of_doses(case, assessment, group, schedule)]


def vaccine_group(name: str, schedule: Schedule) -> str | None:
    """The schedule's name of a vaccine group that a case names in full or in short; None if it has none."""
    names = {known.casefold(): known for known in schedule.vaccine_groups}
    word = name.strip().casefold()
    return names.get(word) or names.get(_GROUPS.get(word, "").casefold())


def _of_forecast(case: Case, forecast: VaccineGroupForecast | None) -> list[Difference]:
    expected = case.expected
    dates = forecast.forecast if forecast is not None else None
    status = forecast.status if forecast is not None else None
    pairs: list[tuple[str, Value, Value]] = [
        ("forecast_number", expected.forecast_number, dates.dose_number if dates else None),
        ("earliest_date", expected.earliest_date, dates.earliest if dates else None),
        ("recommended_date", expected.recommended_date, dates.recommended if dates else None),
        ("past_due_date", expected.past_due_date, dates.past_due if dates else None),
    ]
    found = [Difference(case.name, *pair) for pair in pairs if pair[1] != pair[2]]
    if not _same(expected.series_status, status):
        found.insert(0, Difference(case.name, "series_status", expected.series_status, status))
    return found


def _of_doses(case: Case, assessment: Assessment, group: str, schedule: Schedule) -> list[Difference]:
    statuses = {one.dose.key: one.status for one in assessment.doses_of(group)}
    found = []
    for number, expected in case.expected.doses.items():
        actual = statuses[number] if number in statuses else _in_its_own_group(case, number, schedule)
        if not _same(expected, actual):
            found.append(Difference(case.name, f"evaluation_status_{number}", expected, actual))
    return found


def _in_its_own_group(case: Case, number: int, schedule: Schedule) -> str | None:
    """The status of a dose that has nothing to do with the case's group, in the groups that it belongs to."""
    dose = next(dose for dose in case.doses if dose.key == number)
    antigens = {row.antigen for row in schedule.associations.get(dose.cvx, ())}
    groups = [g.name for g in schedule.vaccine_groups.values() if not antigens.isdisjoint(g.antigens)]
    told = assess(case.patient, case.doses, case.on, schedule, groups).doses
    statuses = [one.status for one in told if one.dose.key == number and one.status is not None]
    return "Valid" if "Valid" in statuses else next(iter(statuses), None)


def _same(expected: str | None, actual: str | None) -> bool:
    """Whether two statuses are one; CDC's files differ in case."""
    return (expected or "").casefold() == (actual or "").casefold()
