"""Determine forecast need (7.4)."""

from datetime import date

from sesshu.schedule.cdsi.age import age_row
from sesshu.schedule.cdsi.conflicts import latest_conflict_end
from sesshu.schedule.cdsi.intervals import referenced
from sesshu.schedule.cdsi.patient_series import PatientSeries
from sesshu.schedule.cdsi.situation import LAST_DAY, Situation
from sesshu.schedule.cdsi.statuses import ForecastReason, PatientSeriesStatus
from sesshu.schedule.cdsi.supporting import SeriesDose

Need = tuple[PatientSeriesStatus, ForecastReason | None]

NEEDED: Need = ("Not Complete", None)


def settled(series: PatientSeries, immune: bool, contraindicated: bool) -> Need | None:
    """Table 7-10 as far as it asks for no date; None while another dose may be needed.

    Where nothing is left to give, Complete stands before Immune and Contraindicated: the table lets several
    of its columns be true.
    """
    if series.target is None:
        if series.valid_doses:
            return "Complete", "Patient series is complete"
        return "Not Recommended", "Not recommended at this time due to past immunization history"
    if immune:
        return "Immune", "Patient has evidence of immunity"
    if contraindicated:
        return "Contraindicated", "Patient has a contraindication"
    return None


def need(dose: SeriesDose, candidate: date | None, situation: Situation) -> Need:
    """Table 7-10 for a target dose that is not settled: its season, its maximum age, its earliest date.

    A blank candidate earliest date and a blank maximum age are both taken for 31 December 2999 (table 7-9):
    a dose for which nothing in the data says from when it may be given is not forecast.
    """
    if dose.season_end is not None and situation.on > dose.season_end:
        return "Not Recommended", "Past seasonal recommendation end date"
    row = age_row(dose, situation.on)
    maximum = situation.age_date(row.maximum) if row is not None else None
    if maximum is not None and situation.on >= maximum:
        return "Aged Out", "Patient has exceeded the maximum age"
    if (LAST_DAY if candidate is None else candidate) >= (LAST_DAY if maximum is None else maximum):
        return "Aged Out", "Patient is unable to finish the series prior to the maximum age"
    return NEEDED


def candidate_earliest_date(dose: SeriesDose, series: PatientSeries, situation: Situation) -> date | None:
    """FORECASTDTCAN-1: the latest of minimum age, minimum intervals, conflicts, season and last dose.

    None if all of them are blank. The date of an inadvertent dose is never after that of the most recent
    dose evaluated in the series.
    """
    dates: list[date] = []
    row = age_row(dose, situation.on)
    if row is not None and row.minimum is not None:
        dates.append(situation.reckoning.point(row.minimum, situation.birth))
    for interval, reference in referenced(dose.intervals, situation.on, series, situation):
        if interval.minimum is not None:
            dates.append(situation.reckoning.next_day(reference, interval.minimum))
    conflict_end = latest_conflict_end(dose, situation)
    if conflict_end is not None:
        dates.append(conflict_end)
    if dose.season_start is not None:
        dates.append(dose.season_start)
    if series.records:
        dates.append(series.records[-1].day)
    return max(dates, default=None)
