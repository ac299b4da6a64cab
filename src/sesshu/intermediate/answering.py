"""Answers: from the 副本 the permitted items alone, signed by us, sealed to the inquirer (control 52)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sesshu.intermediate import (
    bulk,
    callers,
    identity,
    network_copies,
    outbox,
    outcomes,
    persons,
    place,
    recording,
    replicas,
)
from sesshu.intermediate.callers import DISPATCHER, Caller
from sesshu.intermediate.choices import Event, OutboxKind, ProvisionState
from sesshu.intermediate.models import InformationFlag, Provision
from sesshu.intermediate.sealing import Cabinet, cabinet
from sesshu.kernel import clock
from sesshu.protection import tenancy
from sesshu.protocol import codes, envelopes, messages
from sesshu.protocol.messages import Answer, Institution
from sesshu.protocol.points import reach
from sesshu.protocol.refusals import Refusal

BATCH = 200
# By which item of a kind of information the period of an inquiry goes.
DATED_BY = {codes.VACCINATION: "administered_on"}


def answer_some() -> int:
    """Answer up to :data:`BATCH` of the provisions received and not overdue; how many were found.

    Those whose person has 自動応答不可 by now wait for a decision, unless it was made.
    """
    reach("answering.begun")
    held = _due()
    set_aside = _flagged(held)
    for each in set_aside:
        each.state = ProvisionState.WAITING
    bulk.update(set_aside, ["state"])
    answered = [each for each in held if each.state == ProvisionState.RECEIVED]
    if answered:
        _answer(answered)
        reach("answering.made")
    return len(held)


def _due() -> list[Provision]:
    """Locked with their persons, whose flags then change after the answer or stand before it.

    Nobody is waited for: who sets a flag holds the person first and wants the provisions after.
    """
    own = tenancy.current()
    held = Provision.objects.select_for_update(of=("self", "person"), skip_locked=True, no_key=True)
    due = held.filter(
        municipality_code=own,
        person__municipality_code=own,
        state=ProvisionState.RECEIVED,
        answer_by__gt=clock.now(),
    )
    return list(due.select_related("person").order_by("received_at")[:BATCH])


def _flagged(held: Sequence[Provision]) -> list[Provision]:
    """Those that nobody has decided about and that may not be answered automatically."""
    open_ones = [(each, each.person) for each in held if each.person and each.decided_at is None]
    flags = persons.flags(person for _, person in open_ones) if open_ones else {}
    return [
        each
        for each, person in open_ones
        if person.no_auto_reply or _forbids(flags.get((person.pk, each.information)))
    ]


def _forbids(flag: InformationFlag | None) -> bool:
    return flag is not None and flag.no_auto_reply


def _answer(provisions: Sequence[Provision]) -> None:
    box, directory, at = cabinet(), network_copies.directory(), clock.now()
    contents = replicas.contents([(each.person_id, each.information) for each in provisions], box)
    answered, unknown = [], []
    sent: list[tuple[str, str, bytes]] = []
    for each in provisions:
        inquirer = directory.get(each.inquirer)
        if inquirer is None:
            unknown.append(each)
            continue
        records = shown(each, contents.get((each.person_id, each.information), []))
        each.records_count, each.state, each.answered_at = len(records), ProvisionState.ANSWERED, at
        sent.append((each.route, each.permit, _sealed(each, inquirer, records).encode()))
        answered.append(each)
    _end_unknown(unknown)
    bulk.update(answered, ["records_count", "state", "answered_at"])
    outbox.put(OutboxKind.ANSWER, sent, box)
    callers.record("answered", Caller(DISPATCHER), count=len(answered))


def shown(provision: Provision, records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of a person's records those of the period asked for, each with the permitted items only."""
    dated = DATED_BY.get(provision.information)
    chosen = [each for each in records if _within(each, dated, provision)]
    if dated:
        chosen.sort(key=lambda each: str(each.get(dated) or ""))
    return [{name: each.get(name) for name in provision.fields} for each in chosen]


def say_no(provisions: Iterable[Provision], box: Cabinet) -> None:
    """An answer with the reason and nothing else, where the inquirer is known."""
    directory = network_copies.directory()
    said = [
        (each.route, each.permit, _sealed(each, directory[each.inquirer], []).encode())
        for each in provisions
        if each.inquirer in directory
    ]
    outbox.put(OutboxKind.ANSWER, said, box)


def _within(record: dict[str, Any], dated: str | None, provision: Provision) -> bool:
    starts_on, ends_on = provision.starts_on, provision.ends_on
    if dated is None or (starts_on is None and ends_on is None):
        return True
    try:
        day = date.fromisoformat(str(record.get(dated)))
    except ValueError:
        return False
    return (starts_on is None or starts_on <= day) and (ends_on is None or day <= ends_on)


def _sealed(provision: Provision, inquirer: Institution, records: Sequence[dict[str, Any]]) -> str:
    answer = Answer(
        permit=provision.permit,
        processing_number=provision.processing_number,
        inquirer=provision.inquirer,
        provider=place.institution(),
        at=int(clock.now().timestamp()),
        records=tuple(records),
        refusal=Refusal(provision.refusal) if provision.refusal else None,
    )
    token = envelopes.signed(answer.model_dump(mode="json"), identity.signing_key(), typ=messages.ANSWER)
    return envelopes.sealed(token, envelopes.imported(inquirer.sealing_key))


def _end_unknown(provisions: Sequence[Provision]) -> None:
    for each in provisions:
        each.state, each.refusal, each.ended_at = (
            ProvisionState.REFUSED,
            Refusal.UNKNOWN_INSTITUTION,
            clock.now(),
        )
    bulk.update(provisions, ["state", "refusal", "ended_at"])
    recording.write(recording.of_provision(each, Event.REFUSED) for each in provisions)
    outcomes.of_provisions(provisions)


def digest_text(answer: Answer) -> str:
    """What makes two answers the same: all that they say, whoever sealed it when."""
    return json.dumps(answer.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
