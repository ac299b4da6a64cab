"""情報提供 (TKY, M03, M11): a permit is verified, held against our own copy of the list, and kept once.

What is genuine and may be answered waits for the dispatcher, or for a person where 自動応答不可 is set (M12).
What is genuine and may not be answered is refused to the core and to the inquirer alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from sesshu.intermediate import (
    answering,
    bulk,
    callers,
    identity,
    network_copies,
    outbox,
    permitting,
    persons,
    place,
    recording,
)
from sesshu.intermediate.callers import Caller
from sesshu.intermediate.choices import Event, ProvisionState
from sesshu.intermediate.models import InformationFlag, Person, Provision
from sesshu.intermediate.recording import moment
from sesshu.intermediate.sealing import Cabinet, cabinet
from sesshu.kernel import clock
from sesshu.protection import tenancy
from sesshu.protocol import envelopes, messages
from sesshu.protocol.messages import Institution, PermissionList, Permit, Row
from sesshu.protocol.refusals import Refusal

_LOCK = 0x5E55_0021  # permits of a municipality are taken in by one message at a time


@dataclass(frozen=True, slots=True)
class Taken:
    """What the core is answered about one permit."""

    permit: str
    state: str
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class _Judging:
    listing: PermissionList | None
    directory: dict[str, Institution]
    persons: dict[str, Person]
    flags: dict[tuple[int, str], InformationFlag]

    def row(self, permit: Permit) -> Row | Refusal:
        """The row of our own list that allows it: in force, of the same version, with all its fields."""
        if permit.inquirer not in self.directory:
            return Refusal.UNKNOWN_INSTITUTION
        if self.listing is None or self.listing.version != permit.list_version:
            return Refusal.LIST_OUT_OF_STEP
        row = network_copies.row_in_force(
            self.listing,
            day=clock.today(),
            inquirer=self.directory[permit.inquirer],
            provider=self.directory.get(place.institution()),
            item=permit.item,
            information=permit.information,
            work=permit.work,
            procedure=permit.procedure,
        )
        if row is None or not set(permit.fields) <= set(row.fields):
            return Refusal.LIST_OUT_OF_STEP
        return row if permit.code in self.persons else Refusal.NO_PERSON


def take(tokens: Sequence[str], *, by: Caller) -> list[Taken]:
    """Take in permits (JWS); each is answered in order, and a repeated one as it was the first time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, int(tenancy.current())])
    box = cabinet()
    read = [_read(token) for token in tokens]
    permits = [permit for permit in read if isinstance(permit, Permit)]
    seen, numbers = _seen(permits)
    judging = _judging(permits, box)
    answers, made, unheard = [], [], []
    for permit in read:
        if isinstance(permit, Unread):
            answers.append(Taken(permit.permit, "refused", permit.refusal))
            unheard.append(recording.refused_permit(permit.said, permit.refusal))
            continue
        held, digest = seen.get(permit.jti), _digest(permit, box)
        if held is not None and bytes(held.token_digest) == digest:
            answers.append(_repeated(held))
            continue
        if held is not None or (permit.inquirer, permit.processing_number) in numbers:
            answers.append(Taken(permit.jti, "refused", Refusal.REPLAYED))
            unheard.append(recording.refused_permit(permit, Refusal.REPLAYED))
            continue
        provision = _provision(permit, digest, judging)
        seen[permit.jti] = provision
        numbers.add((permit.inquirer, permit.processing_number))
        made.append(provision)
        answers.append(_first(provision))
    _keep(made, box)
    recording.write(unheard)
    states = dict(Counter(each.state for each in answers))
    callers.record("permits", by, count=len(tokens), states=states)
    return answers


@dataclass(frozen=True, slots=True)
class Unread:
    """A permit that is believed in nothing, or in what it says but not that it counts."""

    permit: str
    refusal: Refusal
    said: Permit | None = None


