"""Select best patient series (CDSi chapter 8) among the alternatives of a period.

Law fixes a course by its first dose (実施規則9条4項, 17条1項: 「初回接種の開始時に」), so the series begun
first leads; among those the one completed first (規則2条1号), then the one with most valid doses, then the
one with fewest targets.
"""

from dataclasses import dataclass
from datetime import date

from sesshu.schedule.logic.evaluation import Evaluated, Outcome
from sesshu.schedule.logic.history import Record


@dataclass(slots=True, eq=False)
class Selected:
    """The series that count for a period: the best first, then those equally far."""

    candidates: list[Evaluated]
    every: list[Evaluated]

    @property
    def best(self) -> Evaluated:
        """The prioritised series."""
        return self.candidates[0]

    @property
    def complete(self) -> bool:
        """True when nothing is left to give in the period."""
        return self.best.complete

    def outcome(self, n: int) -> Outcome:
        """What record ``n`` came to: in the best series once one is begun, else the most telling."""
        if self.best.valid or len(self.every) == 1:
            return self.best.outcomes[n]
        return min((e.outcomes[n] for e in self.every), key=_telling)

    def taken(self) -> list[Record]:
        """The records that the best series counts."""
        pairs = zip(self.best.records, self.best.outcomes, strict=True)
        return [record for record, outcome in pairs if outcome.evaluation == "valid"]


def select(evaluated: list[Evaluated]) -> Selected:
    """The candidates among ``evaluated``, which must not be empty."""
    begun = [e for e in evaluated if e.progress.satisfied]
    if len(begun) == 1:
        return Selected(begun, evaluated)
    if not begun:
        return Selected(sorted(evaluated, key=_size), evaluated)
    first = min(e.progress.first_satisfied or date.max for e in begun)
    begun = [e for e in begun if e.progress.first_satisfied == first]
    complete = [e for e in begun if e.complete]
    if complete:
        return Selected([min(complete, key=_completed)], evaluated)
    most = max(e.valid for e in begun)
    return Selected(sorted((e for e in begun if e.valid == most), key=_size), evaluated)


def _completed(evaluated: Evaluated) -> tuple[date, int]:
    return evaluated.progress.last_satisfied or date.max, -evaluated.valid


def _size(evaluated: Evaluated) -> int:
    return len(evaluated.series.targets)


_RANK = {"valid": 0, "sub_standard": 1, "extraneous": 2, "not_valid": 3}


def _telling(outcome: Outcome) -> tuple[int, int]:
    code = outcome.reasons[0].code if outcome.reasons else ""
    return int(code in ("wrong_product", "other_course")), _RANK[outcome.evaluation]
