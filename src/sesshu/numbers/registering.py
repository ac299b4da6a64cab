"""Commands that put numbers into the vault. Each checks the number, the identity check and duplicates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from sesshu.kernel import clock
from sesshu.kernel.check_digits import is_individual_number
from sesshu.numbers import callers, indexing, refusals, sealing
from sesshu.numbers.callers import Caller
from sesshu.numbers.choices import IdentityCheck
from sesshu.numbers.models import DuplicateAlarm, Holder, IndividualNumber
from sesshu.protection import tenancy
from sesshu.protection.keys import wrapping

_LOCK = 0x5E55_0003


class Duplicate(Exception):
    """The number belongs to another addressee; the alarm is to be kept although the act is refused."""

    def __init__(self, held_by: str) -> None:
        self.held_by = held_by


@dataclass(frozen=True, slots=True)
class Checked:
    """How, when and by whom the person's identity was checked (番号法16条)."""

    method: str
    on: date
    by: str


def register(*, addressee: str, number: str, checked: Checked, by: Caller, origin: str = "") -> Holder:
    """The first number of an addressee.

    :raises Refusal: wrong number, no identity check, a number there already, or a duplicate. Of a duplicate
        an alarm stays behind.
    """
    _examine(number, checked)
    try:
        with transaction.atomic():
            _one_at_a_time()
            _refuse_duplicate(number, addressee)
            holder = _new_holder(addressee)
            _append(holder, number, checked, valid_from=checked.on)
            callers.record(by, "register", addressee=addressee)
            return holder
    except Duplicate as found:
        raise _alarm(found, addressee, by, origin) from None


def change(*, addressee: str, number: str, checked: Checked, on: date, reason: str, by: Caller) -> Holder:
    """A new number after 番号変更 (番号法7条2項, 8条); the old one becomes history.

    :raises Refusal: as :func:`register`; when nothing is registered, or the day lies before the old one's.
    """
    _examine(number, checked)
    try:
        with transaction.atomic():
            _one_at_a_time()
            holder = living(addressee)
            _refuse_duplicate(number, addressee)
            _end(holder, on, reason)
            _append(holder, number, checked, valid_from=on)
            callers.record(by, "change", addressee=addressee)
            return holder
    except Duplicate as found:
        raise _alarm(found, addressee, by, "change") from None


def living(addressee: str) -> Holder:
    """:raises Refusal: when the addressee has no number here."""
    held = Holder.objects.filter(municipality_code=tenancy.current(), erased_at=None)
    holder = held.filter(addressee_number=addressee).first()
    if holder is None:
        raise refusals.unknown_holder()
    return holder


def _examine(number: str, checked: Checked) -> None:
    if not is_individual_number(number):
        raise refusals.wrong_number()
    if checked.method not in IdentityCheck.values or not checked.by.strip():
        raise refusals.unchecked("本人確認の方法と確認した職員を指定してください(番号法16条)。")
    if checked.on > clock.today():
        raise refusals.unchecked("本人確認の日が未来の日付です。")


def _one_at_a_time() -> None:
    """Of two who register the same number at once, one must see the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, int(tenancy.current())])


def _refuse_duplicate(number: str, addressee: str) -> None:
    others = indexing.with_number(number).exclude(holder__addressee_number=addressee)
    found = others.values_list("holder__addressee_number", flat=True).first()
    if found is not None:
        raise Duplicate(found)


def _new_holder(addressee: str) -> Holder:
    held = Holder.objects.filter(municipality_code=tenancy.current(), addressee_number=addressee)
    if held.filter(erased_at=None).exists():
        raise refusals.already_registered()
    ((key, _),) = wrapping.new_subject_keys([f"holder:{addressee}:{held.count()}"])
    return Holder.objects.create(addressee_number=addressee, key_id=key.pk)


def _end(holder: Holder, on: date, reason: str) -> None:
    current = holder.numbers.get(ended_on=None)
    if on < current.valid_from or on > clock.today():
        raise refusals.unchecked(f"変更日は{current.valid_from:%Y-%m-%d}から今日までの日付にしてください。")
    current.ended_on, current.reason = on, reason[:100]
    current.save(update_fields=["ended_on", "reason"])


def _append(holder: Holder, number: str, checked: Checked, *, valid_from: date) -> IndividualNumber:
    tenant_key = wrapping.held_tenant_key()
    row = IndividualNumber(
        holder=holder,
        index_key=tenant_key,
        digest=indexing.digest(number, tenant_key),
        identity_check=checked.method,
        checked_on=checked.on,
        checked_by=checked.by,
        registered_at=clock.now(),
        valid_from=valid_from,
    )
    row.sealed = sealing.sealed(number, row, wrapping.open_subject_key(holder.key_id))
    row.save(force_insert=True)
    return row


def _alarm(found: Duplicate, addressee: str, by: Caller, origin: str) -> refusals.Refusal:
    DuplicateAlarm.objects.get_or_create(
        offered_for=addressee,
        held_by=found.held_by,
        resolved_at=None,
        defaults={"at": clock.now(), "origin": origin or by.client},
    )
    callers.record(by, "duplicate", addressee=addressee, result="refused")
    return refusals.duplicate()