def _read(token: str) -> Permit | Unread:
    try:
        said: dict[str, Any] = envelopes.verified(token, identity.core_key(), typ=messages.PERMIT)
    except envelopes.BadEnvelope:
        return Unread("", Refusal.FORGED)
    try:
        permit = Permit.model_validate(said)
        moment(permit.answer_by)
    except ValueError:
        return Unread(str(said.get("jti", ""))[:33], Refusal.INVALID)
    if permit.aud != place.institution() or permit.provider != permit.aud:
        return Unread(permit.jti, Refusal.WRONG_INSTITUTION)
    return permit


def _seen(permits: Sequence[Permit]) -> tuple[dict[str, Provision], set[tuple[str, str]]]:
    own = Provision.objects.filter(municipality_code=tenancy.current())
    by_permit = {row.permit: row for row in own.filter(permit__in=[each.jti for each in permits])}
    asked = own.filter(processing_number__in=[each.processing_number for each in permits])
    return by_permit, set(asked.values_list("inquirer", "processing_number"))


def _judging(permits: Sequence[Permit], box: Cabinet) -> _Judging:
    found = persons.find_by_code({permit.code for permit in permits}, box)
    return _Judging(
        network_copies.permission_list(), network_copies.directory(), found, persons.flags(found.values())
    )


def _provision(permit: Permit, digest: bytes, judging: _Judging) -> Provision:
    refusal = permitting.fault(permit)
    row = refusal or judging.row(permit)
    person = judging.persons.get(permit.code)
    provision = Provision(
        permit=permit.jti,
        token_digest=digest,
        inquirer=permit.inquirer,
        route=permit.route[:200],
        person=person,
        received_at=clock.now(),
        answer_by=moment(permit.answer_by),
        **_asked(permit),
    )
    if isinstance(row, Refusal):
        provision.state, provision.refusal = ProvisionState.REFUSED, row
        provision.ended_at = provision.received_at
        return provision
    assert person is not None
    provision.information_name, provision.legal_basis = row.information_name[:200], row.legal_basis[:200]
    flag = judging.flags.get((person.pk, permit.information))
    provision.nondisclosure = person.nondisclosure or (flag is not None and flag.nondisclosure)
    waits = person.no_auto_reply or (flag is not None and flag.no_auto_reply)
    provision.state = ProvisionState.WAITING if waits else ProvisionState.RECEIVED
    return provision


def _asked(permit: Permit) -> dict[str, Any]:
    return {
        "processing_number": permit.processing_number,
        "item": permit.item[:6],
        "work": permit.work[:16],
        "procedure": permit.procedure[:16],
        "information": permit.information[:16],
        "fields": list(permit.fields),
        "starts_on": permit.period.starts_on,
        "ends_on": permit.period.ends_on,
        "list_version": permit.list_version,
    }


def _digest(permit: Permit, box: Cabinet) -> bytes:
    """What makes two permits the same: all that they allow. The core may sign one anew to send it again."""
    return box.digest("permit", permit.model_dump_json(exclude={"iat", "exp"}))


def _first(provision: Provision) -> Taken:
    if provision.refusal:
        return Taken(provision.permit, "refused", Refusal(provision.refusal))
    return Taken(provision.permit, "accepted")


def _repeated(provision: Provision) -> Taken:
    """As the first time: refused where it was refused at the door, not where somebody decided later."""
    at_the_door = provision.state == ProvisionState.REFUSED and provision.ended_at == provision.received_at
    refusal = Refusal(provision.refusal) if at_the_door and provision.refusal else None
    return Taken(provision.permit, "refused" if refusal else "known", refusal)


def _keep(made: Sequence[Provision], box: Cabinet) -> None:
    bulk.insert(made)
    refused = [each for each in made if each.state == ProvisionState.REFUSED]
    recording.write(_records(made))
    answering.say_no(refused, box)
    if made:
        outbox.wake(refresh=any(each.refusal == Refusal.LIST_OUT_OF_STEP for each in refused))


def _records(made: Iterable[Provision]) -> list[Any]:
    return [recording.of_provision(each, Event.REFUSED if each.refusal else Event.ASKED) for each in made]
