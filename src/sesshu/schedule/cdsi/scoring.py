"""Points for scorable patient series (8.4, 8.5, 8.6).

Each condition gives points where it is true for one series alone, where for several, and where it is not.
"""

from collections.abc import Sequence
from datetime import date

from sesshu.schedule.cdsi.age import age_row
from sesshu.schedule.cdsi.patient_series import PatientSeries
from sesshu.schedule.cdsi.situation import LAST_DAY, Situation

Points = tuple[int, int, int]
"""True for the series alone, true for several, not true."""


def complete_points(paths: Sequence[PatientSeries]) -> list[int]:
    """Table 8-7."""
    return _award(_most_valid_doses(paths), (1, 0, -1))


def in_process_points(paths: Sequence[PatientSeries], situation: Situation) -> list[int]:
    """Table 8-9."""
    finishes = [_finish_date(path, situation) for path in paths]
    completable = _completable(paths, finishes, situation)
    return _sums(
        _award([path.series.product_path and _all_valid(path) for path in paths], (2, 2, -2)),
        _award(completable, (3, 3, -3)),
        _award(_most_valid_doses(paths), (2, 0, -2)),
        _award(_closest_to_completion(paths), (2, 0, -2)),
        _award(_can_finish_earliest(finishes, completable), (1, 0, -1)),
    )


def no_valid_doses_points(paths: Sequence[PatientSeries], situation: Situation) -> list[int]:
    """Table 8-11. SELECTB-23: product patient series."""
    finishes = [_finish_date(path, situation) for path in paths]
    return _sums(
        _award(_can_start_earliest(paths), (1, 0, -1)),
        _award(_completable(paths, finishes, situation), (1, 1, -1)),
        _award([path.series.product_path for path in paths], (-1, -1, 1)),
    )


def _award(true: Sequence[bool], points: Points) -> list[int]:
    if_true = points[0] if sum(true) == 1 else points[1]
    return [if_true if one else points[2] for one in true]


def _sums(*awards: list[int]) -> list[int]:
    """SELECTBEST-1."""
    return [sum(each) for each in zip(*awards, strict=True)]


def _all_valid(path: PatientSeries) -> bool:
    """SELECTB-2: all evaluations against its target doses are Valid."""
    return all(verdict.status == "Valid" for verdict in path.verdicts if verdict.target is not None)


def _most_valid_doses(paths: Sequence[PatientSeries]) -> list[bool]:
    """SELECTB-19."""
    most = max(path.valid_doses for path in paths)
    return [path.valid_doses == most for path in paths]


def _closest_to_completion(paths: Sequence[PatientSeries]) -> list[bool]:
    """SELECTB-5: fewest target doses that are not satisfied (nor skipped)."""
    left = [len(path.targets) - path.current for path in paths]
    return [count == min(left) for count in left]


def _finish_date(path: PatientSeries, situation: Situation) -> date | None:
    """SELECTB-12: the earliest date plus the latest minimum interval of the remaining target doses."""
    earliest = path.forecast.earliest
    if earliest is None:
        return None
    gaps = (
        row.minimum
        for target in path.targets[path.current :]
        for row in target.dose.intervals
        if row.minimum is not None and row.relevant(situation.on)
    )
    return max((situation.reckoning.next_day(earliest, gap) for gap in gaps), default=earliest)


def _completable(
    paths: Sequence[PatientSeries], finishes: Sequence[date | None], situation: Situation
) -> list[bool]:
    """SELECTB-3: finished before the maximum age date of the last target dose."""
    return [
        finish is not None and finish < _maximum_age_date(path, situation)
        for path, finish in zip(paths, finishes, strict=True)
    ]


def _maximum_age_date(path: PatientSeries, situation: Situation) -> date:
    if not path.targets:
        return LAST_DAY
    row = age_row(path.targets[-1].dose, situation.on)
    return (situation.age_date(row.maximum) if row is not None else None) or LAST_DAY


def _can_finish_earliest(finishes: Sequence[date | None], completable: Sequence[bool]) -> list[bool]:
    """SELECTB-11: completable, and no completable series finishes before it."""
    first = min((day for day, able in zip(finishes, completable, strict=True) if able and day), default=None)
    return [able and day == first for day, able in zip(finishes, completable, strict=True)]


def _can_start_earliest(paths: Sequence[PatientSeries]) -> list[bool]:
    """SELECTB-14: no series with a start date starts before it."""
    starts = [path.forecast.earliest for path in paths]
    first = min((day for day in starts if day is not None), default=None)
    return [day is not None and day == first for day in starts]
