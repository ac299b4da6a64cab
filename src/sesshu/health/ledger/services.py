"""Commands on the ledger: record, void, replace. Nothing is overwritten (H01); one transaction each."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db import transaction

from sesshu.addressees.models import Addressee
from sesshu.health.catalogue import selectors as catalogue
from sesshu.health.ledger import checks, hooks, selectors
from sesshu.health.ledger.checks import Finding, Level
from sesshu.health.ledger.models import Dose, NotVaccinatedReason, Screening
from sesshu.health.ledger.persons import doses_given
from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current
from sesshu.schedule import DoseGiven

Entry = TypeVar("Entry", bound=Dose | Screening)
NEW = "new"
_NOT_COPIED = {"id", "voided_at", "voided_by", "void_reason", "replaced_by", "recorded_at", "recorded_by"}
_UNCHECKED = [
    "addressee",
    "provider",
    "screening_provider",
    "recorded_by",
    "voided_at",
    "voided_by",
    "replaced_by",
]


class EntryRefused(ValueError):
    """The entry was not saved. ``findings`` say why; ``confirmable`` when a confirmation would save it."""

    def __init__(self, findings: tuple[Finding, ...], *, confirmable: bool = False) -> None:
        super().__init__("\n".join(finding.message for finding in findings))
        self.findings = findings
        self.confirmable = confirmable


def preview_dose(
    *, addressee: Addressee, vaccine: str, date: date, programme: str = "", **items: Any
) -> tuple[Finding, ...]:
    """What :func:`record_dose` would say of this dose; saves nothing."""
    new = _given(vaccine, date, items)
    others = doses_given(selectors.standing_doses(addressee.pk))
    known = selectors.known_of_person(addressee.pk)
    found = checks.of_dose(addressee, others, new, programme=programme, today=clock.today(), known=known)
    return found + _repeated_dose(addressee, vaccine, date)


@transaction.atomic
def record_dose(
    *,
    addressee: Addressee,
    vaccine: str,
    date: date,
    by: Account | None,
    at: datetime,
    programme: str = "",
    confirmed: bool = False,
    **items: Any,
) -> Dose:
    """Record a dose that was given. ``items`` are further fields of :class:`Dose`.

    Without ``programme`` the rules tell which one a vaccine of several programmes was given for.

    :raises EntryRefused: for what cannot have happened, and for a dose of the same vaccine on the same day
        unless ``confirmed``.
    """
    person = lock(addressee)
    others = doses_given(selectors.standing_doses(person.pk))
    new = _given(vaccine, date, items)
    _refuse_errors(checks.of_date(checks.residence(person), date, today=clock.today()))
    _refuse_errors(checks.of_codes(vaccine, programme))
    if not confirmed and (repeated := _repeated_dose(person, vaccine, date)):
        raise EntryRefused(repeated, confirmable=True)
    programme = programme or _programme(person, others, new)
    dose = Dose(addressee=person, vaccine=vaccine, date=date, programme=programme, **items)
    _save(dose, by=by, at=at)
    audit.record("dose.record", by=by, subjects=[person.pk], detail={"dose": dose.pk})
    hooks.changed(person.pk)
    return dose


@transaction.atomic
def record_screening(
    *,
    addressee: Addressee,
    programme: str,
    date: date,
    reason: str,
    by: Account | None,
    at: datetime,
    confirmed: bool = False,
    **items: Any,
) -> Screening:
    """Record that somebody was seen by a doctor and not vaccinated (予診のみ, H08).

    :raises EntryRefused: as :func:`record_dose`; ``reason`` must be one of ``NotVaccinatedReason``.
    """
    person = lock(addressee)
    _refuse_errors(checks.of_screening(person, date, programme=programme, today=clock.today()))
    if reason not in NotVaccinatedReason.values:
        _refuse("reason", "未接種理由を選んでください。")
    if not confirmed and selectors.same_screening(person.pk, programme, date).exists():
        message = "同じ日の予診のみの記録がすでにあります。"
        raise EntryRefused((Finding(Level.ERROR, "duplicate", "date", message),), confirmable=True)
    screening = Screening(addressee=person, programme=programme, date=date, reason=reason, **items)
    _save(screening, by=by, at=at)
    audit.record("screening.record", by=by, subjects=[person.pk], detail={"screening": screening.pk})
    hooks.changed(person.pk)
    return screening


@transaction.atomic
def void(entry: Entry, *, reason: str, by: Account | None, at: datetime) -> Entry:
    """Void an entry; it stays to be read, with who, when and why.

    :raises EntryRefused: without a reason, or when it is void already.
    """
    standing = _lock_entry(entry)
    _void(standing, reason=reason, by=by, at=at)
    audit.record(
        f"{_kind(standing)}.void", by=by, subjects=[standing.addressee_id], detail={"entry": standing.pk}
    )
    hooks.changed(standing.addressee_id)
    return standing


@transaction.atomic
def replace(entry: Entry, *, reason: str, by: Account | None, at: datetime, **corrected: Any) -> Entry:
    """Void an entry and record it anew with ``corrected`` fields; the two stay linked.

    A correction of the person moves the dose to the other ledger.

    :raises EntryRefused: as :func:`void`, and when the corrected entry cannot have happened.
    """
    standing = _lock_entry(entry)
    values = {field.name: getattr(standing, field.name) for field in standing._meta.concrete_fields}
    values = {name: value for name, value in values.items() if name not in _NOT_COPIED} | corrected
    made = type(standing)(**values)
    _refuse_errors(_checked(made))
    _void(standing, reason=reason, by=by, at=at)
    _save(made, by=by, at=at)
    standing.replaced_by = made
    standing.save(update_fields=["replaced_by"])
    persons = sorted({standing.addressee_id, made.addressee_id})
    detail = {"entry": standing.pk, "replaced_by": made.pk}
    audit.record(f"{_kind(standing)}.replace", by=by, subjects=persons, detail=detail)
    hooks.changed_many(persons)
    return made


def lock(addressee: Addressee) -> Addressee:
    """The person, or whoever the person was merged into, locked until the transaction ends."""
    # Two clerks with the same questionnaire must not both find that there is no such dose yet.
    found = Addressee.objects.select_for_update().get(municipality_code=current(), pk=addressee.pk)
    return lock(found.merged_into) if found.merged_into else found


def _lock_entry(entry: Entry) -> Entry:
    lock(entry.addressee)
    rows = type(entry)._default_manager.select_for_update()
    return cast(Entry, rows.get(municipality_code=current(), pk=entry.pk))


def _given(vaccine: str, on: date, items: dict[str, Any]) -> DoseGiven:
    volume = items.get("volume_ml")
    return DoseGiven(
        date=on,
        vaccine=vaccine,
        volume_ml=None if volume is None else float(volume),
        lot_expiry=items.get("expires_on"),
        key=NEW,
    )


def _programme(person: Addressee, others: tuple[DoseGiven, ...], new: DoseGiven) -> str:
    candidates = catalogue.vaccine_programmes(new.vaccine)
    if len(candidates) < 2:
        return candidates[0]
    known = selectors.known_of_person(person.pk)
    verdict = checks.judged(person, others, new, today=clock.today(), known=known)
    return verdict.programme if verdict and verdict.programme in candidates else candidates[0]


def _repeated_dose(person: Addressee, vaccine: str, on: date) -> tuple[Finding, ...]:
    known = selectors.same_dose(person.pk, vaccine, on).first()
    if known is None:
        return ()
    where = f"（{known.provider_name}、ロット {known.lot_number or '不明'}）" if known.provider_name else ""
    message = f"同じ日に同じワクチンの記録がすでにあります{where}。二重の入力でないか確かめてください。"
    return (Finding(Level.ERROR, "duplicate", "date", message),)


def _checked(made: Dose | Screening) -> tuple[Finding, ...]:
    found = list(checks.of_date(checks.residence(made.addressee), made.date, today=clock.today()))
    if isinstance(made, Dose):
        found += checks.of_codes(made.vaccine, made.programme)
    return tuple(found)


def _save(entry: Dose | Screening, *, by: Account | None, at: datetime) -> None:
    entry.municipality_code = current()
    entry.recorded_by, entry.recorded_at = by, at
    if entry.provider and not entry.provider_name:
        entry.provider_name = entry.provider.name
    try:
        entry.clean_fields(exclude=_UNCHECKED)
    except ValidationError as error:
        raise EntryRefused(_from_fields(entry, error)) from None
    entry.save(force_insert=True)


def _void(entry: Dose | Screening, *, reason: str, by: Account | None, at: datetime) -> None:
    if entry.is_void:
        _refuse("void", "この記録はすでに取り消されています。")
    if not reason.strip():
        _refuse("void_reason", "取消・訂正の理由を入力してください。")
    entry.voided_at, entry.voided_by, entry.void_reason = at, by, reason.strip()[:200]
    entry.save(update_fields=["voided_at", "voided_by", "void_reason"])


def _from_fields(entry: Dose | Screening, error: ValidationError) -> tuple[Finding, ...]:
    return tuple(
        Finding(Level.ERROR, "field", name, f"{_label(entry, name)}: {message}")
        for name, messages in error.message_dict.items()
        for message in messages
    )


def _label(entry: Dose | Screening, name: str) -> str:
    return str(getattr(entry._meta.get_field(name), "verbose_name", name))


def _refuse_errors(findings: Any) -> None:
    errors = tuple(finding for finding in findings if finding.level is Level.ERROR)
    if errors:
        raise EntryRefused(errors)


def _refuse(field: str, message: str) -> None:
    raise EntryRefused((Finding(Level.ERROR, field, field, message),))


def _kind(entry: Dose | Screening) -> str:
    return "dose" if isinstance(entry, Dose) else "screening"
