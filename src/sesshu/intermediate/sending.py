"""One lane of the dispatcher: messages of one kind to one peer, sent in bulk until they are acknowledged.

Claimed in a transaction, sent outside of any, settled in another: a crash between two of them loses nothing,
and what was sent twice is known by its id at the other side.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sesshu.intermediate import delivering, doors, outbox, permitting, place
from sesshu.intermediate.choices import OutboxKind
from sesshu.intermediate.identity import NotSetUp
from sesshu.intermediate.models import Outbox
from sesshu.intermediate.sealing import cabinet
from sesshu.protection.tenancy import acting_for
from sesshu.protocol.messages import PermitAnswer
from sesshu.protocol.peers import Refused, Unreachable
from sesshu.protocol.points import reach

# What a door says of a message, not of us: sending it again would not help.
_OF_THE_MESSAGE = {400, 409, 413, 422}
_permit_answers = TypeAdapter(list[PermitAnswer])
_log = logging.getLogger(__name__)
Settled = Callable[[list[Outbox], Any], None]


def send(peer: str, kind: str) -> int:
    """Send one batch; how many messages were claimed. Nothing that happens at the other side is raised."""
    code = place.municipality()
    with acting_for(code):
        rows = outbox.claim(peer, kind)
    reach(f"{kind}.claimed")
    if not rows:
        return 0
    try:
        with acting_for(code):
            path, body = _BODIES[kind](rows)
        reach(f"{kind}.made")
        said = doors.post(peer, path, body) if body is not None else None
        reach(f"{kind}.sent")
        with acting_for(code):
            _SETTLERS[kind](rows, said)
            if body is not None:
                outbox.reached(peer)
        reach(f"{kind}.settled")
    except Refused as refusal:
        _refused(code, peer, kind, rows, refusal)
    except (Unreachable, NotSetUp, ValidationError, TypeError, KeyError) as error:
        _unreachable(code, peer, rows, error)
    return len(rows)


def _refused(code: str, peer: str, kind: str, rows: list[Outbox], refusal: Refused) -> None:
    with acting_for(code):
        if refusal.status not in _OF_THE_MESSAGE:
            outbox.again(rows)
            outbox.unreachable(peer, f"HTTP {refusal.status} {refusal.code}")
        elif len(rows) > 1:
            outbox.again(rows, alone=True)
        else:
            delivering.give_up(rows[0], refusal.code)
    _log.warning("%s to %s refused: %s %s", kind, peer or "the core", refusal.status, refusal.code)


def _unreachable(code: str, peer: str, rows: list[Outbox], error: Exception) -> None:
    # Its text may quote what was sent; its class does not.
    said = str(error) if isinstance(error, (Unreachable, NotSetUp)) else type(error).__name__
    with acting_for(code):
        outbox.again(rows)
        outbox.unreachable(peer, said)
    _log.warning("%s is out of reach: %s", peer or "the core", said)


def _permit_body(rows: Sequence[Outbox]) -> tuple[str, Any]:
    request = permitting.request([row.key for row in rows])
    return "/v1/permits", None if request is None else {"request": request}


def _settle_permits(rows: list[Outbox], said: Any) -> None:
    if said is None:  # none of them waits any more
        outbox.done(rows)
        return
    settled = set(permitting.take(_permit_answers.validate_python(said)))
    outbox.done(row for row in rows if row.key in settled)
    _leave(rows, settled)


def _answer_body(rows: Sequence[Outbox]) -> tuple[str, Any]:
    box = cabinet()
    return "/network/answers", [
        {"permit": row.key, "answer": outbox.body(row, box).decode("ascii")} for row in rows
    ]


def _settle_answers(rows: list[Outbox], said: Any) -> None:
    settled = delivering.settle(said)
    outbox.done(row for row in rows if row.key in settled)
    _leave(rows, settled)


def _leave(rows: list[Outbox], settled: set[str]) -> None:
    """What the other side did not speak of is sent again."""
    left = [row for row in rows if row.key not in settled]
    if left:
        outbox.again(left)


def _outcome_body(rows: Sequence[Outbox]) -> tuple[str, Any]:
    box = cabinet()
    return "/v1/outcomes", [json.loads(outbox.body(row, box)) for row in rows]


def _correction_body(rows: Sequence[Outbox]) -> tuple[str, Any]:
    return "/v1/corrections", {"correction": outbox.body(rows[0], cabinet()).decode("ascii")}


def _settle_correction(rows: list[Outbox], said: Any) -> None:
    """One at a time is what the core takes; the rest goes with the next message."""
    outbox.done(rows[:1])
    outbox.release(rows[1:])


def _invalidation_body(rows: Sequence[Outbox]) -> tuple[str, Any]:
    box = cabinet()
    return "/v1/invalidations", [outbox.body(row, box).decode("ascii") for row in rows]


def _settle_all(rows: list[Outbox], said: Any) -> None:
    outbox.done(rows)


_BODIES: dict[str, Callable[[Sequence[Outbox]], tuple[str, Any]]] = {
    OutboxKind.PERMIT: _permit_body,
    OutboxKind.ANSWER: _answer_body,
    OutboxKind.OUTCOME: _outcome_body,
    OutboxKind.CORRECTION: _correction_body,
    OutboxKind.INVALIDATION: _invalidation_body,
}
_SETTLERS: dict[str, Settled] = {
    OutboxKind.PERMIT: _settle_permits,
    OutboxKind.ANSWER: _settle_answers,
    OutboxKind.OUTCOME: _settle_all,
    OutboxKind.CORRECTION: _settle_correction,
    OutboxKind.INVALIDATION: _settle_all,
}
