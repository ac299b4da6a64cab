"""Everybody's records against a disease, and how far they bring each through a series."""

from dataclasses import dataclass, field

import numpy as np

from sesshu.schedule.population.calendar import Days
from sesshu.schedule.population.columns import Column


@dataclass(slots=True, eq=False)
class Records:
    """Record × person; ``vaccine`` is -1 past a person's last record, ``place`` the dose's own place."""

    day: Days
    vaccine: Column
    blocked: Column
    unspaced: Column
    expired: Column
    place: Column

    def of(self, persons: Column) -> "Records":
        """The records of some persons."""
        parts = (self.day, self.vaccine, self.blocked, self.unspaced, self.expired, self.place)
        most = int((self.vaccine[:, persons] >= 0).sum(axis=0).max(initial=0))
        return Records(*(part[:most, persons] for part in parts))

    def without(self, taken: Column) -> "Records":
        """The records not ``taken``, moved up."""
        gone = taken | (self.vaccine < 0)
        order = np.argsort(gone, axis=0, kind="stable")
        vaccine = np.where(gone, -1, self.vaccine)
        parts = (self.day, vaccine, self.blocked, self.unspaced, self.expired, self.place)
        return Records(*(np.take_along_axis(part, order, axis=0) for part in parts))


@dataclass(slots=True, eq=False)
class Progress:
    """Of each person how far a series has come; days are 0 where there is none.

    ``before``: the days on which earlier periods of the disease were last satisfied, by period.
    """

    index: Column
    unfinished: Column
    last: Days
    first: Days
    latest: Days
    valid: Column
    satisfied: Days
    before: dict[str, Days] = field(default_factory=dict)

    @classmethod
    def none(cls, persons: int, targets: int) -> "Progress":
        """Nobody has begun."""
        last, first, latest = (np.zeros(persons, np.int32) for _ in range(3))
        valid, satisfied = np.zeros(persons, np.int16), np.zeros((targets, persons), np.int32)
        index, unfinished = np.zeros(persons, np.int8), np.zeros(persons, bool)
        return cls(index, unfinished, last, first, latest, valid, satisfied)

    def of(self, persons: Column) -> "Progress":
        """That of some persons."""
        return Progress(
            self.index[persons], self.unfinished[persons], self.last[persons], self.first[persons],
            self.latest[persons], self.valid[persons], self.satisfied[:, persons],
            {period: days[persons] for period, days in self.before.items()},
        )  # fmt: skip

    def put(self, persons: Column, other: "Progress") -> None:
        """Take over that of some persons."""
        for name in ("index", "unfinished", "last", "first", "latest", "valid"):
            getattr(self, name)[persons] = getattr(other, name)
        self.satisfied[:, persons] = other.satisfied
        for period, days in other.before.items():
            self.before.setdefault(period, np.zeros(len(self.index), np.int32))[persons] = days


@dataclass(slots=True, eq=False)
class Run:
    """A series with everybody's records run through it; ``odd``: the product or the course was another.

    ``ground`` holds why, as :mod:`sesshu.schedule.population.grounds` keeps it.
    """

    evaluation: Column
    number: Column
    routine: Column
    odd: Column
    ground: Column
    progress: Progress

    @classmethod
    def none(cls, shape: tuple[int, ...], targets: int) -> "Run":
        """Nothing judged yet; ``shape`` is record × person."""
        return cls(
            np.zeros(shape, np.int8), np.full(shape, -1, np.int8), np.zeros(shape, bool),
            np.zeros(shape, bool), np.zeros(shape, np.int64), Progress.none(shape[1], targets),
        )  # fmt: skip
