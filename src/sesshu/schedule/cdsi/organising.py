"""Organize immunization history (4.2): each dose is split into the antigens that it contains."""

from collections.abc import Iterable
from datetime import date

from sesshu.schedule.cdsi.model import DoseAdministered
from sesshu.schedule.cdsi.situation import FIRST_DAY, LAST_DAY, Shot
from sesshu.schedule.cdsi.supporting import Schedule


def in_order(doses: Iterable[DoseAdministered]) -> tuple[Shot, ...]:
    """The doses by date; those of one day keep the order in which they were given."""
    ordered = sorted(doses, key=lambda dose: dose.date)
    return tuple(Shot(place, dose, dose.date, dose.cvx) for place, dose in enumerate(ordered))


def antigens_of(shot: Shot, birth: date, schedule: Schedule) -> tuple[str, ...]:
    """The antigens that the vaccine type is used for at the age of administration; none if it is not known.

    Association ages are half-open: a zoster vaccine given below 50 years counts against varicella.
    """
    found = []
    for row in schedule.associations.get(shot.cvx, ()):
        point = schedule.reckoning.point
        begin = FIRST_DAY if row.begin_age is None else point(row.begin_age, birth)
        end = LAST_DAY if row.end_age is None else point(row.end_age, birth)
        if begin <= shot.day < end:
            found.append(row.antigen)
    return tuple(found)


def organize(shots: tuple[Shot, ...], birth: date, schedule: Schedule) -> dict[str, list[Shot]]:
    """Antigen administered records: by antigen, and within it by date."""
    records: dict[str, list[Shot]] = {}
    for shot in shots:
        for antigen in antigens_of(shot, birth, schedule):
            records.setdefault(antigen, []).append(shot)
    return records
