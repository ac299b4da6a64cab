"""情報提供等の記録 of the core (番号法23条3項): outcomes told by both sides, corrections passed on (31条)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import ValidationError

from sesshu.kernel import clock
from sesshu.network import core_keys, outbox, rejections
from sesshu.network.callers import Caller
from sesshu.network.choices import Sort
from sesshu.network.models import Corrected, Ending, Record
from sesshu.network.outbox import Letter
from sesshu.network.schemas import StateGiven
from sesshu.protection import audit
from sesshu.protocol import envelopes, messages
from sesshu.protocol.messages import Correction, Outcome
from sesshu.protocol.points import reach

CORRECTIONS = "network_corrected"
LONGEST = 64 * 1024  # characters of a correction


def tell(outcomes: Sequence[Outcome], *, by: Caller) -> int:
    """Write how permits ended. How many of them are written now, those told before included.

    Each is taken from the side that it is told by only; others are left out, and counted in the log.
    """
    permits = {each.permit for each in outcomes}
    records = {str(record.permit): record for record in Record.objects.filter(permit__in=permits)}
    own = [each for each in outcomes if _is_of(by, each, records.get(each.permit))]
    Ending.objects.bulk_create((_ending(each, records[each.permit]) for each in own), ignore_conflicts=True)
    reach("network.outcomes.written")
    audit.record(
        "network.outcomes", by=None, count=len(own), actor="peer",
        detail={"institution": by.code, "refused": len(outcomes) - len(own)},
    )  # fmt: skip
    return len(own)


def correct(token: str, *, by: Caller) -> StateGiven:
    """Pass a correction on to the other side of its permit.

    :raises Rejected: when it is not signed by the sender, or sender and receiver are not the permit's sides.
    """
    said = _read(token, by)
    record = Record.objects.filter(permit=said.permit).first()
    if record is None or {said.sender, said.receiver} != {record.inquirer, record.provider}:
        raise rejections.invalid("訂正の通知先が、提供許可証の相手方と一致しません。")
    master = core_keys.master()
    digest = master.digest("request", said.model_dump_json())
    if Corrected.objects.filter(record=record, digest=digest).exists():
        return StateGiven(state="known")
    _keep(token, said, record, digest, master)
    reach("network.correction.queued")
    audit.record(
        "network.correction", by=None, count=1, actor="peer",
        detail={"institution": by.code, "receiver": said.receiver},
    )  # fmt: skip
    return StateGiven(state="accepted")


def _is_of(by: Caller, outcome: Outcome, record: Record | None) -> bool:
    return record is not None and by.code == (
        record.inquirer if outcome.side == "inquirer" else record.provider
    )


def _ending(outcome: Outcome, record: Record) -> Ending:
    now = clock.now()
    return Ending(
        record=record,
        side=outcome.side,
        result=outcome.result,
        refusal=outcome.refusal or "",
        # By a clock that is ahead it ends when it is told; the record may not be lost for that.
        at=datetime.fromtimestamp(min(outcome.at, int(now.timestamp())), clock.TOKYO),
        told_at=now,
    )


def _read(token: str, by: Caller) -> Correction:
    if len(token) > LONGEST:
        raise rejections.invalid("訂正の通知が長すぎます。")
    try:
        key = envelopes.imported(by.institution.signing_key)
        said = Correction(**envelopes.verified(token, key, typ=messages.CORRECTION))
    except envelopes.BadEnvelope:
        raise rejections.forged() from None
    except (ValidationError, TypeError):
        raise rejections.invalid("訂正の通知の項目が正しくありません。") from None
    if said.sender != by.code:
        raise rejections.forged()
    return said


def _keep(token: str, said: Correction, record: Record, digest: bytes, master: core_keys.Master) -> None:
    row = Corrected(record=record, sender=said.sender, receiver=said.receiver, digest=digest, at=clock.now())
    row.sealed = master.seal(token, CORRECTIONS, str(row.pk))
    row.save(force_insert=True)
    outbox.put([Letter(said.receiver, Sort.CORRECTION, token, said.permit)], master)
