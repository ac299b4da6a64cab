"""Evaluate dose administered condition (6.1), and inadvertent vaccine (6.3)."""

from sesshu.schedule.cdsi.model import DoseAdministered
from sesshu.schedule.cdsi.statuses import DOSE_CONDITION, LOT_EXPIRED, EvaluationReason
from sesshu.schedule.cdsi.supporting import SeriesDose


def substandard(dose: DoseAdministered) -> EvaluationReason | None:
    """Table 6-3: why the dose cannot be evaluated; None if it can.

    CALCDTLOTEXP-1: of an expiry known to the month only, the caller gives the month's last day.
    """
    if dose.lot_expiry is not None and dose.date > dose.lot_expiry:
        return LOT_EXPIRED
    return DOSE_CONDITION if dose.condition else None


def is_inadvertent(dose: DoseAdministered, target: SeriesDose) -> bool:
    """Table 6-13: the vaccine type is an inadvertent one for the target dose."""
    return dose.cvx in target.inadvertent
