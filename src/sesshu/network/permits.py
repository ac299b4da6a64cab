"""提供許可証 (N02, M14, control 50): the core matches an inquiry and gives both sides a permit with own 符号.

Nothing of a content passes here. Every inquiry leaves a record, permitted or refused, and a repeated one gets
the answer that the first one got.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from sesshu.network import core_keys, granting, rejections
from sesshu.network.callers import Caller
from sesshu.network.core_keys import Master
from sesshu.network.granting import REPLIES
from sesshu.network.grounds import Ground, gather
from sesshu.network.models import Record
from sesshu.protection import audit
from sesshu.protocol import envelopes, messages
from sesshu.protocol.messages import PermitAnswer, PermitRequest
from sesshu.protocol.points import reach
from sesshu.protocol.refusals import Refusal

MOST = 1_000  # in one message


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; ``request`` is None when its fields are not right. ``digest`` tells bodies apart."""

    processing_number: str
    request: PermitRequest | None
    digest: bytes


def issue(token: str, *, by: Caller) -> list[PermitAnswer]:
    """Answer each request of a signed message, in its order.

    :raises Rejected: when it is not signed by the institution whose certificate is shown, has too many
        requests, or one without a 処理通番.
    """
    master = core_keys.master()
    asked = _read(token, by, master)
    known = _known(asked, by)
    fresh = {
        each.processing_number: each
        for each in reversed(asked)
        if each.request and each.processing_number not in known
    }
    ground = gather([each.request for each in fresh.values() if each.request], by.institution, master)
    reach("network.permits.decided")
    granted = granting.write(
        [(each.request, each.digest) for each in fresh.values() if each.request], ground, master
    )
    reach("network.permits.queued")
    answers = [_answer(each, known, granted, master) for each in asked]
    _log(answers, ground, repeated=len(known), by=by)
    return answers


def _read(token: str, by: Caller, master: Master) -> list[Asked]:
    try:
        payload = envelopes.verified(
            token, envelopes.imported(by.institution.signing_key), typ=messages.REQUEST
        )
    except envelopes.BadEnvelope:
        raise rejections.forged() from None
    given = payload.get("requests")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST:
        raise rejections.invalid(f"照会は1件から{MOST}件までにしてください。")
    return [_one(each, place, by.code, master) for place, each in enumerate(given, 1)]


def _one(given: Any, place: int, inquirer: str, master: Master) -> Asked:
    number = given.get("processing_number") if isinstance(given, dict) else None
    if not isinstance(number, str) or not granting.PROCESSING.fullmatch(number):
        raise rejections.invalid(f"{place}件目の照会に処理通番がないか、正しくありません。")
    try:
        request = PermitRequest(**given)
    except (ValidationError, TypeError):
        return Asked(number, None, b"")
    if not _is_sound(request):
        return Asked(number, None, b"")
    # Asked again after a newer list came, it is the same request still and has the answer that it had.
    said = request.model_dump_json(exclude={"list_version"})
    return Asked(number, request, master.digest("request", f"{inquirer}\x1f{said}"))


def _is_sound(request: PermitRequest) -> bool:
    starts, ends = request.period.starts_on, request.period.ends_on
    return starts is None or ends is None or starts <= ends


def _known(asked: Sequence[Asked], by: Caller) -> dict[str, Record]:
    found = Record.objects.filter(
        inquirer=by.code, processing_number__in=[each.processing_number for each in asked]
    )
    return {record.processing_number: record for record in found.select_related("reply")}


def _answer(
    each: Asked, known: dict[str, Record], granted: dict[str, granting.Granted], master: Master
) -> PermitAnswer:
    number = each.processing_number
    if each.request is None:
        return PermitAnswer(processing_number=number, refusal=Refusal.INVALID)
    if number in known:
        return _repeated(each, known[number], master)
    mine = granted[number]
    if mine.digest != each.digest:  # the same number twice in one message
        return PermitAnswer(processing_number=number, refusal=Refusal.MISMATCH)
    return PermitAnswer(processing_number=number, permit=mine.permit, refusal=mine.refusal)


def _repeated(each: Asked, record: Record, master: Master) -> PermitAnswer:
    number = each.processing_number
    if bytes(record.asked) != each.digest:
        return PermitAnswer(processing_number=number, refusal=Refusal.MISMATCH)
    if record.refusal:
        return PermitAnswer(processing_number=number, refusal=Refusal(record.refusal))
    reply = getattr(record, "reply", None)
    if reply is None:
        return PermitAnswer(processing_number=number, refusal=Refusal.EXPIRED)
    permit = master.open(bytes(reply.sealed), REPLIES, str(record.permit))
    return PermitAnswer(processing_number=number, permit=permit)


def _log(answers: Sequence[PermitAnswer], ground: Ground, *, repeated: int, by: Caller) -> None:
    audit.record(
        "network.permits", by=None, count=len(answers), actor="peer",
        detail={
            "institution": by.code,
            "refused": sum(answer.refusal is not None for answer in answers),
            "repeated": repeated,
            "list_version": ground.held.version if ground.held else 0,
        },
    )  # fmt: skip
