"""What became of inquiries: given to ``numbers`` until it says that it has them; and their cancelling."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from sesshu.intermediate import callers, outbox, outcomes, persons, recording
from sesshu.intermediate.callers import Caller
from sesshu.intermediate.choices import Event, InquiryState, OutboxKind
from sesshu.intermediate.models import Inquiry, Outbox
from sesshu.intermediate.sealing import Cabinet, cabinet
from sesshu.kernel import clock
from sesshu.protection import tenancy
from sesshu.protocol.refusals import Refusal

MOST = 500
_PLACE = "answer"
_FINISHED = (InquiryState.ANSWERED, InquiryState.REFUSED, InquiryState.EXPIRED)
_OPEN = (InquiryState.ACCEPTED, InquiryState.PERMITTED)


@dataclass(frozen=True, slots=True)
class Result:
    """``records``: what was provided, each with the permitted items only; empty until ``answered``."""

    processing_number: str
    reference: str
    integrated_number: str
    state: str
    refusal: str | None
    message: str
    provider: str
    answered_at: datetime | None
    records: list[dict[str, Any]]


def sealed_records(records: Iterable[dict[str, Any]], inquiry: Inquiry, box: Cabinet) -> bytes:
    """An answer's content as it is kept until it is taken."""
    text = json.dumps(list(records), ensure_ascii=False, separators=(",", ":"))
    return box.seal(text.encode(), _PLACE, inquiry.processing_number)


def waiting(*, by: Caller) -> list[Result]:
    """The finished inquiries that were not taken yet, oldest first, at most :data:`MOST`.

    Those of a file are given by file (:mod:`.result_file`): 100,000 of them would stand before all others.
    """
    held = _own().filter(state__in=_FINISHED, taken_at=None, batch=None).order_by("id")[:MOST]
    return given(held, by=by)


def of(processing_numbers: Sequence[str], *, by: Caller) -> list[Result]:
    """These inquiries, whatever their state; unknown ones are left out."""
    return given(_own().filter(processing_number__in=processing_numbers[:MOST]), by=by)


def take(processing_numbers: Sequence[str], *, by: Caller) -> int:
    """``numbers`` has them: the content is erased here, and they are not given again."""
    held = _own().filter(processing_number__in=processing_numbers, state__in=_FINISHED, taken_at=None)
    at = clock.now()
    count = held.filter(state=InquiryState.ANSWERED).update(
        state=InquiryState.TAKEN, taken_at=at, sealed_answer=None
    )
    count += held.exclude(state=InquiryState.TAKEN).update(taken_at=at)
    callers.record("taken", by, count=count)
    return count


def cancel(processing_numbers: Sequence[str], *, by: Caller) -> list[tuple[str, str]]:
    """Give up those that are still open. :returns: (processing number, its state then, or ``unknown``)."""
    held = {
        inquiry.processing_number: inquiry
        for inquiry in _own()
        .filter(processing_number__in=processing_numbers)
        .select_for_update(of=("self",))
        .order_by("id")
    }
    given_up = [inquiry for inquiry in held.values() if inquiry.state in _OPEN]
    end(given_up, InquiryState.CANCELLED, Refusal.CANCELLED, Event.CANCELLED)
    callers.record("cancelled", by, count=len(given_up))
    return [(number, held[number].state if number in held else "unknown") for number in processing_numbers]


def end(inquiries: Sequence[Inquiry], state: InquiryState, refusal: Refusal, event: Event) -> None:
    """They end without an answer: recorded, told to the core where it knows of them, and not asked again."""
    at = clock.now()
    for inquiry in inquiries:
        inquiry.state, inquiry.refusal, inquiry.ended_at = state, refusal, at
    cancelled = {"taken_at": at} if state == InquiryState.CANCELLED else {}
    _own().filter(pk__in=[each.pk for each in inquiries]).update(
        state=state, refusal=refusal, ended_at=at, **cancelled
    )
    recording.write(recording.of_inquiry(inquiry, event) for inquiry in inquiries)
    outcomes.of_inquiries([inquiry for inquiry in inquiries if inquiry.permit])
    unasked = [inquiry.processing_number for inquiry in inquiries]
    Outbox.objects.filter(
        municipality_code=tenancy.current(), kind=OutboxKind.PERMIT, key__in=unasked
    ).delete()
    outbox.wake()


def _own() -> QuerySet[Inquiry]:
    return Inquiry.objects.filter(municipality_code=tenancy.current()).select_related("person")


def given(inquiries: Iterable[Inquiry], *, by: Caller) -> list[Result]:
    """The results of these inquiries (with their persons loaded), in their order; logged as read."""
    box = cabinet()
    results = [_result(inquiry, box) for inquiry in inquiries]
    callers.record("results", by, count=len(results))
    return results


def _result(inquiry: Inquiry, box: Cabinet) -> Result:
    sealed = inquiry.sealed_answer
    return Result(
        processing_number=inquiry.processing_number,
        reference=inquiry.reference,
        integrated_number="" if inquiry.person is None else persons.number_of(inquiry.person, box),
        state=inquiry.state,
        refusal=inquiry.refusal or None,
        message=inquiry.refusal_sentence,
        provider=inquiry.provider,
        answered_at=inquiry.answered_at,
        records=[] if sealed is None else json.loads(box.open(sealed, _PLACE, inquiry.processing_number)),
    )
