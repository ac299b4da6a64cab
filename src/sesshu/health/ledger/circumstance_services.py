"""Commands on a person's circumstances (個別の事情): record, void, replace. Nothing is overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from sesshu.addressees.models import Addressee
from sesshu.health.ledger import circumstance_checks, hooks, selectors
from sesshu.health.ledger.checks import Finding, Level
from sesshu.health.ledger.choices import Basis, CircumstanceKind
from sesshu.health.ledger.models import PersonalCircumstance
from sesshu.health.ledger.services import EntryRefused, lock
from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

_COPIED = (
    "addressee", "kind", "code", "concerns", "starts_on", "ends_on", "due_on", "basis", "confirmed_on",
    "confirmed_by",
)  # fmt: skip
_UNCHECKED = ["addressee", "recorded_by", "voided_at", "voided_by", "replaced_by"]


@transaction.atomic
def record_circumstance(
    *,
    addressee: Addressee,
    kind: str,
    basis: str,
    confirmed_on: date,
    by: Account | None,
    at: datetime,
    **items: Any,
) -> PersonalCircumstance:
    """Record what the city recognised in a person (施行令3条2項, 施行規則2条, 実施規則22条 …).

    ``items`` are further fields of :class:`PersonalCircumstance`.

    :raises EntryRefused: for what cannot be, and for what is recorded already.
    """
    person = lock(addressee)
    row = PersonalCircumstance(addressee=person, kind=kind, basis=basis, confirmed_on=confirmed_on, **items)
    _save(row, person, by=by, at=at)
    _told("record", row, {"circumstance": row.pk, "kind": row.kind}, by)
    return row


@transaction.atomic
def void_circumstance(
    row: PersonalCircumstance, *, reason: str, by: Account | None, at: datetime
) -> PersonalCircumstance:
    """Void a circumstance; it stays to be read, with who, when and why.

    :raises EntryRefused: without a reason, or when it is void already.
    """
    standing = _lock_row(row)
    _void(standing, reason=reason, by=by, at=at)
    _told("void", standing, {"circumstance": standing.pk, "kind": standing.kind}, by)
    return standing


@transaction.atomic
def replace_circumstance(
    row: PersonalCircumstance, *, reason: str, by: Account | None, at: datetime, **corrected: Any
) -> PersonalCircumstance:
    """Void a circumstance and record it anew with ``corrected`` fields; the two stay linked.

    :raises EntryRefused: as the other commands.
    """
    standing = _lock_row(row)
    _void(standing, reason=reason, by=by, at=at)
    values = {name: getattr(standing, name) for name in _COPIED} | corrected
    made = PersonalCircumstance(**values)
    _save(made, made.addressee, by=by, at=at)
    standing.replaced_by = made
    standing.save(update_fields=["replaced_by"])
    _told("replace", made, {"circumstance": standing.pk, "replaced_by": made.pk, "kind": made.kind}, by)
    return made


@transaction.atomic
def note_due_dates(told: Sequence[tuple[int, date]], *, by: Account | None, at: datetime) -> int:
    """Record due dates (分娩予定日) that a file told, each with its addressee; how many were new.

    A pregnancy on record keeps the date it has. The caller tells the rooms above whose ledgers changed.
    """
    if not told:
        return 0
    known = selectors.circumstances_of({pk for pk, _ in told})
    recorded = {pk: list(one.due_dates) for pk, one in known.items()}
    new = []
    for pk, due in told:
        others = recorded.setdefault(pk, [])
        if not any(circumstance_checks.is_same_pregnancy(due, other) for other in others):
            others.append(due)
            new.append(_of_file(pk, due, by=by, at=at))
    PersonalCircumstance.objects.bulk_create(new)
    if new:
        persons = sorted({row.addressee_id for row in new})
        audit.record("circumstance.record", by=by, subjects=persons, detail={"kind": new[0].kind})
    return len(new)


def _of_file(addressee_id: int, due: date, *, by: Account | None, at: datetime) -> PersonalCircumstance:
    return PersonalCircumstance(
        addressee_id=addressee_id,
        kind=CircumstanceKind.PREGNANCY,
        due_on=due,
        basis=Basis.FILE,
        confirmed_on=at.date(),
        recorded_by=by,
        recorded_at=at,
    )


def _lock_row(row: PersonalCircumstance) -> PersonalCircumstance:
    lock(row.addressee)
    rows = PersonalCircumstance.objects.select_for_update()
    return rows.get(municipality_code=current(), pk=row.pk)


def _save(row: PersonalCircumstance, person: Addressee, *, by: Account | None, at: datetime) -> None:
    row.municipality_code = current()
    row.recorded_by, row.recorded_at = by, at
    if findings := circumstance_checks.of(row, person, today=clock.today()):
        raise EntryRefused(findings)
    try:
        row.clean_fields(exclude=_UNCHECKED)
    except ValidationError as error:
        raise EntryRefused(tuple(_of_fields(row, error))) from None
    row.save(force_insert=True)


def _of_fields(row: PersonalCircumstance, error: ValidationError) -> list[Finding]:
    return [
        Finding(Level.ERROR, "field", name, f"{row._meta.get_field(name).verbose_name}: {message}")  # type: ignore[union-attr]
        for name, messages in error.message_dict.items()
        for message in messages
    ]


def _void(row: PersonalCircumstance, *, reason: str, by: Account | None, at: datetime) -> None:
    if row.is_void:
        raise EntryRefused((_refusal("void", "この記録はすでに取り消されています。"),))
    if not reason.strip():
        raise EntryRefused((_refusal("void_reason", "取消・訂正の理由を入力してください。"),))
    row.voided_at, row.voided_by, row.void_reason = at, by, reason.strip()[:200]
    row.save(update_fields=["voided_at", "voided_by", "void_reason"])


def _refusal(field: str, message: str) -> Finding:
    return Finding(Level.ERROR, field, field, message)


def _told(what: str, row: PersonalCircumstance, detail: dict[str, Any], by: Account | None) -> None:
    audit.record(f"circumstance.{what}", by=by, subjects=[row.addressee_id], detail=detail)
    hooks.changed(row.addressee_id)
