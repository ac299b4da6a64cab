"""Begin with the 副本, register what is missing, and tell how far ledger and 副本 differ (M06)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from sesshu.health.replicas import flags
from sesshu.health.replicas.choices import State
from sesshu.health.replicas.models import Connection, OutboxEntry
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

_PERSONS = """
    INSERT INTO replicas_outboxentry (municipality_code, addressee_id, kind, priority, sequence, state,
        attempts, message, made_at)
    SELECT %(city)s, a.id, 'assign', 0, 0, 'waiting', 0, '', %(at)s FROM addressees_addressee a
    WHERE a.municipality_code = %(city)s AND a.kind IN ('1', '2') AND a.merged_into_id IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM replicas_outboxentry o WHERE o.addressee_id = a.id AND o.kind = 'assign')
    ORDER BY a.id
"""
_NOTE = """
    SELECT COALESCE(replicas_note_doses(%(city)s, array_agg(id)), 0) FROM ledger_dose
    WHERE municipality_code = %(city)s
"""
_RESEND = """
    INSERT INTO replicas_outboxentry (municipality_code, addressee_id, kind, priority, record_id, sequence,
        state, attempts, message, made_at)
    SELECT %(city)s, r.addressee_id, 'put', 2, r.id, r.sequence, 'waiting', 0, '', %(at)s
    FROM replicas_replicarecord r WHERE r.municipality_code = %(city)s AND r.put AND NOT EXISTS (
        SELECT 1 FROM replicas_outboxentry o WHERE o.record_id = r.id AND o.state IN ('waiting', 'sending'))
    ORDER BY r.id
"""
_RESEND_FLAGS = """
    INSERT INTO replicas_outboxentry (municipality_code, addressee_id, kind, priority, sequence, state,
        attempts, message, made_at)
    SELECT %(city)s, f.addressee_id, 'flags', 1, 0, 'waiting', 0, '', %(at)s FROM replicas_flag f
    WHERE f.municipality_code = %(city)s AND (f.told_no_auto_reply OR f.told_nondisclosure) AND NOT EXISTS (
        SELECT 1 FROM replicas_outboxentry o
        WHERE o.addressee_id = f.addressee_id AND o.kind = 'flags' AND o.state IN ('waiting', 'sending'))
    ORDER BY f.addressee_id
"""
_DRIFT = """
    SELECT
        count(*) FILTER (WHERE d.id IS NOT NULL AND d.voided_at IS NULL),
        count(*) FILTER (WHERE r.put IS NOT TRUE AND d.voided_at IS NULL AND d.id IS NOT NULL),
        count(*) FILTER (WHERE r.put AND (d.voided_at IS NOT NULL OR d.id IS NULL))
    FROM (
        SELECT id, addressee_id, voided_at FROM ledger_dose l WHERE municipality_code = %(city)s
        AND NOT EXISTS (SELECT 1 FROM catalogue_ownprogramme o
            WHERE o.municipality_code = %(city)s AND o.code = l.programme)
    ) d
    FULL JOIN (
        SELECT dose_id, addressee_id, put FROM replicas_replicarecord WHERE municipality_code = %(city)s
    ) r ON r.dose_id = d.id AND r.addressee_id = d.addressee_id
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Ledger and 副本 side by side. ``doses``: to be registered; ``missing`` and ``surplus``: the drift."""

    started: bool
    doses: int
    missing: int
    surplus: int
    waiting: int
    refused: int
    registered: int

    @property
    def agrees(self) -> bool:
        """Whether each dose of the ledger is registered, and nothing else."""
        return self.started and not (self.missing or self.surplus or self.waiting or self.refused)

    def data(self) -> dict[str, Any]:
        return asdict(self) | {"agrees": self.agrees}


@transaction.atomic
def rebuild(*, by: Account | None, at: datetime, today: date, resend: bool = False) -> dict[str, int]:
    """Begin where the city has not yet, and put into the outbox whatever is missing there.

    :param resend: the flags that hold and all that is registered go once more; what is there already stays.
    """
    Connection.objects.get_or_create(
        municipality_code=current(), defaults={"started_at": at, "started_by": by}
    )
    values: dict[str, Any] = {"city": current(), "at": at}
    with connection.cursor() as cursor:
        cursor.execute(_PERSONS, values)
        persons = cursor.rowcount
        cursor.execute(_NOTE, values)
        records = int(cursor.fetchone()[0])
        again = 0
    flags.note_changes(today=today, at=at)
    if resend:
        with connection.cursor() as cursor:
            for statement in (_RESEND_FLAGS, _RESEND):
                cursor.execute(statement, values)
                again += cursor.rowcount
    done = {"persons": persons, "records": records, "again": again}
    audit.record("replica.rebuild", by=by, count=persons, detail=done)
    return done


def standing() -> Standing:
    """How ledger and 副本 stand now."""
    with connection.cursor() as cursor:
        cursor.execute(_DRIFT, {"city": current()})
        doses, missing, surplus = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FILTER (WHERE state IN ('waiting', 'sending')),"
            " count(*) FILTER (WHERE state = 'refused') FROM replicas_outboxentry"
            " WHERE municipality_code = %s AND state <> 'sent'",
            [current()],
        )
        waiting, refused = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM replicas_replicarecord r WHERE municipality_code = %s AND put"
            " AND NOT EXISTS (SELECT 1 FROM replicas_outboxentry o"
            " WHERE o.record_id = r.id AND o.state <> 'sent')",
            [current()],
        )
        (registered,) = cursor.fetchone()
    started = Connection.objects.filter(municipality_code=current()).exists()
    return Standing(started, doses, missing, surplus, waiting, refused, registered)


@transaction.atomic
def retry_refused(*, by: Account | None, addressee_id: int | None = None) -> int:
    """Send again what was refused; of one person or of all."""
    found = OutboxEntry.objects.filter(municipality_code=current(), state=State.REFUSED)
    if addressee_id is not None:
        found = found.filter(addressee_id=addressee_id)
    subjects = sorted(set(found.values_list("addressee_id", flat=True)))
    count = found.update(state=State.WAITING, next_at=None, claimed_at=None)
    if count:
        audit.record("replica.retry", by=by, subjects=subjects, detail={"entries": count})
    return count
