"""Corrections of 情報提供等記録 (番号法31条): rows of their own, told to the other side through the core."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sesshu.intermediate import callers, identity, network_copies, outbox, place
from sesshu.intermediate.callers import Caller
from sesshu.intermediate.choices import Event, OutboxKind, Side
from sesshu.intermediate.models import Record
from sesshu.intermediate.sealing import Cabinet, cabinet
from sesshu.kernel import clock
from sesshu.protection import audit, tenancy
from sesshu.protection.models import Account
from sesshu.protocol import envelopes, messages
from sesshu.protocol.messages import Correction

# What may be corrected; parties, numbers and the event itself are what the network knows too.
FIELDS = {
    "asked_at": "求めの日時",
    "item": "別表の項",
    "information_name": "特定個人情報名",
    "legal_basis": "根拠",
    "count": "提供した件数",
    "nondisclosure": "不開示",
}
_LONGEST = 200


def correct(record: Record, *, field: str, after: str, reason: str, by: Account) -> Record:
    """Add the correction of one item; the row itself stays as it is. The other side is told.

    :raises ValueError: for an item that is not corrected, or without a reason.
    """
    if field not in FIELDS or not reason.strip():
        raise ValueError("訂正する項目と理由を入力してください。")
    parsed(field, after)
    box, before = cabinet(), current(record, field)
    correction = _row(record, field, before, after[:_LONGEST], reason.strip()[:_LONGEST], box)
    correction.actor = by.login[:60]
    correction.save(force_insert=True)
    if record.permit:
        _tell(correction, before, after[:_LONGEST], box)
    audit.record("intermediate.correct", by=by, detail={"record": record.pk, "field": field})
    return correction


def current(record: Record, field: str) -> str:
    """The value after all corrections so far."""
    box = cabinet()
    last = Record.objects.filter(corrects=record, field=field).order_by("-id").first()
    if last is not None:
        return after_of(last, box)
    value = getattr(record, field)
    return clock.in_japan(value).isoformat() if isinstance(value, datetime) else str(value)


def parsed(field: str, text: str) -> Any:
    """A corrected value in its own type. :raises ValueError: when the text is no such value."""
    try:
        if field == "asked_at":
            return datetime.fromisoformat(text)
        if field == "count":
            return int(text)
    except ValueError:
        raise ValueError(f"「{FIELDS[field]}」の値が正しくありません。") from None
    if field == "nondisclosure" and text not in ("True", "False"):
        raise ValueError("「不開示」の値は True または False です。")
    return text == "True" if field == "nondisclosure" else text


def before_of(correction: Record, box: Cabinet) -> str:
    return box.open(correction.sealed_before or b"", *_place("before", correction)).decode()


def after_of(correction: Record, box: Cabinet) -> str:
    return box.open(correction.sealed_after or b"", *_place("after", correction)).decode()


def _place(column: str, row: Record) -> tuple[str, ...]:
    return column, row.field, row.processing_number, row.permit


def take(tokens: Sequence[str], *, by: Caller) -> list[str]:
    """What the other side corrected; the state of each: stored, known or refused."""
    box = cabinet()
    states = [_take(token, box) for token in tokens]
    callers.record("corrections", by, count=len(tokens), states={s: states.count(s) for s in set(states)})
    return states


def _take(token: str, box: Cabinet) -> str:
    digest = hashlib.sha256(token.encode()).digest()
    if Record.objects.filter(municipality_code=tenancy.current(), message=digest).exists():
        return "known"
    said = _read(token)
    if said is None:
        return "refused"
    sides = {said.sender, place.institution()}
    held = Record.objects.filter(municipality_code=tenancy.current(), permit=said.permit, corrects=None)
    record = held.exclude(event=Event.CORRECTED).order_by("-id").first()
    if record is None or {record.inquirer, record.provider} != sides:
        return "refused"
    row = _row(record, said.field, said.before, said.after, said.reason, box)
    row.actor, row.message, row.asked_at = said.sender, digest, record.asked_at
    row.save(force_insert=True)
    return "stored"


def _read(token: str) -> Correction | None:
    """None: not signed by the institution that it says it is of, not for us, or not to be kept."""
    for institution in network_copies.directory().values():
        if institution.code == place.institution():
            continue
        key = envelopes.imported(institution.signing_key)
        if key.thumbprint() != _signer(token):
            continue
        try:
            said = Correction.model_validate(envelopes.verified(token, key, typ=messages.CORRECTION))
        except ValueError:
            return None
        return said if (said.sender, said.receiver) == (institution.code, place.institution()) else None
    return None


def _signer(token: str) -> str:
    """The key that the envelope names, not checked yet."""
    try:
        header = base64.urlsafe_b64decode(token.split(".")[0] + "==")
        return str(json.loads(header).get("kid", ""))
    except (ValueError, AttributeError, RecursionError):
        return ""


def _row(record: Record, field: str, before: str, after: str, reason: str, box: Cabinet) -> Record:
    row = Record(
        side=Side(record.side),
        event=Event.CORRECTED,
        at=clock.now(),
        asked_at=record.asked_at,
        person_digest=record.person_digest,
        inquirer=record.inquirer,
        provider=record.provider,
        processing_number=record.processing_number,
        permit=record.permit,
        item=record.item,
        information=record.information,
        information_name=record.information_name,
        legal_basis=record.legal_basis,
        nondisclosure=record.nondisclosure,
        corrects=record,
        field=field,
        reason=reason[:_LONGEST],
    )
    row.sealed_before = box.seal(before.encode(), *_place("before", row))
    row.sealed_after = box.seal(after.encode(), *_place("after", row))
    return row


def _tell(correction: Record, before: str, after: str, box: Cabinet) -> None:
    ours = place.institution()
    said = Correction(
        permit=correction.permit,
        sender=ours,
        receiver=correction.provider if correction.inquirer == ours else correction.inquirer,
        field=correction.field,
        before=before,
        after=after,
        reason=correction.reason,
        at=int(clock.now().timestamp()),
    )
    token = envelopes.signed(said.model_dump(mode="json"), identity.signing_key(), typ=messages.CORRECTION)
    outbox.put(
        OutboxKind.CORRECTION, [(outbox.CORE, f"{correction.permit}:{correction.pk}", token.encode())], box
    )
