"""Create relevant patient series (chapter 5)."""

from sesshu.schedule.cdsi.situation import Situation
from sesshu.schedule.cdsi.supporting import Antigen, AntigenSeries, Indication


def relevant_series(antigen: Antigen, situation: Situation) -> list[AntigenSeries]:
    """The antigen series that are relevant for the patient, in order of their series group (5.1)."""
    return [series for series in antigen.series if is_relevant(series, situation)]


def is_relevant(series: AntigenSeries, situation: Situation) -> bool:
    """Table 5-5: the gender is a required one (none: all); a risk series needs an indication that applies."""
    if series.genders and situation.patient.gender not in series.genders:
        return False
    if series.type != "Risk":
        return True
    if not situation.observed:
        return False
    return any(applies(indication, situation) for indication in series.indications)


def applies(indication: Indication, situation: Situation) -> bool:
    """Table 5-4: the observation is active and the assessment date within its ages (CALCDTIND-1, -2)."""
    if indication.code not in situation.observed:
        return False
    return situation.of_age(indication.begin_age, situation.on, indication.end_age)
