"""Evaluate vaccine conflict (6.7), and the days that conflicts close to the next dose."""

from datetime import date

from sesshu.schedule.cdsi.patient_series import PatientSeries
from sesshu.schedule.cdsi.situation import Shot, Situation
from sesshu.schedule.cdsi.supporting import SeriesDose


def is_impacted(shot: Shot, series: PatientSeries, situation: Situation) -> bool:
    """CONFLICT-3: an earlier dose of the whole history is in conflict with ``shot``.

    CALCDTCONFLICT-1: from its date plus the begin interval. CALCDTCONFLICT-2: until its date plus the minimum
    end interval if it is Valid or has no status, else plus the end interval. The status is that in this
    series; a dose that the series does not evaluate has none.
    """
    conflicts = situation.schedule.conflicts.get(shot.cvx, ())
    if not conflicts:
        return False
    next_day = situation.reckoning.next_day
    for earlier in situation.shots[: shot.place]:
        for conflict in conflicts:
            if conflict.conflicting == earlier.cvx:
                verdict = series.verdict_on(earlier)
                valid = verdict is None or verdict.status == "Valid"
                end = next_day(earlier.day, conflict.minimum_end if valid else conflict.end)
                if next_day(earlier.day, conflict.begin) <= shot.day < end:
                    return True
    return False


def latest_conflict_end(dose: SeriesDose, situation: Situation) -> date | None:
    """CALCDTCONFLICT-3: the last of the forecast conflict end dates of any preferable vaccine of the dose."""
    conflicts = situation.schedule.conflicts
    ends = [
        situation.reckoning.next_day(shot.day, conflict.end)
        for cvx in {row.cvx for row in dose.preferable if row.cvx in conflicts}
        for conflict in conflicts[cvx]
        for shot in situation.shots
        if shot.cvx == conflict.conflicting
    ]
    return max(ends, default=None)
