"""Volumes over columns; see :func:`sesshu.schedule.logic.vaccine.volume`."""

import numpy as np

from sesshu.schedule.logic.plan import Requirement
from sesshu.schedule.population.calendar import Days
from sesshu.schedule.population.columns import Column
from sesshu.schedule.population.rows import Rows


def strange(requirement: Requirement, rows: Rows, row: Column, day: Days, volume: Column) -> Column:
    """Whose volume, in mL, is not the rule's; on the eve of the birthday both are right."""
    dose = requirement.row
    if dose.ml is None:
        return np.zeros(len(row), bool)
    one, other = (np.full(len(row), dose.ml) for _ in range(2))
    if dose.ml_under is not None:
        turning = rows.point(dose.ml_under[0])[row]
        one = np.where(day <= turning, dose.ml_under[1], one)
        other = np.where(day < turning, dose.ml_under[1], other)
    if dose.ml_from is not None:
        turning = rows.point(dose.ml_from[0])[row]
        one = np.where(day > turning, dose.ml_from[1], np.where(day == turning, dose.ml, one))
        other = np.where(day >= turning, dose.ml_from[1], other)
    right: Column = (np.abs(volume - one) < 1e-6) | (np.abs(volume - other) < 1e-6)
    return ~right
