"""Commands on addressees. Each is one transaction that holds its version and its audit event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from sesshu.addressees.choices import ChangeReason, Kind
from sesshu.addressees.importing import ImportReport, UnreadableFile, import_residents
from sesshu.addressees.keys import address_key, name_key
from sesshu.addressees.models import Addressee, AddresseeVersion, ProtectiveMeasure
from sesshu.addressees.rules import holds_individual_number
from sesshu.addressees.states import FIELDS, state_of
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

__all__ = [
    "ImportReport",
    "NotAllowed",
    "UnreadableFile",
    "add_protective_measure",
    "end_protective_measure",
    "import_residents",
    "record_version",
    "register_unregistered",
    "set_telephone",
    "update_unregistered",
]

# 住登外者 get numbers of their own that no resident register hands out: a 9 and nine digits.
_OWN_NUMBERS = r"^9[0-9]{9}$"
_FIRST_NUMBER = 9_000_000_000


class NotAllowed(ValueError):
    """The command would break a rule; the message says which, and what to do."""


@transaction.atomic
def register_unregistered(*, by: Account | None, at: datetime, values: Mapping[str, Any]) -> Addressee:
    """Register a 住登外者, 共有者 or 事業所 (A01). Without a number the next free one is given.

    :raises NotAllowed: a resident (they come from the register), a number in use, an 個人番号 in a text.
    """
    _lock_numbers()
    number = values.get("number") or _next_number()
    if Addressee.objects.filter(municipality_code=current(), number=number).exists():
        raise NotAllowed(f"宛名番号「{number}」は使われています。別の番号にするか、空欄にしてください。")
    addressee = Addressee(kind=Kind.UNREGISTERED)
    _put(addressee, {**values, "number": number})
    if addressee.kind == Kind.RESIDENT:
        raise NotAllowed("住民は住民ファイルの取込で登録します。種別を住登外者などにしてください。")
    _save(addressee, by=by, at=at)
    audit.record("addressee.register", by=by, subjects=[addressee.pk])
    return addressee


@transaction.atomic
def update_unregistered(*, by: Account | None, at: datetime, pk: int, values: Mapping[str, Any]) -> Addressee:
    """Change someone who is not in the resident register.

    :raises NotAllowed: a resident: the register's next file would take the change back.
    """
    addressee = _locked(pk)
    if addressee.kind == Kind.RESIDENT:
        raise NotAllowed("住民の氏名・住所などは住民ファイルの取込で更新します。ここでは変更できません。")
    changed = _put(addressee, {**values, "number": addressee.number})
    if addressee.kind == Kind.RESIDENT:
        raise NotAllowed("住登外者などを住民に変えることはできません。転入の取込後に名寄せしてください。")
    if changed:
        _save(addressee, by=by, at=at)
        audit.record("addressee.update", by=by, subjects=[pk], detail={"items": changed})
    return addressee


@transaction.atomic
def set_telephone(*, by: Account | None, at: datetime, pk: int, telephone: str) -> Addressee:
    """Write down a telephone number; the register seldom knows one, and a blank there keeps this one."""
    addressee = _locked(pk)
    if _put(addressee, {"telephone": telephone}):
        _save(addressee, by=by, at=at)
        audit.record("addressee.update", by=by, subjects=[pk], detail={"items": ["telephone"]})
    return addressee


@transaction.atomic
def add_protective_measure(
    *, by: Account | None, at: datetime, pk: int, starts_on: date, ends_on: date | None, reason: str
) -> ProtectiveMeasure:
    """Put a 支援措置 on a person.

    :raises NotAllowed: it ends before it begins, or one begins on that day already.
    """
    addressee = _locked(pk)
    _check_period(starts_on, ends_on)
    if addressee.protective_measures.filter(starts_on=starts_on).exists():
        raise NotAllowed(f"{starts_on}に始まる支援措置が登録されています。開始日を確かめてください。")
    measure = ProtectiveMeasure.objects.create(
        addressee=addressee, starts_on=starts_on, ends_on=ends_on, note=reason, recorded_at=at
    )
    audit.record(
        "addressee.protect", by=by, subjects=[pk], detail={"measure": measure.pk, "starts_on": str(starts_on)}
    )
    return measure


@transaction.atomic
def end_protective_measure(
    *, by: Account | None, at: datetime, measure: int, ends_on: date, reason: str
) -> ProtectiveMeasure:
    """End a 支援措置 with the day as its last.

    :raises NotAllowed: the day is before its beginning.
    """
    found = ProtectiveMeasure.objects.select_for_update().get(municipality_code=current(), pk=measure)
    _check_period(found.starts_on, ends_on)
    found.ends_on, found.end_note, found.recorded_at = ends_on, reason, at
    found.save()
    audit.record(
        "addressee.unprotect",
        by=by,
        subjects=[found.addressee_id],
        detail={"measure": found.pk, "ends_on": str(ends_on)},
    )
    return found


def record_version(
    addressee: Addressee, *, by: Account | None, at: datetime, reason: str = ChangeReason.MANUAL
) -> AddresseeVersion:
    """Keep what is known now as a version; part of a command, never alone."""
    return AddresseeVersion.objects.create(
        addressee=addressee,
        reason=reason,
        effective_on=at.date(),
        recorded_at=at,
        recorded_by=by,
        state=state_of(addressee),
    )


def _locked(pk: int) -> Addressee:
    return Addressee.objects.select_for_update().get(municipality_code=current(), pk=pk)


def _put(addressee: Addressee, values: Mapping[str, Any]) -> list[str]:
    """Set the values and say which items changed."""
    changed = []
    for field in FIELDS.keys() & values.keys():
        value = values[field]
        if isinstance(value, str) and field != "number" and holds_individual_number(value):
            raise NotAllowed("個人番号とみられる12桁の数字があります。個人番号は登録できません。")
        if getattr(addressee, field) != value:
            setattr(addressee, field, value)
            changed.append(field)
    return sorted(changed)


def _save(addressee: Addressee, *, by: Account | None, at: datetime) -> None:
    a = addressee
    a.name_key = name_key(a.name, a.name_kana, a.alias, a.alias_kana)
    a.address_key = address_key(a.city, a.town, a.house_number, a.building)
    a.updated_at = at
    a.save()
    record_version(a, by=by, at=at)


def _check_period(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise NotAllowed("終了日が開始日より前です。どちらかを直してください。")


def _lock_numbers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"addressee.number {current()}"])


def _next_number() -> str:
    own = Addressee.objects.filter(municipality_code=current(), number__regex=_OWN_NUMBERS)
    newest = own.aggregate(newest=Max("number"))["newest"]
    return str(max(int(newest or 0), _FIRST_NUMBER) + 1)
