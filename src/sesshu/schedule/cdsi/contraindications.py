"""Determine contraindications (7.3): of the antigen, or of vaccine types."""

from sesshu.schedule.cdsi.situation import Situation
from sesshu.schedule.cdsi.supporting import Antigen, AntigenSeries, Contraindication


def is_antigen_contraindicated(antigen: Antigen, situation: Situation) -> bool:
    """Table 7-5: an observation is active and its ages hold on the assessment date (CALCDTCI-1, -2)."""
    return any(_applies(row, situation) for row in antigen.contraindications)


def contraindicated_vaccines(antigen: Antigen, situation: Situation) -> frozenset[str]:
    """Table 7-6: the CVX codes that vaccine contraindications rule out for the patient."""
    return frozenset(
        vaccine.cvx
        for row in antigen.vaccine_contraindications
        if _applies(row, situation)
        for vaccine in row.vaccines
        if situation.of_age(vaccine.begin_age, situation.on, vaccine.end_age)
    )


def has_no_vaccine_left(series: AntigenSeries, contraindicated: frozenset[str]) -> bool:
    """Table 7-7: every preferable vaccine of the series is contraindicated."""
    if not contraindicated:
        return False
    types = {row.cvx for dose in series.doses for row in dose.preferable}
    return bool(types) and types <= contraindicated


def active(antigen: Antigen, situation: Situation) -> tuple[Contraindication, ...]:
    """Those of either level that apply, for their guidance (FORECASTGUIDANCE-1)."""
    rows = (*antigen.contraindications, *antigen.vaccine_contraindications)
    return tuple(row for row in rows if _applies(row, situation))


def _applies(row: Contraindication, situation: Situation) -> bool:
    if row.code not in situation.observed:
        return False
    return situation.of_age(row.begin_age, situation.on, row.end_age)
