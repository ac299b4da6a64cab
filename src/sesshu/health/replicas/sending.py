"""Send the outbox in bulk: claim and commit, tell the door of ``numbers``, write down what it answered.

A sender that dies after the telling sends the same again; record and sequence make it known there, so that
each entry counts once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sesshu.addressees.individual_numbers.exchange import Refused, Unreachable, tell
from sesshu.health.replicas import claiming, flags, joining
from sesshu.health.replicas.choices import Kind
from sesshu.health.replicas.contents import INFORMATION, content_of
from sesshu.health.replicas.models import Flag, OutboxEntry
from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.tenancy import acting_for, current
from sesshu.protocol import points

PROCESS = "ledger-outbox"
# What the door says of a body of which one part is not as it must be.
_UNREADABLE = frozenset({"invalid", "unreadable", "too_long"})
_UNKNOWN = "unknown_addressee"
# Whatever else is said of an entry, it did not come to stand there.
_ARRIVED = frozenset({"assigned", "known", "set", "stored", "done"})
_NO_NUMBER = "統合宛名番号が付番されていないため送っていません。個人番号の登録を確かめてください。"
_NOT_SAFE = "先に送る設定または名寄せの取消が受け付けられるまで送りません。"


@dataclass(slots=True)
class Sent:
    """How many entries went, and what came of them."""

    sent: int = 0
    refused: int = 0
    put_off: int = 0
    message: str = ""
    # Of this call only: who may not be told of further.
    unassigned: set[int] = field(default_factory=set)
    unprotected: set[int] = field(default_factory=set)


Ask = Callable[[str, list[OutboxEntry], Sent], None]


def send(municipality: str, *, most: int = 100_000) -> Sent:
    """Send until nothing is due, the door does not answer, or ``most`` entries went."""
    done = Sent()
    with acting_for(municipality):
        flags.note_changes(today=clock.today(), at=clock.now())
    while done.sent + done.refused < most:
        with acting_for(municipality):
            entries = claiming.claim(at=clock.now())
        if not entries:
            break
        points.reach("replicas.claimed")
        _send_claimed(municipality, entries, done)
        if done.put_off:
            break
    return done


def _send_claimed(municipality: str, entries: list[OutboxEntry], done: Sent) -> None:
    rest = list(entries)
    for kinds, ask in _STEPS:
        batch = [entry for entry in entries if entry.kind in kinds]
        batch = _without_ground(municipality, batch, done)
        if not batch:
            rest = [entry for entry in rest if entry.kind not in kinds]
            continue
        try:
            _ask_in_parts(municipality, ask, batch, done)
        except (Unreachable, Refused) as error:
            with acting_for(municipality):
                claiming.put_off(rest, str(error), at=clock.now())
            done.put_off, done.message = len(rest), str(error)
            return
        rest = [entry for entry in rest if entry.kind not in kinds]


def _ask_in_parts(municipality: str, ask: Ask, batch: list[OutboxEntry], done: Sent) -> None:
    """A message that cannot be read is halved until the entry that spoils it stands alone."""
    try:
        ask(municipality, batch, done)
    except Refused as error:
        if error.code not in _UNREADABLE:
            raise
        if len(batch) > 1:
            middle = len(batch) // 2
            _ask_in_parts(municipality, ask, batch[:middle], done)
            _ask_in_parts(municipality, ask, batch[middle:], done)
            return
        with acting_for(municipality):
            claiming.refused([batch[0].pk], str(error))
        done.refused += 1
        done.unassigned |= {batch[0].addressee_id} if batch[0].kind in _PERSON else set()
        done.unprotected |= {batch[0].addressee_id} if batch[0].kind in _BEFORE_RECORDS else set()


def _without_ground(municipality: str, batch: list[OutboxEntry], done: Sent) -> list[OutboxEntry]:
    """Leave out who has no 統合宛名番号, and records of those who are not protected or not parted yet."""
    unassigned = [e.pk for e in batch if e.addressee_id in done.unassigned and e.kind not in _PERSON]
    unsafe = [e.pk for e in batch if e.addressee_id in done.unprotected and e.kind in _RECORD]
    if unassigned or unsafe:
        with acting_for(municipality):
            claiming.refused(unassigned, _NO_NUMBER)
            claiming.refused(unsafe, _NOT_SAFE)
        done.refused += len({*unassigned, *unsafe})
    left = {*unassigned, *unsafe}
    return [entry for entry in batch if entry.pk not in left]


def _persons(path: str) -> Ask:
    def ask(municipality: str, batch: list[OutboxEntry], done: Sent) -> None:
        persons = {entry.addressee.number: _basic(entry) for entry in batch}
        said = tell(municipality, path, persons=list(persons.values()))
        points.reach("replicas.told")
        told = {row["addressee_number"]: row for row in said}
        answers = [(entry, told.get(entry.addressee.number)) for entry in batch]
        done.unassigned |= _written(municipality, path, answers, done, list(persons.values()))

    return ask


def _basic(entry: OutboxEntry) -> dict[str, Any]:
    person = entry.addressee
    return {
        "addressee_number": person.number,
        "basic": {
            "name": person.name,
            "kana": person.name_kana,
            "sex": person.sex,
            "birth_date": person.birth_date.isoformat() if person.birth_date else None,
            "address": f"{person.prefecture}{person.address}",
        },
    }


def _flags(municipality: str, batch: list[OutboxEntry], done: Sent) -> None:
    """Of who was joined with another the other's flags are told; the undoing tells anew."""
    gone = [entry for entry in batch if entry.addressee.merged_into_id is not None]
    _flags_of(municipality, [entry for entry in batch if entry not in gone], done)
    with acting_for(municipality):
        claiming.sent([entry.pk for entry in gone], at=clock.now())
    done.sent += len(gone)


