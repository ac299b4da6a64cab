"""付番: a new number only for whom there is none yet (共通機能標準仕様書 0320001, 0320002; U01, U02).

Constant SQL for any number of persons. The 個人番号 is looked for in the vault: that of the 宛名番号 where it
is the city's own, or the one that the business gave; by its blind index it leads to the person.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sesshu.kernel import clock
from sesshu.kernel.check_digits import is_individual_number
from sesshu.numbers import callers, indexing
from sesshu.numbers.callers import Caller
from sesshu.numbers.integrated import basic, code_tasks, finding, numbering
from sesshu.numbers.integrated.attaching import attach
from sesshu.numbers.integrated.basic import Basic
from sesshu.numbers.integrated.models import Link, Person
from sesshu.numbers.models import Holder
from sesshu.numbers.registering import one_at_a_time
from sesshu.protection import tenancy
from sesshu.protection.keys import wrapping

ASSIGNED, KNOWN, REFUSED = "assigned", "known", "refused"
_WRONG = "個人番号が正しくありません。12桁の数字を確かめてください。"
_UNHELD = "この個人番号は登録されていません。本人確認のうえ先に登録してください。"
_OTHER = "この宛名番号の方の個人番号と一致しません。本人確認書類と宛名を確かめてください。"
_DIFFERS = "同じ宛名番号が、異なる内容で2回あります。"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One request; with the 個人番号 only where the vault cannot know it by the 宛名番号."""

    addressee: str
    basic: Basic
    number: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What became of it. It holds no integrated number."""

    addressee_number: str
    state: str
    message: str = ""


def assign(wanted: Sequence[Wanted], *, by: Caller) -> list[Said]:
    """Give numbers; in order, what became of each. Asked again, everybody is known."""
    one_at_a_time()
    attach([each.addressee for each in wanted])
    said = _refused(wanted)
    asked = {each.addressee: each for each in wanted if each.addressee not in said}
    holders = _holders(asked.values(), by)
    said |= {a: Said(a, REFUSED, _UNHELD) for a, each in asked.items() if each.number and a not in holders}
    there = finding.persons_of(by.business, asked)
    for addressee, person in there.items():
        said.setdefault(addressee, _known(addressee, person, holders.get(addressee), asked[addressee]))
    left = [each for each in asked.values() if each.addressee not in said]
    said |= _link(left, holders, by)
    callers.record(by, "integrated-assign", count=len(said))
    return [said[each.addressee] for each in wanted]


def _refused(wanted: Sequence[Wanted]) -> dict[str, Said]:
    found: dict[str, Said] = {}
    first: dict[str, Wanted] = {}
    for each in wanted:
        if each.number and not is_individual_number(each.number):
            found[each.addressee] = Said(each.addressee, REFUSED, _WRONG)
        elif first.setdefault(each.addressee, each) != each:
            found[each.addressee] = Said(each.addressee, REFUSED, _DIFFERS)
    return found


def _holders(wanted: Iterable[Wanted], by: Caller) -> dict[str, Holder]:
    """By 宛名番号 of the business, whose 個人番号 it is in the vault."""
    rows = list(wanted)
    given = indexing.holders_of([each.number for each in rows if each.number])
    own = {
        each.addressee: given[each.number][0][0] if each.number else each.addressee
        for each in rows
        if each.number in given or (not each.number and not by.own_numbers)
    }
    held = Holder.objects.filter(
        municipality_code=tenancy.current(), erased_at=None, addressee_number__in=set(own.values())
    )
    by_number = {holder.addressee_number: holder for holder in held}
    return {a: by_number[shared] for a, shared in own.items() if shared in by_number}


def _known(addressee: str, person: Person, holder: Holder | None, asked: Wanted) -> Said:
    if asked.number and holder is not None and person.holder_id not in (None, holder.pk):
        return Said(addressee, REFUSED, _OTHER)
    return Said(addressee, KNOWN)


def _link(wanted: Sequence[Wanted], holders: dict[str, Holder], by: Caller) -> dict[str, Said]:
    """Of those without a link: to the person of the same 個人番号, else to a new person."""
    ids = {holder.pk for holder in holders.values()}
    held = Person.objects.filter(municipality_code=tenancy.current(), holder__in=ids, ended_at=None)
    of_holder = dict(held.values_list("holder_id", "pk"))
    standing = finding.stand_for(of_holder.values())
    persons, fresh, said = {}, [], {}
    for each in wanted:
        holder = holders.get(each.addressee)
        there = of_holder.get(holder.pk) if holder else None
        persons[each.addressee] = standing.get(there, there) if there else uuid.uuid4()
        said[each.addressee] = Said(each.addressee, KNOWN if there else ASSIGNED)
        if not there:
            fresh.append((persons[each.addressee], each, holder))
        if holder:
            of_holder.setdefault(holder.pk, persons[each.addressee])
    _create(fresh)
    _write_links(persons, by)
    return said


def _create(fresh: Sequence[tuple[UUID, Wanted, Holder | None]]) -> None:
    if not fresh:
        return
    tenant_key = wrapping.held_tenant_key()
    keys = wrapping.new_subject_keys(f"integrated:{pk.hex}" for pk, _, _ in fresh)
    rows = []
    for (pk, each, holder), (key, opened), number in zip(
        fresh, keys, numbering.fresh(len(fresh)), strict=True
    ):
        rows.append(
            Person(
                pk=pk,
                number_sealed=numbering.sealed(number, pk, tenant_key),
                number_digest=numbering.digest(number, tenant_key),
                tenant_key=tenant_key,
                holder=holder,
                key_id=key.pk,
                basic_sealed=basic.sealed(each.basic, pk, opened),
                basic_digest=basic.digest(each.basic, tenant_key),
                assigned_at=clock.now(),
                updated_at=clock.now(),
            )
        )
    Person.objects.bulk_create(rows)
    code_tasks.acquire([row.pk for row in rows])


def _write_links(persons: dict[str, UUID], by: Caller) -> None:
    Link.objects.bulk_create(
        Link(
            person_id=pk,
            business=by.business,
            addressee_number=addressee,
            is_shared=not by.own_numbers,
            linked_at=clock.now(),
        )
        for addressee, pk in persons.items()
    )
