"""Collect the results that have come, keep them as they came, and say that they were taken.

A collector that dies in between gets the same results again: what is kept already is only said to be taken.
A result that names another person is left where it is until it names the right one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from sesshu.addressees.individual_numbers.exchange import Refused, Unreachable, tell
from sesshu.addressees.selectors import has_number
from sesshu.health.inquiries import sealing
from sesshu.health.inquiries.choices import PENDING, State
from sesshu.health.inquiries.models import Inquiry, Received
from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.tenancy import acting_for, current
from sesshu.protocol import points
from sesshu.protocol.refusals import Refusal

AT_ONCE = 500
_MOST_RECORDS = 500
_ENDS = {"cancelled": Refusal.CANCELLED, "expired": Refusal.NO_ANSWER}
# As one gets them who asks by number.
_UNFINISHED = ("accepted", "permitted")
_UNREADABLE = "回答の形式が正しくないため、受け取れませんでした。システム担当に連絡してください。"
_OTHER_PERSON = "回答の宛名番号が照会した方と違うため、受け取りませんでした。システム担当に連絡してください。"


def collect(municipality: str) -> int:
    """Take all that is there; how many results were new."""
    new = 0
    while True:
        said, taken, kept = _round(municipality, waiting=True)
        new += kept
        if said < AT_ONCE:
            return new
        if not taken:
            # What must be left fills all that the door gives at once: ask for the others by their numbers.
            return new + _by_number(municipality)


def _by_number(municipality: str) -> int:
    with acting_for(municipality):
        waiting = Inquiry.objects.filter(municipality_code=current(), state=State.ASKED).order_by("pk")
        numbers = list(waiting.values_list("processing_number", flat=True))
    parts = [numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE)]
    return sum(_round(municipality, processing_numbers=part)[2] for part in parts)


def _round(municipality: str, **wanted: Any) -> tuple[int, int, int]:
    """How many results there were, how many are taken, how many of these are new; none without the door."""
    try:
        said = tell(municipality, "/v1/exchange/results", **wanted)
    except (Unreachable, Refused):
        return 0, 0, 0
    points.reach("inquiries.results")
    with acting_for(municipality):
        numbers, kept = _keep(said, at=clock.now())
    points.reach("inquiries.kept")
    if numbers and not _taken(municipality, numbers):
        return 0, 0, kept
    return len(said), len(numbers), kept


def _taken(municipality: str, numbers: list[str]) -> bool:
    try:
        tell(municipality, "/v1/exchange/taken", processing_numbers=numbers)
    except (Unreachable, Refused):
        return False
    with acting_for(municipality):
        Inquiry.objects.filter(municipality_code=current(), processing_number__in=numbers).update(
            told_taken=True
        )
    return True


def _keep(said: Sequence[dict[str, Any]], *, at: datetime) -> tuple[list[str], int]:
    """Write the results; the processing numbers to be said taken, and how many were not here before."""
    held = {
        row.reference: row
        for row in Inquiry.objects.select_for_update()
        .filter(_named(said), municipality_code=current())
        .order_by("pk")
    }
    taken, new, others, answers = [], [], [], []
    for result in said:
        inquiry = held.get(str(result.get("reference")))
        if inquiry is None or result.get("state") in _UNFINISHED:
            continue
        number = str(result["processing_number"])
        if not _is_about(inquiry, str(result.get("addressee_number"))):
            if inquiry.state in PENDING:
                others.append(_of_another(inquiry, number))
            continue
        taken.append(number)
        if not _waits(inquiry):
            continue
        inquiry.processing_number, inquiry.received_at = number, at
        if records := _taken_in(inquiry, result):
            answers.append((inquiry, records))
        new.append(inquiry)
    received = sealing.sealed(answers) if answers else []
    _save(new + [each for each in others if each not in new], received)
    return taken, len(new)


def _is_about(inquiry: Inquiry, number: str) -> bool:
    # The reference is our own and names the inquiry; the number may be another of the same person by now.
    return number == inquiry.number or has_number(inquiry.addressee, number)


def _waits(inquiry: Inquiry) -> bool:
    """Whether its result is kept. One that was cancelled may have been answered all the same: that is not."""
    named_another = inquiry.refusal == Refusal.MISMATCH and inquiry.received_at is None
    return inquiry.state in PENDING or (inquiry.state == State.FAILED and named_another)


def _of_another(inquiry: Inquiry, processing_number: str) -> Inquiry:
    inquiry.processing_number, inquiry.cancel_requested = processing_number, False
    _failed(inquiry, _OTHER_PERSON)
    return inquiry


def _named(said: Sequence[dict[str, Any]]) -> Q:
    return Q(reference__in=[str(result.get("reference")) for result in said])


def _taken_in(inquiry: Inquiry, result: dict[str, Any]) -> list[dict[str, Any]]:
    """Set the inquiry to what the result says; its records."""
    inquiry.answered_at = _time(result.get("answered_at"))
    inquiry.message, inquiry.cancel_requested = str(result.get("message") or "")[:300], False
    inquiry.refusal = ""
    if result.get("state") in ("answered", "taken") and not result.get("refusal"):
        records = result.get("records")
        if not _readable(records):
            return _failed(inquiry, _UNREADABLE)
        inquiry.state = State.ANSWERED
        return list(records or [])
    refusal = str(result.get("refusal") or _ENDS.get(str(result.get("state")), ""))
    inquiry.state, inquiry.refusal = State.REFUSED, refusal[:40]
    if refusal == Refusal.CANCELLED:
        inquiry.state = State.CANCELLED
    return []


def _failed(inquiry: Inquiry, message: str) -> list[dict[str, Any]]:
    inquiry.state, inquiry.refusal, inquiry.message = State.FAILED, Refusal.MISMATCH, message
    return []


def _readable(records: Any) -> bool:
    """Text or nothing under each name: what a provider may send."""
    return (
        isinstance(records, list)
        and len(records) <= _MOST_RECORDS
        and all(
            isinstance(record, dict)
            and all(isinstance(value, str | int | float | bool | None) for value in record.values())
            for record in records
        )
    )


def _time(text: Any) -> datetime | None:
    try:
        found = parse_datetime(str(text))
    except ValueError:
        return None
    return found.astimezone(clock.TOKYO) if found and found.tzinfo else None


def _save(changed: Sequence[Inquiry], received: Sequence[Received]) -> None:
    fields = [
        "state", "processing_number", "refusal", "message", "answered_at", "received_at", "key",
        "cancel_requested",
    ]  # fmt: skip
    Inquiry.objects.bulk_update(changed, fields)
    Received.objects.bulk_create(received)
    counts: dict[int, int] = {}
    for row in received:
        counts[row.inquiry_id] = counts.get(row.inquiry_id, 0) + 1
    for inquiry in changed:
        audit.record(
            "inquiry.received", by=None, subjects=[inquiry.addressee_id],
            detail={
                "inquiry": inquiry.pk, "records": counts.get(inquiry.pk, 0), "refusal": inquiry.refusal,
            },
        )  # fmt: skip
