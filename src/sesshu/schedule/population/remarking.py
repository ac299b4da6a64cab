"""What is remarked on a dose that counts, over columns: another vaccine too near, a volume that is not the
rule's.

See ``_mark`` of :mod:`sesshu.schedule.logic.conflict` and ``volume`` of :mod:`sesshu.schedule.logic.vaccine`.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np

from sesshu.schedule.logic.plan import Requirement
from sesshu.schedule.model import Reason
from sesshu.schedule.population.calendar import Days
from sesshu.schedule.population.columns import Column
from sesshu.schedule.population.organising import History
from sesshu.schedule.population.rows import Rows
from sesshu.schedule.wording import Phrase

NO_VOLUME = 0.0
REMARKABLE = frozenset({"kept", "remarks", "routine.turn"})


class Remarked:
    """The remarks on the doses that count by each rule; where ``keys`` are alike the same is said."""

    def __init__(self, history: History, volume: Column, valid: Iterable[tuple[Requirement, Column]]) -> None:
        self.history, self.volume = history, volume
        self.keys = np.zeros((3, len(history.doses)), np.int64)
        self._volumes: list[tuple[Reason, ...]] = [()]
        for requirement, places in valid:
            self._space(places[history.unspaced[places]])
            self._measure(requirement, places[~np.isnan(volume[places])])

    def _space(self, places: Column) -> None:
        doses, earlier = self.history.doses, self.history.crowded_by[places]
        self.keys[0, places] = doses.day[earlier].astype(np.int64) << 32 | doses.day[places]
        self.keys[1, places] = (self.history.crowding[places] + 1) << 32 | doses.vaccine[earlier]

    def _measure(self, requirement: Requirement, places: Column) -> None:
        history = self.history
        row, day = history.row[history.doses.person[places]], history.doses.day[places]
        right, given = right_volumes(requirement, history.rows, row, day), self.volume[places]
        strange = (right > 0).any(axis=0) & ~(np.abs(right - given) < 1e-6).any(axis=0)
        told = np.vstack([given, np.sort(right, axis=0)])[:, strange]
        distinct, number = np.unique(told, axis=1, return_inverse=True)
        self.keys[2, places[strange]] = number.reshape(-1) + len(self._volumes)
        self._volumes += [_volume(requirement, *map(float, one)) for one in distinct.T]

    def reasons(self, place: int) -> tuple[Reason, ...]:
        """The remarks on one dose."""
        crowded = (self._crowded(place),) if self.keys[1, place] else ()
        return crowded + self._volumes[int(self.keys[2, place])]

    def _crowded(self, place: int) -> Reason:
        history, pack = self.history, self.history.rows.pack
        earlier, spacing = int(history.crowded_by[place]), pack.spacings[int(history.crowding[place])]
        vaccine = list(pack.vaccines.values())[history.doses.vaccine[earlier]]
        days = (date.fromordinal(int(history.doses.day[n])) for n in (earlier, place))
        before, day = days
        first = before + timedelta(days=spacing.gap_days + 1)
        values = (vaccine.name, before, spacing.gap_days, first, (first - day).days)
        return Reason.of("vaccine_conflict", values, spacing.article)


def _volume(requirement: Requirement, given: float, *right: float) -> tuple[Reason, ...]:
    volumes = [f"{ml:g}" for ml in sorted(set(right) - {NO_VOLUME})]
    wanted = Phrase("又は".join(volumes), " or ".join(volumes))
    return (Reason.of("volume", (f"{given:g}", wanted), requirement.rule.article),)


def right_volumes(requirement: Requirement, rows: Rows, row: Column, day: Days) -> Column:
    """Every volume in mL that is right for each dose, one below another: several on the eve of a birthday.

    ``NO_VOLUME`` where one is not right, or none is fixed.
    """
    dose = requirement.row
    usual = [dose.ml] if dose.ml is not None else sorted({ml for _, ml in dose.ml_of})
    found = np.repeat(np.array(usual or [NO_VOLUME])[:, None], len(row), axis=1)
    for at, younger in ((dose.ml_under, True), (dose.ml_from, False)):
        if at is not None and usual:
            turning = rows.point(at[0])[row]
            only, also = (day < turning, day <= turning) if younger else (day > turning, day >= turning)
            found = np.vstack([np.where(only, NO_VOLUME, found), np.where(also, at[1], NO_VOLUME)])
    return found
