"""Reads of the ledger. Whoever shows a person's rows to somebody also records the reading."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import groupby

from django.db.models import QuerySet

from sesshu.health.ledger.circumstances import NONE, Circumstances
from sesshu.health.ledger.models import Dose, LedgerEntry, PersonalCircumstance, Screening
from sesshu.health.ledger.persons import known_of
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current


def doses(addressee_id: int) -> QuerySet[Dose]:
    """All of a person's doses by date, voided ones included."""
    found = Dose.objects.filter(municipality_code=current(), addressee_id=addressee_id)
    return found.select_related("provider", "recorded_by", "voided_by").order_by("date", "pk")


def standing_doses(addressee_id: int) -> QuerySet[Dose]:
    """A person's doses that are not voided."""
    return doses(addressee_id).filter(voided_at__isnull=True)


def standing_doses_of(addressee_ids: Collection[int]) -> QuerySet[Dose]:
    """The doses of many persons that are not voided, by person and date."""
    found = Dose.objects.filter(
        municipality_code=current(), addressee_id__in=addressee_ids, voided_at__isnull=True
    )
    return found.order_by("addressee_id", "date", "pk")


def screenings(addressee_id: int) -> QuerySet[Screening]:
    """All of a person's screenings without a dose (予診のみ), voided ones included."""
    found = Screening.objects.filter(municipality_code=current(), addressee_id=addressee_id)
    return found.select_related("provider", "recorded_by", "voided_by").order_by("date", "pk")


def same_dose(addressee_id: int, vaccine: str, on: date) -> QuerySet[Dose]:
    """Standing doses of that vaccine given to the person on that day."""
    return standing_doses(addressee_id).filter(vaccine=vaccine, date=on)


def same_screening(addressee_id: int, programme: str, on: date) -> QuerySet[Screening]:
    """Standing screenings of that programme on that day."""
    return screenings(addressee_id).filter(programme=programme, date=on, voided_at__isnull=True)


def circumstances(addressee_id: int) -> QuerySet[PersonalCircumstance]:
    """All of a person's circumstances (個別の事情), voided ones included, in the order of recording."""
    found = PersonalCircumstance.objects.filter(municipality_code=current(), addressee_id=addressee_id)
    return found.select_related("recorded_by", "voided_by").order_by("recorded_at", "pk")


def circumstance(pk: int) -> PersonalCircumstance | None:
    found = PersonalCircumstance.objects.filter(municipality_code=current(), pk=pk)
    return found.select_related("addressee").first()


def circumstances_of(addressee_ids: Collection[int]) -> dict[int, Circumstances]:
    """What stands recorded of these persons for the rules; who has nothing recorded is left out."""
    rows = PersonalCircumstance.objects.filter(
        municipality_code=current(), addressee_id__in=addressee_ids, voided_at__isnull=True
    ).order_by("addressee_id", "pk")
    return {pk: known_of(group) for pk, group in groupby(rows, lambda row: row.addressee_id)}


def known_of_person(addressee_id: int) -> Circumstances:
    """What stands recorded of one person for the rules."""
    return circumstances_of([addressee_id]).get(addressee_id, NONE)


def entry(kind: str, pk: int) -> LedgerEntry | None:
    """The dose or screening of that id; ``kind`` is "dose" or "screening"."""
    model = {"dose": Dose, "screening": Screening}[kind]
    found = model._default_manager.filter(municipality_code=current(), pk=pk)
    return found.select_related("addressee", "provider").first()


def note_reading(addressee_id: int, *, by: Account | None, purpose: str) -> None:
    """Record that somebody has read this person's ledger (S05)."""
    audit.record("ledger.read", by=by, subjects=[addressee_id], purpose=purpose)
