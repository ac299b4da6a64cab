"""Why each dose was judged so, over columns: a number for each ground, with the day its sentence names.

Grounds are numbered as they occur; 0 is one that columns do not tell, and the scalar engine is asked. The day
and the number are kept as one ``int64``. :mod:`sesshu.schedule.population.telling` makes the sentences.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sesshu.schedule.logic.plan import Requirement, Target
from sesshu.schedule.population.calendar import Days
from sesshu.schedule.population.columns import Column
from sesshu.schedule.population.rows import NEVER, Rows
from sesshu.schedule.supporting import Pack

UNTOLD = np.int64(0)
_DAYS = 32


class Remark(NamedTuple):
    """What is remarked beside: ``law`` (no rule in force) or ``history``, and the rule that is named."""

    kind: str
    requirement: Requirement


class Ground(NamedTuple):
    """``kind`` is a key of :mod:`sesshu.schedule.wording` or "kept"; ``detail`` is what the kind asks for."""

    kind: str
    target: Target | None = None
    requirement: Requirement | None = None
    remark: Remark | None = None
    detail: object = None


class Grounds:
    """The grounds that occurred for one pack, numbered from 1."""

    def __init__(self) -> None:
        self.known: list[Ground] = [Ground("")]
        self._numbers: dict[Ground, int] = {}

    def number(self, ground: Ground) -> int:
        """The number of a ground."""
        found = self._numbers.get(ground)
        if found is None:
            found = self._numbers[ground] = len(self.known)
            self.known.append(ground)
        return found

    def packed(self, ground: Ground, day: Days | int = 0) -> Column:
        """The ground as it is kept, with the day that its sentence names."""
        return np.asarray(day, np.int64) | np.int64(self.number(ground)) << _DAYS


@lru_cache(maxsize=8)
def grounds(pack: Pack) -> Grounds:
    """Those of a pack, kept as long as the process lasts."""
    return Grounds()


def number_of(packed: Column) -> Column:
    """The numbers of kept grounds."""
    return packed >> _DAYS


def day_of(packed: Column) -> Column:
    """The days of kept grounds."""
    return packed & np.int64((1 << _DAYS) - 1)


def holding(rows: Rows, requirement: Requirement, row: Column, day: Days) -> Column:
    """Which of the rule's windows holds each day: of several the one that opens first; -1 for none."""
    found, opened = np.full(len(row), -1, np.int64), np.full(len(row), NEVER)
    for n, window in enumerate(rows.windows(requirement.rule)):
        start = window.start[row]
        better = (start <= day) & (day <= window.end[row]) & (start < opened)
        found, opened = np.where(better, n, found), np.where(better, start, opened)
    return found


def ended(rows: Rows, requirement: Requirement, row: Column, day: Days) -> Days:
    """The end of the last window before each day."""
    found = np.zeros(len(row), np.int32)
    for window in rows.windows(requirement.rule):
        end = window.end[row]
        found = np.where((end < day) & (window.start[row] <= end), np.maximum(found, end), found)
    return found


def coming(rows: Rows, requirement: Requirement, row: Column) -> tuple[Column, Days]:
    """Each one's first window, and its first day."""
    starts = np.stack([window.start[row] for window in rows.windows(requirement.rule)])
    first = np.argmin(starts, axis=0)
    return first, np.take_along_axis(starts, first[None], axis=0)[0]
