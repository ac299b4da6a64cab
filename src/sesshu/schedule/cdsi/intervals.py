"""Evaluate preferable and allowable intervals (6.5, 6.6), and the dates that intervals are counted from."""

from collections.abc import Iterator
from datetime import date

from sesshu.schedule.cdsi.patient_series import PatientSeries
from sesshu.schedule.cdsi.situation import Shot, Situation
from sesshu.schedule.cdsi.statuses import GRACE_PERIOD, TOO_SOON, EvaluationReason
from sesshu.schedule.cdsi.supporting import IntervalRow, SeriesDose


def referenced(
    rows: tuple[IntervalRow, ...],
    anchor: date,
    series: PatientSeries,
    situation: Situation,
    before: Shot | None = None,
) -> Iterator[tuple[IntervalRow, date]]:
    """The rows in use on the anchor date that have something to be counted from, with that date."""
    for row in rows:
        if row.relevant(anchor):
            reference = _reference(row, series, situation, before)
            if reference is not None:
                yield row, reference


def _reference(
    row: IntervalRow, series: PatientSeries, situation: Situation, before: Shot | None
) -> date | None:
    """CALCDTINT-1, -2, -8 and -9; ``before`` is the record being evaluated, None in forecasting."""
    if row.from_previous:
        return series.previous
    if row.from_target_dose is not None:
        return series.satisfied.get(row.from_target_dose)
    if row.from_most_recent:
        return _most_recent(row.from_most_recent, series, situation, before)
    return situation.observed.get(row.from_observation or "")


def _most_recent(
    types: frozenset[str], series: PatientSeries, situation: Situation, before: Shot | None
) -> date | None:
    """CALCDTINT-8: the latest dose of such a type in the whole history that was not inadvertent here."""
    last = len(situation.shots) if before is None else before.place
    for shot in reversed(situation.shots[:last]):
        if shot.cvx in types:
            verdict = series.verdict_on(shot)
            if verdict is None or not verdict.inadvertent:
                return shot.day
    return None


def evaluate_preferable(
    dose: SeriesDose, shot: Shot, series: PatientSeries, situation: Situation
) -> EvaluationReason | None:
    """Table 6-18 (CALCDTINT-3, -4): every interval must hold; without intervals all is well."""
    grace: EvaluationReason | None = None
    reckoning = situation.reckoning
    for row, reference in referenced(dose.intervals, shot.day, series, situation, shot):
        if row.absolute_minimum and shot.day < reckoning.next_day(reference, row.absolute_minimum):
            return TOO_SOON
        if row.minimum and shot.day < reckoning.next_day(reference, row.minimum):
            grace = GRACE_PERIOD
    return grace


def satisfies_allowable(dose: SeriesDose, shot: Shot, series: PatientSeries, situation: Situation) -> bool:
    """Table 6-21 (CALCDTINT-3): every allowable interval holds, and there is one."""
    rows = tuple(row for row in dose.allowable_intervals if row.relevant(shot.day))
    if not rows:
        return False
    return all(
        not row.absolute_minimum or shot.day >= situation.reckoning.next_day(reference, row.absolute_minimum)
        for row, reference in referenced(rows, shot.day, series, situation, shot)
    )
