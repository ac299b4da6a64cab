"""Gather necessary data (4.1): one patient on one assessment date, as all later chapters look at them."""

from dataclasses import dataclass, field
from datetime import date

from sesshu.schedule.cdsi.model import DoseAdministered, Patient
from sesshu.schedule.cdsi.supporting import Schedule
from sesshu.schedule.reckoning import Reckoning

FIRST_DAY = date(1900, 1, 1)
"""What a blank begin or minimum is taken for (assumed values of the attribute tables)."""
LAST_DAY = date(2999, 12, 31)
"""What a blank end or maximum is taken for."""


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A vaccine dose administered and its place in the whole history, in order of date."""

    place: int
    dose: DoseAdministered
    day: date
    cvx: str


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """Patient, history up to the assessment date, and supporting data.

    ``records`` are the antigen administered records: for each antigen the shots that contain it.
    """

    patient: Patient
    birth: date
    on: date
    schedule: Schedule
    reckoning: Reckoning
    shots: tuple[Shot, ...]
    records: dict[str, list[Shot]]
    observed: dict[str, date | None] = field(default_factory=dict)

    def age_date(self, age: str | None) -> date | None:
        """Date of birth plus an age; a blank stays blank."""
        return None if age is None else self.reckoning.point(age, self.birth)

    def of_age(self, begin: str | None, day: date, end: str | None) -> bool:
        """Whether ``day`` lies in the half-open window between two ages."""
        point = self.reckoning.point
        if (FIRST_DAY if begin is None else point(begin, self.birth)) > day:
            return False
        return day < (LAST_DAY if end is None else point(end, self.birth))


def situation_of(
    patient: Patient, shots: tuple[Shot, ...], records: dict[str, list[Shot]], on: date, schedule: Schedule
) -> Situation:
    """Gather; of several observations with one code the most recent date counts (CALCDTINT-9)."""
    observed: dict[str, date | None] = {}
    for observation in patient.observations:
        earlier = observed.get(observation.code)
        if observation.code not in observed or earlier is None:
            observed[observation.code] = observation.date
        elif observation.date is not None:
            observed[observation.code] = max(earlier, observation.date)
    return Situation(patient, patient.birth, on, schedule, schedule.reckoning, shots, records, observed)
