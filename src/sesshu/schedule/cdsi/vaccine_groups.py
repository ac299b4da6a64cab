"""Identify and evaluate vaccine group (chapter 9): forecasts and doses in the words of a clinician."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from sesshu.schedule.cdsi.contraindications import active
from sesshu.schedule.cdsi.model import DoseEvaluation, Forecast, VaccineGroupForecast
from sesshu.schedule.cdsi.patient_series import NO_FORECAST, PatientSeries, Verdict
from sesshu.schedule.cdsi.relevance import applies
from sesshu.schedule.cdsi.situation import Shot, Situation
from sesshu.schedule.cdsi.statuses import EvaluationReason, PatientSeriesStatus
from sesshu.schedule.cdsi.supporting import VaccineGroup

_FIRST_THAT_OCCURS: tuple[PatientSeriesStatus, ...] = (
    "Contraindicated",
    "Aged Out",
    "Not Recommended",
    "Not Complete",
)


def group_forecasts(
    group: VaccineGroup, best: Sequence[PatientSeries], situation: Situation
) -> list[VaccineGroupForecast]:
    """The forecasts of a vaccine group from the best series of its antigens (FORECASTVG-1).

    A single antigen group (VACCINEGROUP-1) has one for each best series; in a multiple antigen group
    (VACCINEGROUP-2) only series of one type are blended.
    """
    if len(group.antigens) == 1:
        return [_single(group, path, situation) for path in best]
    kinds = dict.fromkeys(path.series.type for path in best)
    return [_multiple(group, [p for p in best if p.series.type == kind], situation) for kind in kinds]


def _single(group: VaccineGroup, path: PatientSeries, situation: Situation) -> VaccineGroupForecast:
    """SINGLEANTVG-1, -2: status and dates are those of the series."""
    return _told(group, [path], path.status, path.forecast, situation)


def _multiple(group: VaccineGroup, paths: list[PatientSeries], situation: Situation) -> VaccineGroupForecast:
    status = _status([path.status for path in paths])
    dated = [path.forecast for path in paths if path.forecast.earliest is not None]
    blended = _blend(group, dated, situation) if status == "Not Complete" else NO_FORECAST
    return _told(group, paths, status, blended, situation)


def _status(statuses: list[PatientSeriesStatus]) -> PatientSeriesStatus:
    """Table 9-4."""
    for status in _FIRST_THAT_OCCURS:
        if status in statuses:
            return status
    return "Immune" if all(status == "Immune" for status in statuses) else "Complete"


def _blend(group: VaccineGroup, forecasts: list[Forecast], situation: Situation) -> Forecast:
    """FORECASTVG-2 to -6 and -9, FORECASTDN-2."""
    earliest = _earliest(group, forecasts, situation)
    past_due = _first(forecasts, lambda one: one.past_due)
    recommended = _first(forecasts, lambda one: one.recommended)
    number = min if group.administer_full else max
    return Forecast(
        dose_number=number((f.dose_number for f in forecasts if f.dose_number is not None), default=None),
        earliest=earliest,
        recommended=max(recommended or earliest, earliest),
        past_due=max(past_due, earliest) if past_due is not None else None,
        latest=_first(forecasts, lambda one: one.latest),
        unadjusted_recommended=_first(forecasts, lambda one: one.unadjusted_recommended),
        unadjusted_past_due=_first(forecasts, lambda one: one.unadjusted_past_due),
        vaccines=tuple(dict.fromkeys(cvx for one in forecasts for cvx in one.vaccines)),
        priority=any(one.priority for one in forecasts),
    )


def _earliest(group: VaccineGroup, forecasts: list[Forecast], situation: Situation) -> date:
    """MULTIANTVG-1: the first earliest date, not before the last dose of the group, if one has priority."""
    dates = [one.earliest for one in forecasts if one.earliest is not None]
    if not any(one.priority for one in forecasts):
        return max(dates)
    given = (situation.records[antigen][-1].day for antigen in group.antigens if antigen in situation.records)
    return max((min(dates), *given))


def _first(forecasts: list[Forecast], read: Callable[[Forecast], date | None]) -> date | None:
    return min((day for one in forecasts if (day := read(one)) is not None), default=None)


def _told(
    group: VaccineGroup,
    paths: list[PatientSeries],
    status: PatientSeriesStatus,
    forecast: Forecast,
    situation: Situation,
) -> VaccineGroupForecast:
    """FORECASTVG-7: reasons; FORECASTVG-8: recommended antigens."""
    return VaccineGroupForecast(
        vaccine_group=group.name,
        series_type=paths[0].series.type,
        status=status,
        forecast=forecast,
        antigens=tuple(path.series.antigen for path in paths if path.status == "Not Complete"),
        reasons=tuple(dict.fromkeys(path.reason for path in paths if path.reason is not None)),
        guidance=tuple(dict.fromkeys(_guidance(paths, situation))),
        series=tuple(path.series.name for path in paths),
    )


def _guidance(paths: Iterable[PatientSeries], situation: Situation) -> Iterable[str]:
    """FORECASTGUIDANCE-1: of the series, and of indications and contraindications that are observed."""
    for path in paths:
        yield from path.series.guidance
        if situation.observed:
            rows = (*(one for one in path.series.indications if applies(one, situation)),)
            yield from (row.guidance for row in rows if row.guidance)
            barring = active(situation.schedule.antigens[path.series.antigen], situation)
            yield from (row.guidance for row in barring if row.guidance)


def group_dose(group: VaccineGroup, shot: Shot, best: Sequence[PatientSeries]) -> DoseEvaluation | None:
    """What a dose came to in a vaccine group: Valid if in the best series of any of its antigens.

    Otherwise the first best series that evaluated it speaks, with the reasons of all that say the same. None
    if none did.
    """
    verdicts = [verdict for path in best if (verdict := path.verdict_on(shot)) is not None]
    if not verdicts:
        return None
    decisive = next((verdict for verdict in verdicts if verdict.status == "Valid"), verdicts[0])
    return DoseEvaluation(shot.dose, group.name, decisive.status, _reasons(decisive, verdicts))


def _reasons(decisive: Verdict, verdicts: list[Verdict]) -> tuple[EvaluationReason, ...]:
    if decisive.status == "Valid":
        return decisive.reasons
    same = (verdict.reasons for verdict in verdicts if verdict.status == decisive.status)
    return tuple(dict.fromkeys(reason for reasons in same for reason in reasons))
