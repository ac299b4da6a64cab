"""The grounds of a dose held against one rule, over columns; see :mod:`sesshu.schedule.logic.evaluation`."""

import numpy as np

from sesshu.schedule.logic.plan import Requirement, Target
from sesshu.schedule.population.calendar import Days
from sesshu.schedule.population.columns import Column
from sesshu.schedule.population.grounds import Ground, Grounds, Remark, coming, ended, holding
from sesshu.schedule.population.rows import NEVER, Rows


class Judging:
    """Some doses against one target dose, by one rule, with what is remarked beside."""

    def __init__(
        self, grounds: Grounds, rows: Rows, target: Target, requirement: Requirement, remark: Remark | None
    ) -> None:
        self.grounds, self.rows, self.target = grounds, rows, target
        self.requirement, self.remark = requirement, remark

    def _packed(self, kind: str, detail: object = None, day: Days | int = 0) -> Column:
        return self.grounds.packed(Ground(kind, self.target, self.requirement, self.remark, detail), day)

    def uncounted(self) -> Column:
        """After the law stopped counting the product."""
        return self._packed("remarks")

    def late(self, row: Column, day: Days) -> Column:
        """Past the window."""
        end = ended(self.rows, self.requirement, row, day)
        return np.where(end > 0, self._packed("too_late", None, end), 0)

    def early(self, row: Column, day: Days, young: Column | None) -> Column:
        """Before the window, or before the age that this dose of the course asks for."""
        first, start = coming(self.rows, self.requirement, row)
        found = np.zeros(len(row), np.int64)
        for n in np.unique(first):
            found[first == n] = self._packed("too_early", int(n), start[first == n])
        found[start == NEVER] = 0
        if young is not None and self.requirement.row.not_before is not None:
            point = self.rows.point(self.requirement.row.not_before)[row]
            start = np.where(holding(self.rows, self.requirement, row, day) >= 0, 0, start)
            held = young & (point > start)
            found[held] = self._packed("too_early", "not_before", point[held])
        return found

    def valid(self, row: Column, day: Days) -> Column:
        """Kept: by the window that holds the day, or remarked upon."""
        if self.remark is not None:
            return np.broadcast_to(self._packed("remarks"), row.shape)
        window = holding(self.rows, self.requirement, row, day)
        return np.where(window >= 0, self._packed("kept", None, np.maximum(window, 0)), 0)
