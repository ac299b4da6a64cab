"""Send what waits, take back what was cancelled. Each step commits before the next waits for the network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import F, Q

from sesshu.addressees.individual_numbers.exchange import Refused, Unreachable, tell
from sesshu.health.inquiries.choices import State
from sesshu.health.inquiries.kinds import kind_of
from sesshu.health.inquiries.models import Inquiry
from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.tenancy import acting_for, current
from sesshu.protocol import points

AT_ONCE = 500
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=15)
# About a day of trying; then a person decides.
_MOST_ATTEMPTS = 100
# What the door says of a body of which one part is not as it must be.
_UNREADABLE = "invalid"


def send(municipality: str) -> int:
    """Send all that is due; how many went. Who asked and from where is said with each."""
    gone = 0
    while True:
        with acting_for(municipality):
            rows = _due(clock.now())
        if not rows:
            return gone
        for (login, terminal), part in groupby(rows, key=lambda row: (row.asked_by.login, row.terminal)):
            if not _tell(municipality, list(part), login, terminal):
                return gone
        gone += len(rows)


def _due(at: datetime) -> list[Inquiry]:
    waiting = Inquiry.objects.filter(municipality_code=current(), state=State.QUEUED)
    # One that is being taken back goes too: it may have arrived, and only by its 処理通番 it ends there.
    due = waiting.filter(Q(next_at__isnull=True) | Q(next_at__lte=at))
    ids = list(due.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    # From here on a cancellation goes by the network; one that was taken back just now stays here.
    waiting.filter(pk__in=ids).update(attempts=F("attempts") + 1)
    found = waiting.filter(pk__in=ids)
    return list(found.select_related("addressee", "asked_by").order_by("asked_by_id", "terminal", "pk"))


def _tell(municipality: str, rows: list[Inquiry], login: str, terminal: str) -> bool:
    body = [_body(row) for row in rows]
    points.reach("inquiries.claimed")
    try:
        said = tell(municipality, "/v1/exchange/inquiries", actor=login, terminal=terminal, inquiries=body)
    except Unreachable as error:
        with acting_for(municipality):
            _put_off(rows, str(error), clock.now())
        return False
    except Refused as error:
        if error.code == _UNREADABLE and len(rows) > 1:
            return _in_halves(municipality, rows, login, terminal)
        with acting_for(municipality):
            _fail(rows, error.code, str(error))
        return True
    points.reach("inquiries.told")
    with acting_for(municipality):
        _write(rows, {row["reference"]: row for row in said})
    return True


def _in_halves(municipality: str, rows: list[Inquiry], login: str, terminal: str) -> bool:
    """Until the one that spoils the message stands alone: it must not hold up the others."""
    middle = len(rows) // 2
    first = _tell(municipality, rows[:middle], login, terminal)
    return _tell(municipality, rows[middle:], login, terminal) and first


def _body(row: Inquiry) -> dict[str, Any]:
    kind = kind_of(row.kind)
    assert kind is not None
    return {
        "reference": row.reference,
        "addressee_number": row.number,
        "provider": row.provider,
        "item": kind.item,
        "information": kind.information,
        "period": {
            "starts_on": row.starts_on.isoformat() if row.starts_on else None,
            "ends_on": row.ends_on.isoformat() if row.ends_on else None,
        },
        "department": row.department,
        "nondisclosure": row.nondisclosure,
    }


def _write(rows: Sequence[Inquiry], said: dict[str, dict[str, Any]]) -> None:
    refused = 0
    held = Inquiry.objects.select_for_update().filter(
        municipality_code=current(), pk__in=[row.pk for row in rows]
    )
    changed = []
    for row in held.order_by("pk"):
        answer = said.get(row.reference)
        if answer is None or row.state != State.QUEUED:
            continue
        row.processing_number = str(answer.get("processing_number") or "")
        if row.processing_number:
            row.state, row.message, row.next_at = State.ASKED, "", None
        elif row.cancel_requested:
            row.state, row.cancel_requested = State.CANCELLED, False
        else:
            row.state, refused = State.REFUSED, refused + 1
            row.refusal = str(answer.get("error") or "")[:40]
            row.message = str(answer.get("message") or "")[:300]
        changed.append(row)
    Inquiry.objects.bulk_update(
        changed, ["state", "processing_number", "refusal", "message", "next_at", "cancel_requested"]
    )
    subjects = sorted({row.addressee_id for row in changed})
    audit.record(
        "inquiry.sent", by=None, subjects=subjects, detail={"sent": len(changed), "refused": refused}
    )


def _put_off(rows: Sequence[Inquiry], message: str, at: datetime) -> None:
    for row in rows:
        pause = min(_FIRST_WAIT * 2 ** min(row.attempts, 8), _LONGEST_WAIT)
        held = Inquiry.objects.filter(municipality_code=current(), pk=row.pk, state=State.QUEUED)
        held.update(next_at=at + pause, message=message[:300])
        if row.attempts >= _MOST_ATTEMPTS:
            held.update(state=State.FAILED, cancel_requested=False)


def _fail(rows: Sequence[Inquiry], code: str, message: str) -> None:
    held = Inquiry.objects.filter(
        municipality_code=current(), pk__in=[row.pk for row in rows], state=State.QUEUED
    )
    held.update(state=State.FAILED, refusal=code[:40], message=message[:300], cancel_requested=False)


def cancel(municipality: str) -> int:
    """Tell of the cancellations that were asked for; how many came in time."""
    with acting_for(municipality):
        waiting = Inquiry.objects.filter(
            municipality_code=current(), cancel_requested=True, state=State.ASKED
        )
        numbers = list(waiting.order_by("pk").values_list("processing_number", flat=True)[:AT_ONCE])
    if not numbers:
        return 0
    try:
        said = tell(municipality, "/v1/exchange/cancel", processing_numbers=numbers)
    except Unreachable:
        return 0
    except Refused as error:
        said = [{"processing_number": number, "state": error.code} for number in numbers]
    cancelled = [row["processing_number"] for row in said if row["state"] == "cancelled"]
    with acting_for(municipality):
        held = Inquiry.objects.filter(municipality_code=current(), processing_number__in=numbers)
        held.filter(processing_number__in=cancelled, state=State.ASKED).update(state=State.CANCELLED)
        # What came too late is answered as if nobody had cancelled.
        held.update(cancel_requested=False)
    return len(cancelled)
