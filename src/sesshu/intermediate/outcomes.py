"""How permits ended, told to the network's core for its own record (番号法23条3項). No content."""

from __future__ import annotations

from collections.abc import Iterable

from sesshu.intermediate import outbox
from sesshu.intermediate.choices import InquiryState, OutboxKind, ProvisionState, Side
from sesshu.intermediate.models import Inquiry, Provision
from sesshu.intermediate.sealing import cabinet
from sesshu.kernel import clock
from sesshu.protocol.messages import Outcome
from sesshu.protocol.refusals import Refusal

_RESULTS: dict[str, str] = {
    InquiryState.CANCELLED: "cancelled",
    InquiryState.EXPIRED: "expired",
    InquiryState.REFUSED: "refused",
    ProvisionState.EXPIRED: "expired",
}


def of_inquiries(inquiries: Iterable[Inquiry]) -> None:
    """Of inquiries of ours that have ended."""
    _put((inquiry, Side.INQUIRER) for inquiry in inquiries)


def of_provisions(provisions: Iterable[Provision]) -> None:
    """Of provisions of ours that have ended."""
    _put((provision, Side.PROVIDER) for provision in provisions)


def _put(ended: Iterable[tuple[Inquiry | Provision, Side]]) -> None:
    at = int(clock.now().timestamp())
    told = [
        Outcome(
            permit=each.permit,
            side=side,
            result=_RESULTS.get(each.state, "refused" if each.refusal else "provided"),
            refusal=Refusal(each.refusal) if each.refusal else None,
            at=at,
        )
        for each, side in ended
    ]
    messages = [(outbox.CORE, f"{each.permit}:{each.side}", each.model_dump_json().encode()) for each in told]
    if messages:
        outbox.put(OutboxKind.OUTCOME, messages, cabinet())
