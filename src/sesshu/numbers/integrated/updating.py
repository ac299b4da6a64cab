"""更新, 照会 and the end of a link (共通機能標準仕様書 0320003, 0320004, 0320021; U03)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from sesshu.kernel import clock
from sesshu.numbers import callers
from sesshu.numbers.callers import Caller
from sesshu.numbers.integrated import basic, code_tasks, finding
from sesshu.numbers.integrated.assigning import KNOWN, REFUSED, Said, Wanted
from sesshu.numbers.integrated.models import Link, Person
from sesshu.protection import tenancy
from sesshu.protection.keys import wrapping

NOT_ASSIGNED = "この宛名番号には団体内統合宛名番号が付番されていません。先に付番してください。"
_WRITE = """
UPDATE numbers_integrated_person AS held
SET basic_sealed = fresh.sealed, basic_digest = fresh.digest, updated_at = %s
FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[]) AS fresh (id, sealed, digest)
WHERE held.id = fresh.id AND held.municipality_code = %s
"""


def update(wanted: Sequence[Wanted], *, by: Caller) -> list[Said]:
    """Keep basic information in step; in order, what became of each. The last of two for a person counts."""
    persons = finding.persons_of(by.business, [each.addressee for each in wanted])
    latest = {persons[each.addressee].pk: each for each in wanted if each.addressee in persons}
    _write({person.pk: person for person in persons.values()}, latest)
    callers.record(by, "integrated-update", count=len(latest))
    return [
        Said(each.addressee, KNOWN)
        if each.addressee in persons
        else Said(each.addressee, REFUSED, NOT_ASSIGNED)
        for each in wanted
    ]


def _write(persons: dict[Any, Person], latest: dict[Any, Wanted]) -> None:
    """Under the versions of the keys that stand in the rows, lest digest and number part."""
    rows = list(
        Person.objects.select_for_update(of=("self",))
        .filter(municipality_code=tenancy.current(), pk__in=list(latest), tenant_key__isnull=False)
        .select_related("tenant_key")
        .order_by("pk")
    )
    keys = wrapping.open_subject_keys({row.key_id for row in rows if row.key_id})
    values = [
        (
            row.pk,
            basic.sealed(latest[row.pk].basic, row.pk, keys[row.key_id]),
            basic.digest(latest[row.pk].basic, row.tenant_key),
        )
        for row in rows
        if row.key_id in keys and row.tenant_key is not None
    ]
    columns = [list(each) for each in zip(*values, strict=True)] or [[], [], []]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [clock.now(), *columns, tenancy.current()])


def describe(addressees: Sequence[str], *, by: Caller) -> list[dict[str, Any]]:
    """照会: basic information of a business's own persons, and whether somebody else looks like the same."""
    persons = finding.persons_of(by.business, addressees)
    known, alike = basic.opened(persons.values()), finding.alike(persons.values())
    callers.record(by, "integrated-find", count=len(persons))
    return [_described(each, persons.get(each), known, alike) for each in addressees]


def _described(addressee: str, person: Person | None, known: Any, alike: Any) -> dict[str, Any]:
    held = known.get(person.pk) if person else None
    return {
        "addressee_number": addressee,
        "state": KNOWN if person else "unknown",
        "basic": {name: getattr(held, name) for name in held.__slots__} if held else None,
        "updated_at": person.updated_at if person else None,
        "alike": alike.get(person.pk, 0) if person else 0,
    }


def end(addressees: Sequence[str], *, by: Caller) -> list[Said]:
    """The time of keeping is over for this business (転出, 死亡). With a person's last link the 符号 ends.

    The number itself is given to nobody again; basic information goes when the 符号 is ended.
    """
    persons = finding.persons_of(by.business, addressees)
    Link.objects.filter(
        municipality_code=tenancy.current(),
        business=by.business,
        addressee_number__in=list(persons),
        ended_at=None,
    ).update(ended_at=clock.now())
    ids = {person.pk for person in persons.values()}
    left = set(
        Link.objects.filter(municipality_code=tenancy.current(), person__in=ids, ended_at=None).values_list(
            "person_id", flat=True
        )
    )
    code_tasks.invalidate(ids - left)
    callers.record(by, "integrated-end", count=len(persons))
    return [
        Said(each, "ended") if each in persons else Said(each, REFUSED, NOT_ASSIGNED) for each in addressees
    ]
