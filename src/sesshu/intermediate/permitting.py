"""Permits: asked of the core for the inquiries accepted, and believed only when the core signed them for us.

Without a permit nothing goes further (control 50).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sesshu.intermediate import (
    bulk,
    callers,
    identity,
    inquiry_results,
    network_copies,
    outbox,
    persons,
    place,
)
from sesshu.intermediate.callers import DISPATCHER, Caller
from sesshu.intermediate.choices import Event, InquiryState
from sesshu.intermediate.models import Inquiry
from sesshu.intermediate.recording import moment
from sesshu.intermediate.sealing import Cabinet, cabinet
from sesshu.kernel import clock
from sesshu.protection import tenancy
from sesshu.protocol import envelopes, messages
from sesshu.protocol.messages import Period, Permit, PermitAnswer, PermitRequest
from sesshu.protocol.refusals import Refusal

# How far our clock may be behind the core's, in seconds.
LEEWAY = 60


def request(processing_numbers: Iterable[str]) -> str | None:
    """The signed request for these inquiries' permits; None when none of them waits any more."""
    box = cabinet()
    held = list(_accepted(processing_numbers))
    listing = network_copies.permission_list()
    version = 0 if listing is None else listing.version
    coded = [each for each in held if each.person is not None and each.person.sealed_code]
    lost = [each for each in held if each not in coded]
    inquiry_results.end(lost, InquiryState.REFUSED, Refusal.NO_CODE, Event.REFUSED)
    asked = [_request(inquiry, box, version) for inquiry in coded]
    if not asked:
        return None
    said = {"requests": [each.model_dump(mode="json") for each in asked]}
    return envelopes.signed(said, identity.signing_key(), typ=messages.REQUEST)


def take(answers: Sequence[PermitAnswer]) -> list[str]:
    """Take in what the core said. :returns: the processing numbers that are settled by it."""
    said = {answer.processing_number: answer for answer in answers}
    held = list(_accepted(said, lock=True))
    refused: dict[Refusal, list[Inquiry]] = {}
    permitted: list[Inquiry] = []
    for inquiry in held:
        reason = _apply(inquiry, said[inquiry.processing_number])
        if reason is None:
            permitted.append(inquiry)
        else:
            refused.setdefault(reason, []).append(inquiry)
    bulk.update(permitted, ["state", "permit", "permitted_at", "answer_by", "fields"])
    for reason, inquiries in refused.items():
        inquiry_results.end(inquiries, InquiryState.REFUSED, reason, Event.REFUSED)
    if Refusal.LIST_OUT_OF_STEP in refused:
        outbox.wake(refresh=True)
    count = sum(map(len, refused.values()))
    callers.record("permitted", Caller(DISPATCHER), count=len(permitted), refused=count)
    return list(said)


def refuse(processing_numbers: Iterable[str]) -> None:
    """The core will not have these requests, however often they are sent."""
    held = list(_accepted(processing_numbers, lock=True))
    inquiry_results.end(held, InquiryState.REFUSED, Refusal.INVALID, Event.REFUSED)


def _accepted(processing_numbers: Iterable[str], *, lock: bool = False) -> Iterable[Inquiry]:
    held = Inquiry.objects.filter(
        municipality_code=tenancy.current(),
        processing_number__in=list(processing_numbers),
        state=InquiryState.ACCEPTED,
    )
    held = held.select_for_update(of=("self",)) if lock else held
    return held.select_related("person").order_by("id")


def _request(inquiry: Inquiry, box: Cabinet, version: int) -> PermitRequest:
    assert inquiry.person is not None
    return PermitRequest(
        processing_number=inquiry.processing_number,
        code=persons.code_of(inquiry.person, box),
        provider=inquiry.provider,
        item=inquiry.item,
        work=inquiry.work,
        procedure=inquiry.procedure,
        information=inquiry.information,
        period=Period(starts_on=inquiry.starts_on, ends_on=inquiry.ends_on),
        list_version=version,
    )


def _apply(inquiry: Inquiry, answer: PermitAnswer) -> Refusal | None:
    if answer.permit is None:
        return answer.refusal or Refusal.INVALID
    permit = verified(answer.permit)
    if isinstance(permit, Refusal):
        return permit
    reason = _fault(inquiry, permit)
    if reason is None:
        inquiry.state, inquiry.permit, inquiry.permitted_at = (
            InquiryState.PERMITTED,
            permit.jti,
            clock.now(),
        )
        inquiry.answer_by, inquiry.fields = moment(permit.answer_by), list(permit.fields)
    return reason


def verified(token: str) -> Permit | Refusal:
    """A permit that the core signed, for us, and that counts now; or why it does not."""
    try:
        said: dict[str, Any] = envelopes.verified(token, identity.core_key(), typ=messages.PERMIT)
    except envelopes.BadEnvelope:
        return Refusal.FORGED
    try:
        permit = Permit.model_validate(said)
        moment(permit.answer_by)
    except ValueError:
        return Refusal.INVALID
    return fault(permit) or permit


def fault(permit: Permit) -> Refusal | None:
    """Whether a permit is for another, or not of this time (also when one of the clocks is off)."""
    if permit.aud != place.institution():
        return Refusal.WRONG_INSTITUTION
    now = clock.now().timestamp()
    if permit.exp <= now or permit.answer_by <= now or permit.iat > now + LEEWAY:
        return Refusal.EXPIRED
    return None


def _fault(inquiry: Inquiry, permit: Permit) -> Refusal | None:
    period = Period(starts_on=inquiry.starts_on, ends_on=inquiry.ends_on)
    said = (
        permit.processing_number, permit.inquirer, permit.provider, permit.item, permit.work,
        permit.procedure, permit.information, permit.period,
    )  # fmt: skip
    asked = (
        inquiry.processing_number, place.institution(), inquiry.provider, inquiry.item, inquiry.work,
        inquiry.procedure, inquiry.information, period,
    )  # fmt: skip
    if said != asked:
        return Refusal.MISMATCH
    return None if set(permit.fields) <= set(inquiry.fields) else Refusal.LIST_OUT_OF_STEP
