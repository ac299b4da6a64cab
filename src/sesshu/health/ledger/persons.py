"""A person of the register in the terms of the schedule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sesshu.addressees.choices import Sex
from sesshu.addressees.models import Addressee
from sesshu.health.ledger.models import Dose
from sesshu.schedule import DoseGiven, Person

_SEXES: dict[str, Literal["M", "F"]] = {Sex.MALE: "M", Sex.FEMALE: "F"}


def person_of(addressee: Addressee) -> Person:
    """The person as the rules see one; without a date of birth when that is unknown (不詳)."""
    return Person(birth=addressee.birth_date, sex=_SEXES.get(addressee.sex))


def given(dose: Dose) -> DoseGiven:
    """A dose as the rules see it; its key is the row's own."""
    volume = None if dose.volume_ml is None else float(dose.volume_ml)
    return DoseGiven(
        date=dose.date, vaccine=dose.vaccine, volume_ml=volume, lot_expiry=dose.expires_on, key=dose.pk
    )


def doses_given(doses: Iterable[Dose]) -> tuple[DoseGiven, ...]:
    """Those of the doses that stand (voided ones do not), for the rules."""
    return tuple(given(dose) for dose in doses if not dose.is_void)
