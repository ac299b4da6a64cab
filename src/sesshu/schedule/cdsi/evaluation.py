"""Evaluate vaccine dose administered (chapter 6), and the loop over history and target doses (figure 4-6)."""

from collections.abc import Collection

from sesshu.schedule.cdsi.age import evaluate_age
from sesshu.schedule.cdsi.condition import is_inadvertent, substandard
from sesshu.schedule.cdsi.conditional_skip import SkipQuestion, can_be_skipped
from sesshu.schedule.cdsi.conflicts import is_impacted
from sesshu.schedule.cdsi.intervals import evaluate_preferable, satisfies_allowable
from sesshu.schedule.cdsi.patient_series import PatientSeries, Target, Verdict
from sesshu.schedule.cdsi.situation import Shot, Situation
from sesshu.schedule.cdsi.statuses import (
    CONFLICT,
    GRACE_PERIOD,
    INADVERTENT,
    LITTLE_VOLUME,
    SERIES_COMPLETE,
    TOO_OLD,
    TOO_SOON,
    WRONG_VACCINE,
    EvaluationReason,
)
from sesshu.schedule.cdsi.vaccines import is_allowable_vaccine, is_short_of_volume, preferable_vaccine


def evaluate(series: PatientSeries, situation: Situation, complete_groups: Collection[str]) -> None:
    """Run the records of the series' antigen through its target doses (4.4)."""
    for shot in series.records:
        verdict = _evaluate(shot, series, situation, complete_groups)
        series.record(verdict)
        if verdict.status == "Valid" and verdict.target is not None:
            series.satisfy(verdict.target, shot.day)


def _evaluate(
    shot: Shot, series: PatientSeries, situation: Situation, complete_groups: Collection[str]
) -> Verdict:
    """One record against the current target dose, or the next that is not skipped."""
    reason = substandard(shot.dose)
    if reason is not None and series.target is not None:
        return Verdict(shot, "Sub-standard", (reason,), series.target)
    while (target := series.target) is not None:
        if not target.dose.skips:
            break
        question = SkipQuestion(series, situation, shot.day, complete_groups, shot)
        if not can_be_skipped(target.dose, "Evaluation", question):
            break
        series.skip(target)
    if target is None:
        return Verdict(shot, "Extraneous", (SERIES_COMPLETE,), None)
    if is_inadvertent(shot.dose, target.dose):
        return Verdict(shot, "Not Valid", (INADVERTENT,), target, inadvertent=True)
    return _satisfy(shot, target, series, situation)


def _satisfy(shot: Shot, target: Target, series: PatientSeries, situation: Situation) -> Verdict:
    """Table 6-31: too old is Extraneous; age, intervals, conflict and vaccine must all be right for Valid."""
    dose = target.dose
    against, remarks = [], []
    age = evaluate_age(dose, shot.day, situation)
    if age == TOO_OLD:
        return Verdict(shot, "Extraneous", (TOO_OLD,), target)
    interval = evaluate_preferable(dose, shot, series, situation)
    if interval == TOO_SOON and satisfies_allowable(dose, shot, series, situation):
        interval = None
    for reason in (age, interval):
        if reason == GRACE_PERIOD:
            remarks.append(reason)
        elif reason is not None:
            against.append(reason)
    if is_impacted(shot, series, situation):
        against.append(CONFLICT)
    against.extend(_vaccine(shot, target, situation, remarks))
    if against:
        return Verdict(shot, "Not Valid", tuple(against), target)
    return Verdict(shot, "Valid", tuple(dict.fromkeys(remarks)), target)


def _vaccine(
    shot: Shot, target: Target, situation: Situation, remarks: list[EvaluationReason]
) -> tuple[EvaluationReason, ...]:
    """What the vaccine itself tells against the dose; a small volume is only remarked."""
    row = preferable_vaccine(target.dose, shot, situation)
    if row is not None:
        if is_short_of_volume(row, shot.dose):
            remarks.append(LITTLE_VOLUME)
        return ()
    return () if is_allowable_vaccine(target.dose, shot, situation) else (WRONG_VACCINE,)
