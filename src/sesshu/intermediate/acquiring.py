"""符号管理 (FGU, M01): a 符号 is asked for by a 取得番号 and comes from the network's core.

番号法21条の2: the 取得番号 serves this one acquisition and is not kept after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sesshu.intermediate import bulk, callers, identity, outbox, persons, place
from sesshu.intermediate.callers import Caller
from sesshu.intermediate.choices import AcquisitionState, OutboxKind
from sesshu.intermediate.models import Acquisition, Outbox, Person
from sesshu.intermediate.sealing import Cabinet, cabinet
from sesshu.kernel import clock
from sesshu.protection import tenancy
from sesshu.protocol import codes, envelopes, messages
from sesshu.protocol.messages import CodeAssignment
from sesshu.protocol.refusals import Refusal

_KIND = "acquisition"


@dataclass(frozen=True, slots=True)
class Asked:
    """``known`` without numbers: the 符号 is here already; ``later``: ask again in a while."""

    integrated_number: str
    processing_number: str | None
    acquisition_number: str | None
    state: str


def ask(numbers: Sequence[str], *, by: Caller) -> list[Asked]:
    """Numbers for the acquisition of these persons' 符号; asked again before it came, the same ones."""
    box = cabinet()
    ids = persons.register(numbers, box)
    held = dict(
        Person.objects.filter(pk__in=ids.values(), code_digest__isnull=False).values_list("pk", "digest")
    )
    pending = {row.person_id: row for row in _pending(ids.values())}
    leaving = _leaving(ids.values())
    wanted = [pk for pk in dict.fromkeys(ids.values()) if pk not in held and pk not in pending]
    fresh = {pk: _fresh(pk, box) for pk in wanted if pk not in leaving}
    bulk.insert([row for row, _ in fresh.values()])
    callers.record("codes", by, count=len(numbers), asked=len(fresh))
    answers = []
    for number in numbers:
        pk = ids[number]
        if pk in held:
            answers.append(Asked(number, None, None, "known"))
        elif pk in pending:
            row = pending[pk]
            answers.append(Asked(number, row.processing_number, _number(row, box), "known"))
        elif pk in leaving:
            answers.append(Asked(number, None, None, "later"))
        else:
            row, acquisition = fresh[pk]
            answers.append(Asked(number, row.processing_number, acquisition, "asked"))
    return answers


def invalidate(numbers: Sequence[str], *, by: Caller) -> list[tuple[str, str]]:
    """Forget these persons' 符号 (moved out, dead), and tell the core.

    :returns: (number, ``invalidated`` or ``unknown``).
    """
    box = cabinet()
    found = persons.find(numbers, box)
    ids = [person.pk for person in found.values()]
    coded = [person for person in found.values() if person.sealed_code]
    outbox.put(
        OutboxKind.INVALIDATION,
        [(outbox.CORE, str(person.pk), persons.code_of(person, box).encode()) for person in coded],
        box,
    )
    Person.objects.filter(pk__in=ids).update(code_digest=None, sealed_code=None, code_stored_at=None)
    Acquisition.objects.filter(person_id__in=ids).delete()
    callers.record("codes-invalidated", by, count=len(ids))
    return [(number, "invalidated" if number in found else "unknown") for number in numbers]


def _leaving(ids: Iterable[int]) -> set[int]:
    """Whose 符号 was given up and the core has not acknowledged it: it would give the same one once more,
    and take it away when the message comes."""
    keys = Outbox.objects.filter(
        municipality_code=tenancy.current(),
        kind=OutboxKind.INVALIDATION,
        key__in=[str(pk) for pk in ids],
    ).values_list("key", flat=True)
    return set(map(int, keys))


def store(tokens: Sequence[str], *, by: Caller) -> list[str]:
    """Take in what the core sends (JWE of JWS); the state of each in order: stored, known or refused."""
    box = cabinet()
    said = [_opened(token) for token in tokens]
    digests = {box.digest(_KIND, each.acquisition_number): each for each in said if each is not None}
    rows = _by_digest(digests)
    taken = _taken(digests, box)
    states: dict[str, str] = {}
    for digest, assignment in digests.items():
        row = rows.get(digest)
        states[assignment.acquisition_number] = (
            "refused" if row is None else _end(row, assignment, box, taken)
        )
    bulk.update(list(rows.values()), ["state", "refusal", "ended_at", "sealed_number"])
    bulk.update([row.person for row in rows.values()], ["code_digest", "sealed_code", "code_stored_at"])
    answers = ["refused" if each is None else states[each.acquisition_number] for each in said]
    for state in sorted(set(answers)):
        callers.record(
            "codes-stored", by, count=answers.count(state), result="refused" if state == "refused" else "ok"
        )
    return answers


def _pending(ids: Iterable[int]) -> Iterable[Acquisition]:
    return Acquisition.objects.select_for_update().filter(
        person_id__in=list(ids), state=AcquisitionState.ASKED
    )


def _fresh(person: int, box: Cabinet) -> tuple[Acquisition, str]:
    number = codes.new_acquisition_number()
    digest = box.digest(_KIND, number)
    row = Acquisition(
        person_id=person,
        processing_number=codes.new_processing_number(),
        digest=digest,
        sealed_number=box.seal(number.encode(), _KIND, digest.hex()),
        asked_at=clock.now(),
    )
    return row, number


def _number(row: Acquisition, box: Cabinet) -> str:
    return box.open(row.sealed_number, _KIND, bytes(row.digest).hex()).decode()


def _opened(token: str) -> CodeAssignment | None:
    """None: not from the core, not for us, or not to be read."""
    try:
        inner = envelopes.opened(token, identity.sealing_key())
        said = CodeAssignment.model_validate(
            envelopes.verified(inner, identity.core_key(), typ=messages.CODE)
        )
    except ValueError:  # BadEnvelope and pydantic's errors are such
        return None
    return said if said.institution == place.institution() else None


def _by_digest(digests: Iterable[bytes]) -> dict[bytes, Acquisition]:
    held = Acquisition.objects.select_for_update(of=("self",)).filter(
        municipality_code=tenancy.current(), digest__in=list(digests)
    )
    return {bytes(row.digest): row for row in held.select_related("person").order_by("pk")}


def _taken(digests: dict[bytes, CodeAssignment], box: Cabinet) -> dict[str, int]:
    """Whose 符号 those are that somebody here has already."""
    said = [each.code for each in digests.values() if each.code is not None]
    return {code: person.pk for code, person in persons.find_by_code(said, box).items()}


def _end(row: Acquisition, said: CodeAssignment, box: Cabinet, taken: dict[str, int]) -> str:
    if row.state != AcquisitionState.ASKED:
        return "known"
    row.ended_at, row.sealed_number = clock.now(), b""
    if said.code is None:
        row.state, row.refusal = AcquisitionState.REFUSED, said.refusal or Refusal.INVALID
        return "stored"
    if taken.setdefault(said.code, row.person_id) != row.person_id:
        row.state, row.refusal = AcquisitionState.REFUSED, Refusal.MISMATCH
        return "refused"
    row.state = AcquisitionState.STORED
    person = row.person
    person.code_digest = box.digest(persons.CODE, said.code)
    person.sealed_code = persons.sealed_code(said.code, person, box)
    person.code_stored_at = clock.now()
    return "stored"
