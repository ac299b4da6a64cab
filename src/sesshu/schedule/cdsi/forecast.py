"""Forecast dates and reasons (chapter 7): what one patient series has next."""

from collections.abc import Collection
from dataclasses import dataclass

from sesshu.schedule.cdsi.conditional_skip import SkipQuestion, can_be_skipped
from sesshu.schedule.cdsi.contraindications import (
    contraindicated_vaccines,
    has_no_vaccine_left,
    is_antigen_contraindicated,
)
from sesshu.schedule.cdsi.dates import generate
from sesshu.schedule.cdsi.immunity import has_evidence_of_immunity
from sesshu.schedule.cdsi.need import NEEDED, candidate_earliest_date, need, settled
from sesshu.schedule.cdsi.patient_series import PatientSeries
from sesshu.schedule.cdsi.situation import Situation
from sesshu.schedule.cdsi.supporting import Antigen


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for all series of an antigen: immunity, and what is contraindicated (7.2, 7.3)."""

    immune: bool
    contraindicated: bool
    ruled_out: frozenset[str]


def standing(antigen: Antigen, situation: Situation) -> Standing:
    """Ask the antigen once for all of its series."""
    return Standing(
        immune=has_evidence_of_immunity(antigen, situation),
        contraindicated=is_antigen_contraindicated(antigen, situation),
        ruled_out=contraindicated_vaccines(antigen, situation),
    )


def forecast(
    series: PatientSeries, situation: Situation, state: Standing, complete_groups: Collection[str]
) -> None:
    """Set status, reason and dates of an evaluated series, skipping target doses on the way.

    7.1 asks the skips on the assessment date; 7.6 asks them again on the earliest date found, and a target
    dose skipped then gives way to the next.
    """
    barred = state.contraindicated or has_no_vaccine_left(series.series, state.ruled_out)
    while True:
        _skip(series, situation, complete_groups)
        over = settled(series, state.immune, barred)
        target = series.target
        if over is not None or target is None:
            series.status, series.reason = over or NEEDED
            return
        earliest = candidate_earliest_date(target.dose, series, situation)
        series.status, series.reason = need(target.dose, earliest, situation)
        if series.status != "Not Complete" or earliest is None:
            return
        on_that_day = SkipQuestion(series, situation, earliest, complete_groups)
        if not can_be_skipped(target.dose, "Forecast", on_that_day):
            series.forecast = generate(target, earliest, series, situation, state.ruled_out)
            return
        series.skip(target)


def _skip(series: PatientSeries, situation: Situation, complete_groups: Collection[str]) -> None:
    """7.1: pass over the target doses that need not be given on the assessment date."""
    while (target := series.target) is not None and target.dose.skips:
        question = SkipQuestion(series, situation, situation.on, complete_groups)
        if not can_be_skipped(target.dose, "Forecast", question):
            return
        series.skip(target)
