"""Dose administered condition (CDSi 6.1): a dose past its lot's expiry is sub-standard."""

from sesshu.schedule.logic.history import Record
from sesshu.schedule.model import Reason


def condition(record: Record) -> Reason | None:
    """Why the dose is sub-standard, or None."""
    expiry = record.dose.lot_expiry
    if expiry is None or record.day <= expiry:
        return None
    return Reason.of("expired_lot", (expiry,), "実施規則2条")
