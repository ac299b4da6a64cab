"""Writing of 情報提供等記録 (番号法23条): of every inquiry, provision and refusal, in its transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sesshu.intermediate import bulk, place
from sesshu.intermediate.choices import Event, Side
from sesshu.intermediate.models import Inquiry, Person, Provision, Record
from sesshu.kernel import clock
from sesshu.protocol.messages import Permit
from sesshu.protocol.refusals import Refusal


def write(records: Iterable[Record]) -> None:
    """Add these rows."""
    bulk.insert(list(records))


def of_inquiry(inquiry: Inquiry, event: Event, **more: Any) -> Record:
    """What happened to an inquiry of ours (with its person loaded)."""
    return Record(
        side=Side.INQUIRER,
        inquirer=place.institution(),
        provider=inquiry.provider,
        asked_at=inquiry.asked_at,
        permit=inquiry.permit,
        **_of_exchange(inquiry, inquiry.person, event) | {"actor": inquiry.actor} | more,
    )


def of_provision(provision: Provision, event: Event, **more: Any) -> Record:
    """What happened to a provision of ours (with its person loaded)."""
    return Record(
        side=Side.PROVIDER,
        inquirer=provision.inquirer,
        provider=place.institution(),
        asked_at=provision.received_at,
        permit=provision.permit,
        count=provision.records_count if event == Event.PROVIDED else 0,
        **_of_exchange(provision, provision.person, event) | more,
    )


def _of_exchange(exchange: Inquiry | Provision, person: Person | None, event: Event) -> dict[str, Any]:
    return {
        "event": event,
        "at": clock.now(),
        "person_digest": None if person is None else bytes(person.digest),
        "processing_number": exchange.processing_number,
        "item": exchange.item,
        "information": exchange.information,
        "information_name": exchange.information_name,
        "legal_basis": exchange.legal_basis,
        "nondisclosure": exchange.nondisclosure,
        "refusal": exchange.refusal if event != Event.ASKED else "",
    }


def refused_permit(permit: Permit | None, refusal: Refusal, *, inquirer: str = "") -> Record:
    """A permit that did not become a provision of ours; None where not even its content can be believed."""
    at = clock.now()
    said = {} if permit is None else _of_permit(permit)
    return Record(
        side=Side.PROVIDER,
        event=Event.REFUSED,
        at=at,
        asked_at=at,
        inquirer=permit.inquirer if permit else inquirer,
        provider=place.institution(),
        refusal=refusal,
        **said,
    )


def _of_permit(permit: Permit) -> dict[str, Any]:
    return {
        "permit": permit.jti,
        "processing_number": permit.processing_number,
        "item": permit.item[:6],
        "information": permit.information[:16],
    }


def refused_answer(
    peer: str, refusal: Refusal, *, permit: str = "", inquiry: Inquiry | None = None
) -> Record:
    """An answer that was not taken in."""
    if inquiry is not None:
        return of_inquiry(inquiry, Event.REFUSED, refusal=refusal, actor=peer)
    at = clock.now()
    return Record(
        side=Side.INQUIRER,
        event=Event.REFUSED,
        at=at,
        asked_at=at,
        inquirer=place.institution(),
        provider=peer,
        permit=permit[:33],
        refusal=refusal,
    )


def moment(seconds: int) -> datetime:
    """Seconds since 1970 as a moment. :raises ValueError: for one outside the calendar."""
    try:
        return datetime.fromtimestamp(seconds, clock.TOKYO)
    except (OverflowError, OSError) as error:
        raise ValueError("時刻が正しくありません。") from error
