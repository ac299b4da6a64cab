"""A person of the register in the terms of the schedule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sesshu.addressees.choices import Sex
from sesshu.addressees.models import Addressee
from sesshu.health.ledger.choices import CircumstanceKind
from sesshu.health.ledger.circumstances import Circumstances
from sesshu.health.ledger.models import Dose, PersonalCircumstance
from sesshu.schedule import DoseGiven, Exclusion, LongTermIllness, Person

SEXES: dict[str, Literal["M", "F"]] = {Sex.MALE: "M", Sex.FEMALE: "F"}


def person_of(addressee: Addressee, known: Circumstances) -> Person:
    """The person as the rules see one; without a date of birth when that is unknown (不詳)."""
    return known.person(addressee.birth_date, SEXES.get(addressee.sex))


def known_of(rows: Iterable[PersonalCircumstance]) -> Circumstances:
    """What those of one person's circumstances that stand tell the rules.

    Special circumstances without an end are still lasting and open nothing yet.
    """
    standing = [row for row in rows if not row.is_void]
    kinds = CircumstanceKind
    return Circumstances(
        due_dates=tuple(sorted({row.due_on for row in standing if row.due_on})),
        conditions=frozenset(row.code for row in standing if row.kind == kinds.CONDITION),
        long_term_illness=tuple(
            LongTermIllness(row.ends_on, row.starts_on, row.code, frozenset(row.concerns))
            for row in standing
            if row.kind == kinds.LONG_TERM_ILLNESS and row.ends_on
        ),
        exclusions=tuple(
            Exclusion(row.code, frozenset(row.concerns), row.starts_on, row.ends_on)
            for row in standing
            if row.kind == kinds.EXCLUSION
        ),
    )


def given(dose: Dose) -> DoseGiven:
    """A dose as the rules see it; its key is the row's own."""
    volume = None if dose.volume_ml is None else float(dose.volume_ml)
    return DoseGiven(
        date=dose.date, vaccine=dose.vaccine, volume_ml=volume, lot_expiry=dose.expires_on, key=dose.pk
    )


def doses_given(doses: Iterable[Dose]) -> tuple[DoseGiven, ...]:
    """Those of the doses that stand (voided ones do not), for the rules."""
    return tuple(given(dose) for dose in doses if not dose.is_void)
