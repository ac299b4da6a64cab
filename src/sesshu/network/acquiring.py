"""符号 are acquired with a 取得番号 and given to the intermediate server alone (番号法21条の2; N01)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from sesshu.kernel import clock
from sesshu.network import core_keys, exchange_codes, outbox
from sesshu.network.callers import Caller
from sesshu.network.choices import Sort
from sesshu.network.core_keys import Master
from sesshu.network.exchange_codes import Linked
from sesshu.network.models import Acquisition, Assignment, Institution, Outgoing, Person
from sesshu.network.outbox import Letter
from sesshu.network.schemas import Acquired, AcquisitionAsked, State
from sesshu.protection import audit
from sesshu.protocol import codes, envelopes, messages
from sesshu.protocol.points import reach

_NUMBER = re.compile(codes.ACQUISITION_NUMBER)
_RESIDENT = re.compile(codes.RESIDENT_CODE)
_LINK = 16  # bytes


@dataclass(frozen=True, slots=True)
class _Asked:
    """A 取得番号 with the digests of itself and of its person's 住民票コード."""

    number: str
    served: bytes
    resident: bytes

    @property
    def reference(self) -> str:
        """By which its letter is found in the outbox."""
        return self.served.hex()[:40]


def acquire(asked: Sequence[AcquisitionAsked], *, by: Caller) -> list[Acquired]:
    """Accept 取得番号 with their 住民票コード; the 符号 go to the institution's intermediate server.

    A number serves once: asked again for the same person it is ``known``, for another ``refused``. Where it
    is known and its letter has gone, the letter is written again: it may have been refused, and whoever took
    it knows it.
    """
    master = core_keys.master()
    read = [_read(each, by.code, master) for each in asked]
    served = _served(each.served for each in read if each)
    states, fresh, known = [], [], []
    for each in read:
        states.append(_state(each, served))
        if each and states[-1] == "accepted":
            served[each.served] = each.resident
            fresh.append(each)
        elif each and states[-1] == "known":
            known.append(each)
    _assign(fresh, by.institution, master)
    _write_again(known, by.institution, master)
    audit.record(
        "network.codes", by=None, count=len(fresh), actor="peer",
        detail={"institution": by.code, "refused": states.count("refused")},
    )  # fmt: skip
    return [
        Acquired(acquisition_number=each.acquisition_number, state=state)
        for each, state in zip(asked, states, strict=True)
    ]


def invalidate(held: Sequence[str], *, by: Caller) -> int:
    """Give up 符号 that this institution no longer needs. How many of them it had, also when repeated."""
    master = core_keys.master()
    found = {each for code in held if (each := exchange_codes.linked(master, by.code, code))}
    owned = Assignment.objects.filter(
        institution=by.institution, person__link__in=[each.link for each in found]
    ).values_list("pk", "person__link", "generation")
    mine = [pk for pk, link, generation in owned if (bytes(link), generation) in found]
    Assignment.objects.filter(pk__in=mine, invalidated_at=None).update(invalidated_at=clock.now())
    audit.record(
        "network.invalidated", by=None, count=len(mine), actor="peer",
        detail={"institution": by.code, "refused": len(held) - len(mine)},
    )  # fmt: skip
    return len(mine)


def _read(each: AcquisitionAsked, institution: str, master: Master) -> _Asked | None:
    number, resident = each.acquisition_number, each.resident_code
    if not _NUMBER.fullmatch(number) or not _RESIDENT.fullmatch(resident):
        return None
    served = master.digest("acquisition", f"{institution}\x1f{number}")
    return _Asked(number, served, master.digest("resident", resident))


def _served(numbers: Iterable[bytes]) -> dict[bytes, bytes]:
    rows = Acquisition.objects.filter(pk__in=list(numbers)).values_list("number", "resident")
    return {bytes(number): bytes(resident) for number, resident in rows}


def _state(each: _Asked | None, served: dict[bytes, bytes]) -> State:
    if each is None:
        return "refused"
    before = served.get(each.served)
    if before is None:
        return "accepted"
    return "known" if before == each.resident else "refused"


def _assign(fresh: Sequence[_Asked], institution: Institution, master: Master) -> None:
    at = clock.now()
    persons = _persons({each.resident for each in fresh})
    generations = _generations(persons.values(), institution, at)
    Acquisition.objects.bulk_create(
        Acquisition(number=each.served, resident=each.resident, at=at) for each in fresh
    )
    reach("network.codes.assigned")
    held = {digest: Linked(bytes(person.link), generations[person.pk]) for digest, person in persons.items()}
    outbox.put(_letters(fresh, held, institution, master), master)
    reach("network.codes.queued")


def _write_again(known: Sequence[_Asked], institution: Institution, master: Master) -> None:
    """The letters that are no longer queued, of 符号 that still count."""
    if not known:
        return
    queued = set(
        Outgoing.objects.filter(
            institution=institution, sort=Sort.CODE, reference__in=[each.reference for each in known]
        ).values_list("reference", flat=True)
    )
    gone = {each.reference: each for each in known if each.reference not in queued}
    rows = Assignment.objects.filter(
        institution=institution, invalidated_at=None, person__resident__in=[e.resident for e in gone.values()]
    ).values_list("person__resident", "person__link", "generation")
    held = {bytes(resident): Linked(bytes(link), generation) for resident, link, generation in rows}
    going = [each for each in gone.values() if each.resident in held]
    outbox.put(_letters(going, held, institution, master), master)


def _letters(
    asked: Sequence[_Asked], held: Mapping[bytes, Linked], institution: Institution, master: Master
) -> Iterator[Letter]:
    """Signed, then sealed to the intermediate server: the core itself cannot open them any more."""
    signing = core_keys.own_key(master)
    sealing = envelopes.imported(institution.sealing_key)
    for each in asked:
        code = exchange_codes.code_of(master, institution.code, *held[each.resident])
        said = messages.CodeAssignment(
            acquisition_number=each.number, institution=institution.code, code=code
        )
        signed = envelopes.signed(said.model_dump(mode="json"), signing, typ=messages.CODE)
        yield Letter(institution.code, Sort.CODE, envelopes.sealed(signed, sealing), each.reference)


def _persons(residents: set[bytes]) -> dict[bytes, Person]:
    """The persons of these digests, new ones with a random 連携用ID."""
    ordered = sorted(residents)  # in one order always, so that two requests cannot wait for one another
    Person.objects.bulk_create(
        (Person(link=secrets.token_bytes(_LINK), resident=resident) for resident in ordered),
        ignore_conflicts=True,
    )
    return {bytes(person.resident): person for person in Person.objects.filter(resident__in=ordered)}


def _generations(persons: Iterable[Person], institution: Institution, at: datetime) -> dict[int, int]:
    """The generation of each person's 符号; after an invalidation a new one begins."""
    ids = sorted(person.pk for person in persons)
    Assignment.objects.bulk_create(
        (Assignment(person_id=pk, institution=institution, assigned_at=at) for pk in ids),
        ignore_conflicts=True,
    )
    held = Assignment.objects.filter(institution=institution, person__in=ids)
    held.exclude(invalidated_at=None).update(
        generation=F("generation") + 1, assigned_at=at, invalidated_at=None
    )
    return dict(held.values_list("person_id", "generation"))
