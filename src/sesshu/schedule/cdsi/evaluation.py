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

_REMARKS = (GRACE_PERIOD, LITTLE_VOLUME)
"""Reasons of a Valid dose."""


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
    _skip(shot, series, situation, complete_groups)
    target = series.target
    if target is None:
        return Verdict(shot, "Extraneous", (SERIES_COMPLETE,), None)
    if is_inadvertent(shot.dose, target.dose):
        return Verdict(shot, "Not Valid", (INADVERTENT,), target, inadvertent=True)
    return _satisfy(shot, target, series, situation)


def _skip(shot: Shot, series: PatientSeries, situation: Situation, complete_groups: Collection[str]) -> None:
    """6.2: pass over the target doses that were not needed on the date administered."""
    while (target := series.target) is not None and target.dose.skips:
        question = SkipQuestion(series, situation, shot.day, complete_groups, shot)
        if not can_be_skipped(target.dose, "Evaluation", question):
            return
        series.skip(target)


def _satisfy(shot: Shot, target: Target, series: PatientSeries, situation: Situation) -> Verdict:
    """Table 6-31: too old is Extraneous; age, intervals, conflict and vaccine must all be right for Valid."""
    age = evaluate_age(target.dose, shot.day, situation)
    if age == TOO_OLD:
        return Verdict(shot, "Extraneous", (TOO_OLD,), target)
    told: tuple[EvaluationReason | None, ...] = (
        age,
        _interval(shot, target, series, situation),
        CONFLICT if is_impacted(shot, series, situation) else None,
        _vaccine(shot, target, situation),
    )
    reasons = dict.fromkeys(reason for reason in told if reason is not None)
    against = tuple(reason for reason in reasons if reason not in _REMARKS)
    if against:
        return Verdict(shot, "Not Valid", against, target)
    return Verdict(shot, "Valid", tuple(reasons), target)


def _interval(
    shot: Shot, target: Target, series: PatientSeries, situation: Situation
) -> EvaluationReason | None:
    """All preferable intervals or all allowable ones."""
    reason = evaluate_preferable(target.dose, shot, series, situation)
    if reason == TOO_SOON and satisfies_allowable(target.dose, shot, series, situation):
        return None
    return reason


def _vaccine(shot: Shot, target: Target, situation: Situation) -> EvaluationReason | None:
    """A preferable vaccine or an allowable one; a small volume is only remarked."""
    row = preferable_vaccine(target.dose, shot, situation)
    if row is not None:
        return LITTLE_VOLUME if is_short_of_volume(row, shot.dose) else None
    return None if is_allowable_vaccine(target.dose, shot, situation) else WRONG_VACCINE
