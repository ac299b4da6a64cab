"""自動応答不可 and 不開示: they follow the 支援措置 of a person, and staff may set them besides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from sesshu.addressees.models import Addressee
from sesshu.addressees.selectors import is_protected
from sesshu.health.replicas.models import Flag
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

# Who is under a measure and has no row yet gets one; then what should hold is compared with what was told.
_PROTECTED = """
    SELECT addressee_id FROM addressees_protectivemeasure
    WHERE municipality_code = %(city)s AND starts_on <= %(today)s
        AND (ends_on IS NULL OR ends_on >= %(today)s)
"""
# After a 名寄せ what staff set of either holds of the one that stays. Of that one alone is told, for both
# have one number there.
_HEIRS = """
    WITH RECURSIVE heir (set_of, person) AS (
        SELECT addressee_id, addressee_id FROM replicas_flag WHERE municipality_code = %(city)s
        UNION ALL
        SELECT heir.set_of, a.merged_into_id FROM heir JOIN addressees_addressee a ON a.id = heir.person
        WHERE a.merged_into_id IS NOT NULL
    )
"""
_ROWS = f"""
    {_HEIRS}
    INSERT INTO replicas_flag (municipality_code, addressee_id, no_auto_reply, nondisclosure, reason,
        told_no_auto_reply, told_nondisclosure)
    SELECT %(city)s, person, false, false, '', false, false
    FROM (SELECT person FROM heir UNION {_PROTECTED}) AS wanted
    ON CONFLICT (municipality_code, addressee_id) DO NOTHING
"""  # noqa: S608 - constant text
_CHANGES = f"""
    {_HEIRS}, wanted AS (
        SELECT f.id, bool_or(s.no_auto_reply OR p.on) AS no_auto_reply,
            bool_or(s.nondisclosure OR p.on) AS nondisclosure
        FROM heir JOIN replicas_flag s ON s.addressee_id = heir.set_of
            JOIN replicas_flag f ON f.addressee_id = heir.person
            JOIN addressees_addressee a ON a.id = heir.person AND a.merged_into_id IS NULL,
            LATERAL (SELECT f.addressee_id IN ({_PROTECTED}) AS on) p
        WHERE f.municipality_code = %(city)s AND s.municipality_code = %(city)s GROUP BY f.id
    ), changed AS (
        UPDATE replicas_flag f SET told_no_auto_reply = w.no_auto_reply, told_nondisclosure = w.nondisclosure
        FROM wanted w WHERE w.id = f.id AND (f.told_no_auto_reply, f.told_nondisclosure)
            IS DISTINCT FROM (w.no_auto_reply, w.nondisclosure)
        RETURNING f.addressee_id
    )
    INSERT INTO replicas_outboxentry (municipality_code, addressee_id, kind, priority, sequence, state,
        attempts, message, made_at)
    SELECT %(city)s, addressee_id, 'flags', 1, 0, 'waiting', 0, '', %(at)s FROM changed
"""  # noqa: S608 - constant text
_CONNECTED = "SELECT 1 FROM replicas_connection WHERE municipality_code = %(city)s"


@dataclass(frozen=True, slots=True)
class Flags:
    """What holds of a person, and by what: ``protected`` is by a 支援措置 in force."""

    no_auto_reply: bool
    nondisclosure: bool
    protected: bool
    row: Flag | None


def flags_of(addressee_id: int) -> Flags:
    """What holds today of one person."""
    rows = list(Flag.objects.filter(municipality_code=current(), addressee_id__in=_one(addressee_id)))
    protected = bool(is_protected([addressee_id]))
    return Flags(
        no_auto_reply=protected or any(row.no_auto_reply for row in rows),
        nondisclosure=protected or any(row.nondisclosure for row in rows),
        protected=protected,
        row=next((row for row in rows if row.addressee_id == addressee_id), None),
    )


def _one(addressee_id: int) -> set[int]:
    """The person, and all whom a 名寄せ made one with the person."""
    found, last = {addressee_id}, {addressee_id}
    while last:
        joined = Addressee.objects.filter(municipality_code=current(), merged_into__in=last)
        last = set(joined.values_list("pk", flat=True)) - found
        found |= last
    return found


class NoReason(ValueError):
    """A flag is set or taken away for a reason."""


@transaction.atomic
def set_flags(
    *,
    addressee: Addressee,
    no_auto_reply: bool,
    nondisclosure: bool,
    reason: str,
    by: Account,
    at: datetime,
    today: date,
) -> Flag:
    """Set what staff decided; with the entry of the outbox. :raises NoReason: without a reason."""
    if not reason.strip():
        raise NoReason("理由を入力してください。")
    Addressee.objects.select_for_update().get(municipality_code=current(), pk=addressee.pk)
    flag, _ = Flag.objects.get_or_create(municipality_code=current(), addressee=addressee)
    flag.no_auto_reply, flag.nondisclosure = no_auto_reply, nondisclosure
    flag.reason, flag.set_by, flag.set_at = reason.strip()[:200], by, at
    flag.save()
    audit.record(
        "exchange.flags", by=by, subjects=[addressee.pk],
        detail={"no_auto_reply": no_auto_reply, "nondisclosure": nondisclosure},
    )  # fmt: skip
    note_changes(today=today, at=at)
    return flag


def note_changes(*, today: date, at: datetime) -> None:
    """Compare what should hold today with what was told, and put each difference into the outbox."""
    values: dict[str, Any] = {"city": current(), "today": today, "at": at}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CONNECTED, values)
        if cursor.fetchone():
            cursor.execute(_ROWS, values)
            cursor.execute(_CHANGES, values)
