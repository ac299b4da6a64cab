"""Generate forecast dates and recommended vaccines (7.5). A blank stays blank; nothing is assumed for it."""

from collections.abc import Callable
from datetime import date, timedelta

from sesshu.schedule.cdsi.age import age_row
from sesshu.schedule.cdsi.intervals import referenced
from sesshu.schedule.cdsi.model import Forecast
from sesshu.schedule.cdsi.patient_series import PatientSeries, Target
from sesshu.schedule.cdsi.situation import Situation
from sesshu.schedule.cdsi.supporting import AgeRow, IntervalRow, SeriesDose

_ONE_DAY = timedelta(days=1)
_NO_AGES = AgeRow()


def generate(
    target: Target, earliest: date, series: PatientSeries, situation: Situation, ruled_out: frozenset[str]
) -> Forecast:
    """The forecast of a target dose whose candidate earliest date is ``earliest`` (FORECASTDT-1 to -6)."""
    dose = target.dose
    ages = age_row(dose, situation.on) or _NO_AGES
    rows = tuple(referenced(dose.intervals, situation.on, series, situation))
    unadjusted = (
        situation.age_date(ages.earliest_recommended)
        or _latest(rows, lambda row: row.earliest_recommended, situation)
        or earliest
    )
    overdue = situation.age_date(ages.latest_recommended) or _latest(
        rows, lambda row: row.latest_recommended, situation
    )
    due = _day_before(overdue)
    recommended = max(earliest, unadjusted)
    return Forecast(
        dose_number=forecast_dose_number(series),
        earliest=earliest,
        recommended=recommended,
        past_due=max(earliest, due) if due is not None else None,
        latest=_day_before(situation.age_date(ages.maximum)),
        unadjusted_recommended=unadjusted,
        unadjusted_past_due=due,
        vaccines=_recommended_vaccines(dose, earliest, recommended, situation, ruled_out),
        priority=is_priority(dose, situation.on),
    )


def _latest(
    rows: tuple[tuple[IntervalRow, date], ...],
    interval: Callable[[IntervalRow], str | None],
    situation: Situation,
) -> date | None:
    """The latest date of one kind of interval (CALCDTINT-5, -6); None if no row has it."""
    next_day = situation.reckoning.next_day
    return max((next_day(since, gap) for row, since in rows if (gap := interval(row))), default=None)


def _day_before(end: date | None) -> date | None:
    return end - _ONE_DAY if end is not None and end > date.min else end


def forecast_dose_number(series: PatientSeries) -> int:
    """FORECASTDN-1: satisfied target doses plus one; of seasonal ones only those of the season."""
    return 1 + sum(
        target.satisfied_on is not None
        and (target.dose.season_start is None or target.satisfied_on >= target.dose.season_start)
        for target in series.targets
    )


def is_priority(dose: SeriesDose, anchor: date) -> bool:
    """FORECASTPRIORITY-1: the target dose has intervals, and all of them have priority."""
    rows = [row for row in dose.intervals if row.relevant(anchor)]
    return bool(rows) and all(row.priority for row in rows)


def _recommended_vaccines(
    dose: SeriesDose, earliest: date, recommended: date, situation: Situation, ruled_out: frozenset[str]
) -> tuple[str, ...]:
    """FORECASTRECVAC-1: CVX codes of preferable vaccines to be forecast, none contraindicated."""
    found = (
        row.cvx
        for row in dose.preferable
        if row.forecast
        and row.cvx not in ruled_out
        and any(situation.of_age(row.begin_age, day, row.end_age) for day in (earliest, recommended))
    )
    return tuple(dict.fromkeys(found))