def _flags_of(municipality: str, batch: list[OutboxEntry], done: Sent) -> None:
    if not batch:
        return
    with acting_for(municipality):
        held = {
            flag.addressee_id: flag
            for flag in Flag.objects.filter(
                municipality_code=current(), addressee_id__in={entry.addressee_id for entry in batch}
            )
        }
    body = {entry.addressee.number: _flag(entry, held.get(entry.addressee_id)) for entry in batch}
    said = tell(municipality, "/v1/exchange/flags", flags=list(body.values()))
    points.reach("replicas.told")
    told = {row["addressee_number"]: row for row in said}
    answers = [(entry, told.get(entry.addressee.number)) for entry in batch]
    done.unprotected |= _written(municipality, "flags", answers, done, list(body.values()))


def _flag(entry: OutboxEntry, held: Flag | None) -> dict[str, Any]:
    return {
        "addressee_number": entry.addressee.number,
        "information": None,
        "no_auto_reply": bool(held and held.told_no_auto_reply),
        "nondisclosure": bool(held and held.told_nondisclosure),
    }


def _joins(municipality: str, batch: list[OutboxEntry], done: Sent) -> None:
    answers = joining.tell_each(municipality, batch)
    points.reach("replicas.told")
    body = [{"kind": entry.kind, "addressee_number": entry.addressee.number} for entry in batch]
    done.unprotected |= _written(municipality, "joins", answers, done, body)


def _records(municipality: str, batch: list[OutboxEntry], done: Sent) -> None:
    body = [_record(entry) for entry in batch]
    said = tell(municipality, "/v1/exchange/replicas", process=PROCESS, records=body)
    points.reach("replicas.told")
    told = {(row["record_id"], row["sequence"]): row for row in said}
    answers = [(e, told.get((e.record.record_id, e.sequence)) if e.record else None) for e in batch]
    _written(municipality, "replicas", answers, done, body)


def _record(entry: OutboxEntry) -> dict[str, Any]:
    record = entry.record
    assert record is not None
    return {
        "addressee_number": entry.addressee.number,
        "record_id": record.record_id,
        "information": INFORMATION,
        "sequence": entry.sequence,
        "action": entry.kind,
        "content": content_of(record.dose) if entry.kind == Kind.PUT else None,
    }


def _written(
    municipality: str,
    path: str,
    answers: Sequence[tuple[OutboxEntry, dict[str, Any] | None]],
    done: Sent,
    body: list[dict[str, Any]],
) -> set[int]:
    """Write down the answers with the manifest of the batch (control 55); who was refused."""
    missing = [entry for entry, row in answers if row is None]
    refused = [(entry, row) for entry, row in answers if row is not None and row["state"] not in _ARRIVED]
    arrived = [e.pk for e, row in answers if row is not None and row["state"] in _ARRIVED]
    now = clock.now()
    with acting_for(municipality):
        claiming.sent(arrived, at=now)
        for message in {_said(row) for _, row in refused}:
            claiming.refused([e.pk for e, row in refused if _said(row) == message], message)
        claiming.put_off(missing, "回答に含まれていません。", at=now)
        audit.record(
            "replica.send", by=None, subjects=sorted({entry.addressee_id for entry, _ in answers}),
            detail={
                "process": PROCESS, "path": path, "sent": len(arrived), "refused": len(refused),
                "digest": _digest(body),
            },
        )  # fmt: skip
    done.sent, done.refused = done.sent + len(arrived), done.refused + len(refused)
    done.put_off += len(missing)
    return {entry.addressee_id for entry, _ in refused}


def _said(row: dict[str, Any]) -> str:
    otherwise = _NO_NUMBER if row["state"] == _UNKNOWN else "受け付けられませんでした。"
    return str(row.get("message") or otherwise)


def _digest(body: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


_BEFORE_RECORDS = frozenset({Kind.FLAGS, Kind.PART})
_PERSON, _RECORD = frozenset({Kind.ASSIGN, Kind.UPDATE}), frozenset({Kind.PUT, Kind.WITHDRAW})
_STEPS: tuple[tuple[frozenset[Kind], Ask], ...] = (
    (frozenset({Kind.ASSIGN}), _persons("/v1/integrated/assign")),
    (frozenset({Kind.UPDATE}), _persons("/v1/integrated/update")),
    (frozenset({Kind.PART}), _joins),
    (frozenset({Kind.FLAGS}), _flags),
    (_RECORD, _records),
    (frozenset({Kind.JOIN}), _joins),
)
