"""The processing model (chapter 4): from a patient's history to forecasts for vaccine groups."""

from collections.abc import Iterable
from datetime import date

from sesshu.schedule.cdsi.evaluation import evaluate
from sesshu.schedule.cdsi.forecast import forecast, standing
from sesshu.schedule.cdsi.model import (
    Assessment,
    DoseAdministered,
    DoseEvaluation,
    Evaluation,
    Patient,
    PatientSeriesForecast,
    TargetDose,
    VaccineGroupForecast,
)
from sesshu.schedule.cdsi.organising import in_order, organize
from sesshu.schedule.cdsi.patient_series import PatientSeries
from sesshu.schedule.cdsi.relevance import relevant_series
from sesshu.schedule.cdsi.selection import complete_groups, select
from sesshu.schedule.cdsi.situation import Shot, Situation, situation_of
from sesshu.schedule.cdsi.statuses import BEFORE_BIRTH, IN_THE_FUTURE, NO_ANTIGEN, EvaluationReason
from sesshu.schedule.cdsi.supporting import Antigen, Schedule, VaccineGroup
from sesshu.schedule.cdsi.vaccine_groups import group_dose, group_forecasts


def assess(
    patient: Patient,
    doses: Iterable[DoseAdministered],
    on: date,
    schedule: Schedule,
    groups: Iterable[str] | None = None,
) -> Assessment:
    """Evaluate a history and forecast from it on the assessment date ``on`` (figure 4-1).

    ``groups`` names the vaccine groups to be assessed; None means all of the schedule. A dose before birth or
    after ``on`` is set aside with a reason and counts for nothing; one of an unknown vaccine type is told
    with a reason too, and stays in the history.

    Errors: ``ValueError`` if the date of birth is unknown, ``KeyError`` for a group not in the schedule.
    """
    if patient.birth is None:
        raise ValueError("CDSi の判定には生年月日が要ります。")
    names = list(schedule.vaccine_groups) if groups is None else list(dict.fromkeys(groups))
    chosen = [schedule.vaccine_groups[name] for name in names]
    situation, aside = _gather(patient, doses, on, schedule)
    forecasts: list[VaccineGroupForecast] = []
    evaluations: list[DoseEvaluation] = aside
    series: list[PatientSeriesForecast] = []
    for group in chosen:
        paths = [p for name in group.antigens for p in assess_antigen(schedule.antigens[name], situation)]
        best = [path for path in paths if path.best]
        forecasts.extend(group_forecasts(group, best, situation))
        evaluations.extend(_evaluations(group, situation, best))
        series.extend(map(_told, paths))
    evaluations.sort(key=lambda one: one.dose.date)
    return Assessment(on, tuple(forecasts), tuple(evaluations), tuple(series))


def _gather(
    patient: Patient, doses: Iterable[DoseAdministered], on: date, schedule: Schedule
) -> tuple[Situation, list[DoseEvaluation]]:
    """Split the doses into a history that can be evaluated and those that cannot."""
    usable, aside = [], []
    for dose in doses:
        if patient.birth <= dose.date <= on:
            usable.append(dose)
        else:
            aside.append(_aside(dose, IN_THE_FUTURE if dose.date > on else BEFORE_BIRTH))
    shots = in_order(usable)
    records = organize(shots, patient.birth, schedule)
    contained = {shot.place for members in records.values() for shot in members}
    aside.extend(_aside(shot.dose, NO_ANTIGEN) for shot in shots if shot.place not in contained)
    return situation_of(patient, shots, records, on, schedule), aside


def _aside(dose: DoseAdministered, reason: EvaluationReason) -> DoseEvaluation:
    return DoseEvaluation(dose, None, None, (reason,))


def assess_antigen(antigen: Antigen, situation: Situation) -> list[PatientSeries]:
    """All relevant series of an antigen, evaluated, forecast and selected from (4.3 to 4.5).

    Series groups follow one another, so that a series sees which groups before it are complete.
    """
    records = situation.records.get(antigen.name, [])
    state = standing(antigen, situation)
    paths: list[PatientSeries] = []
    for series in relevant_series(antigen, situation):
        path = PatientSeries.begin(series, records)
        done = complete_groups(paths)
        evaluate(path, situation, done)
        forecast(path, situation, state, done)
        paths.append(path)
    select(paths, situation)
    return paths


def _evaluations(
    group: VaccineGroup, situation: Situation, best: list[PatientSeries]
) -> list[DoseEvaluation]:
    found = (group_dose(group, shot, best) for shot in _shots_of(group, situation))
    return [evaluation for evaluation in found if evaluation is not None]


def _shots_of(group: VaccineGroup, situation: Situation) -> list[Shot]:
    """The shots of any of the group's antigens, each once, in order."""
    shots = {shot.place: shot for name in group.antigens for shot in situation.records.get(name, ())}
    return [shots[place] for place in sorted(shots)]


def _told(path: PatientSeries) -> PatientSeriesForecast:
    """The immutable account of a series worked through."""
    return PatientSeriesForecast(
        antigen=path.series.antigen,
        series=path.series.name,
        series_group=path.series.group,
        series_type=path.series.type,
        status=path.status,
        reason=path.reason,
        forecast=path.forecast,
        target_doses=tuple(TargetDose(t.dose.number, t.status, t.satisfied_on) for t in path.targets),
        evaluations=tuple(
            Evaluation(v.shot.dose, v.status, v.reasons, v.target.dose.number if v.target else None)
            for v in path.verdicts
        ),
        prioritized=path.prioritized,
        best=path.best,
    )
