"""Answers that come: believed from the provider of the permit alone, once, and only what was permitted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sesshu.intermediate import (
    bulk,
    callers,
    identity,
    inquiry_results,
    network_copies,
    outcomes,
    place,
    recording,
)
from sesshu.intermediate.answering import digest_text
from sesshu.intermediate.callers import Caller
from sesshu.intermediate.choices import Event, InquiryState
from sesshu.intermediate.models import Inquiry, Record
from sesshu.intermediate.sealing import Cabinet, cabinet
from sesshu.kernel import clock
from sesshu.protection import tenancy
from sesshu.protocol import envelopes, messages
from sesshu.protocol.messages import Answer, Institution
from sesshu.protocol.refusals import Refusal

_OVER = {
    InquiryState.CANCELLED: Refusal.CANCELLED,
    InquiryState.EXPIRED: Refusal.EXPIRED,
    InquiryState.REFUSED: Refusal.EXPIRED,
}

# Nobody knows what these would have said.
_CLOSED = {Refusal.FORGED, Refusal.UNKNOWN_INSTITUTION}


@dataclass(frozen=True, slots=True)
class Brought:
    """One element of the message: the permit's id as the sender says it, and the sealed answer."""

    permit: str
    answer: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What the provider is answered; no answer at all means: not yet, send again."""

    permit: str
    state: str
    refusal: Refusal | None = None


def take(brought: Sequence[Brought], *, peer: str, by: Caller) -> list[Taken]:
    """Take in answers from the institution ``peer``."""
    box, sender = cabinet(), network_copies.directory().get(peer)
    read = [(each.permit, _read(each, sender)) for each in brought]
    held = _held([answer for _, answer in read if isinstance(answer, Answer)])
    answers, ended = [], []
    records = _unread(read, peer)
    for permit, answer in read:
        if isinstance(answer, Refusal):
            answers.append(Taken(permit, "refused", answer))
            continue
        inquiry = held.get(answer.processing_number)
        reason = _fault(inquiry, permit, answer, peer)
        if reason is not None:
            answers.append(Taken(permit, "refused", reason))
            records.append(recording.refused_answer(peer, reason, permit=permit, inquiry=inquiry))
            continue
        assert inquiry is not None
        if inquiry.state == InquiryState.ACCEPTED:
            continue  # its permit is on the way to us
        taken = _settle(inquiry, answer, box, records, peer)
        answers.append(taken)
        if taken.state == "accepted" and taken.refusal is None:
            ended.append(inquiry)
    _keep(ended)
    recording.write(records)
    callers.record("answers", by, count=len(brought), states=dict(Counter(each.state for each in answers)))
    return answers


def _unread(read: Sequence[tuple[str, Answer | Refusal]], peer: str) -> list[Record]:
    """A record of each answer that says something wrong; of those that nothing is known of, one a message,
    with the first: rows stay for seven years."""
    closed: set[Refusal] = set()
    records = []
    for permit, answer in read:
        if isinstance(answer, Refusal) and answer not in closed:
            records.append(recording.refused_answer(peer, answer, permit=permit))
            closed |= {answer} & _CLOSED
    return records


def _read(brought: Brought, sender: Institution | None) -> Answer | Refusal:
    if sender is None:
        return Refusal.UNKNOWN_INSTITUTION
    try:
        token = envelopes.opened(brought.answer, identity.sealing_key())
        said = envelopes.verified(token, envelopes.imported(sender.signing_key), typ=messages.ANSWER)
    except envelopes.BadEnvelope:
        return Refusal.FORGED
    try:
        answer = Answer.model_validate(said)
    except ValueError:
        return Refusal.INVALID
    return answer if answer.is_bounded else Refusal.INVALID


def _held(answers: Sequence[Answer]) -> dict[str, Inquiry]:
    rows = Inquiry.objects.select_for_update(of=("self",)).filter(
        municipality_code=tenancy.current(),
        processing_number__in=[answer.processing_number for answer in answers],
    )
    return {row.processing_number: row for row in rows.select_related("person").order_by("id")}


def _fault(inquiry: Inquiry | None, permit: str, answer: Answer, peer: str) -> Refusal | None:
    if answer.inquirer != place.institution():
        return Refusal.WRONG_INSTITUTION
    if inquiry is None or (inquiry.provider, answer.provider) != (peer, peer) or permit != answer.permit:
        return Refusal.MISMATCH
    if inquiry.state == InquiryState.ACCEPTED or (not inquiry.permit and inquiry.state in _OVER):
        return None
    if inquiry.permit != answer.permit:
        return Refusal.MISMATCH
    names = set().union(*answer.records) if answer.records else set()
    if not names <= set(inquiry.fields) or (answer.refusal is not None and answer.records):
        return Refusal.MISMATCH
    return None


def _settle(inquiry: Inquiry, answer: Answer, box: Cabinet, records: list[Record], peer: str) -> Taken:
    digest = box.digest("answer", digest_text(answer))
    over = _OVER.get(InquiryState(inquiry.state))
    if inquiry.answer_digest is not None and inquiry.state != InquiryState.PERMITTED:
        if bytes(inquiry.answer_digest) == digest:
            # As the first time: the provider must not believe that we took what was thrown away.
            return Taken(answer.permit, "known", over if inquiry.answered_at is None else None)
        records.append(recording.refused_answer(peer, Refusal.MISMATCH, inquiry=inquiry))
        return Taken(answer.permit, "refused", Refusal.MISMATCH)
    if over is None and clock.now() >= inquiry.answer_by:
        over = Refusal.EXPIRED
    if over is not None:
        _discard(inquiry, answer.permit, digest)
        records.append(recording.of_inquiry(inquiry, Event.DISCARDED, refusal=over, actor=peer))
        return Taken(answer.permit, "accepted", over)
    _fill(inquiry, answer, digest, box)
    refused = inquiry.state == InquiryState.REFUSED
    event = Event.REFUSED if refused else Event.PROVIDED
    records.append(recording.of_inquiry(inquiry, event, count=len(answer.records)))
    return Taken(answer.permit, "accepted")


def _discard(inquiry: Inquiry, permit: str, digest: bytes) -> None:
    """An answer to what is over. It may be the first that we hear of the permit: the core is told our end."""
    unheard = not inquiry.permit
    inquiry.permit, inquiry.answer_digest = permit, digest
    Inquiry.objects.filter(pk=inquiry.pk).update(permit=permit, answer_digest=digest)
    if unheard:
        outcomes.of_inquiries([inquiry])


def _fill(inquiry: Inquiry, answer: Answer, digest: bytes, box: Cabinet) -> None:
    inquiry.answer_digest, inquiry.answered_at, inquiry.ended_at = digest, clock.now(), clock.now()
    if answer.refusal is not None:
        inquiry.state, inquiry.refusal = InquiryState.REFUSED, answer.refusal
        return
    inquiry.state = InquiryState.ANSWERED
    inquiry.sealed_answer = inquiry_results.sealed_records(answer.records, inquiry, box)


def _keep(inquiries: Sequence[Inquiry]) -> None:
    bulk.update(inquiries, ["state", "refusal", "answer_digest", "answered_at", "ended_at", "sealed_answer"])
    outcomes.of_inquiries(inquiries)
