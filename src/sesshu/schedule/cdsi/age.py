"""Evaluate age (6.4): the age at administration against the target dose."""

from datetime import date

from sesshu.schedule.cdsi.situation import Situation
from sesshu.schedule.cdsi.statuses import GRACE_PERIOD, TOO_OLD, TOO_YOUNG, EvaluationReason
from sesshu.schedule.cdsi.supporting import AgeRow, SeriesDose


def age_row(dose: SeriesDose, anchor: date) -> AgeRow | None:
    """The row of ages in use on the anchor date (RELEVANT-1, -2); None if the dose has none."""
    for row in dose.ages:
        if row.relevant(anchor):
            return row
    return None


def evaluate_age(dose: SeriesDose, day: date, situation: Situation) -> EvaluationReason | None:
    """Table 6-15 (CALCDTAGE-1, -4, -5): too young, too old, within grace, or None for a valid age.

    A blank minimum is no limit, nor is a blank maximum; a dose without ages is valid at any.
    """
    row = age_row(dose, day)
    if row is None:
        return None
    absolute = situation.age_date(row.absolute_minimum)
    if absolute is not None and day < absolute:
        return TOO_YOUNG
    maximum = situation.age_date(row.maximum)
    if maximum is not None and day >= maximum:
        return TOO_OLD
    minimum = situation.age_date(row.minimum)
    return GRACE_PERIOD if minimum is not None and day < minimum else None
