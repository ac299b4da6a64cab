"""宛名番号 ↔ 団体内統合宛名番号, many at once, and who a person is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import QuerySet

from sesshu.numbers.integrated import numbering
from sesshu.numbers.integrated.models import Link, Person
from sesshu.protection import tenancy


def numbers_of(business: str, addressees: Collection[str]) -> dict[str, str]:
    """The integrated numbers of a business's 宛名番号; those that nobody has are left out. Two statements."""
    keys = numbering.keys()
    rows = _links(business).filter(addressee_number__in=list(addressees))
    return {
        addressee: numbering.opened(person, sealed, keys[key])
        for addressee, person, sealed, key in rows.values_list(
            "addressee_number", "person_id", "person__number_sealed", "person__tenant_key_id"
        )
        if key in keys
    }


def all_numbers_of(business: str, addressee: str) -> list[str]:
    """The integrated number of one 宛名番号 and those that a 名寄せ put into it; none for nobody's."""
    link = _links(business).filter(addressee_number=addressee).first()
    family = [] if link is None else [link.person_id]
    last = list(family)
    while last:
        joined = Person.objects.filter(municipality_code=tenancy.current(), merged_into__in=last)
        last = list(joined.values_list("pk", flat=True))
        family += last
    held, keys = Person.objects.in_bulk(family), numbering.keys()
    return [
        numbering.opened(pk, held[pk].number_sealed, keys[key])
        for pk in family
        if (key := held[pk].tenant_key_id) in keys
    ]


def addressees_of(business: str, numbers: Collection[str]) -> dict[str, str]:
    """The business's 宛名番号 of integrated numbers, those of absorbed persons too; others are left out.

    Where a person has two in one business (名寄せ), the older.
    """
    given = numbering.persons_of(numbers)
    standing = stand_for(given.values())
    rows = _links(business).filter(person__in=set(standing.values())).order_by("-pk")
    held = dict(rows.values_list("person_id", "addressee_number"))
    return {number: held[standing[person]] for number, person in given.items() if standing[person] in held}


def persons_of(business: str, addressees: Collection[str]) -> dict[str, Person]:
    """The persons that a business knows by these 宛名番号."""
    rows = _links(business).filter(addressee_number__in=list(addressees)).select_related("person")
    return {row.addressee_number: row.person for row in rows}


def stand_for(persons: Iterable[UUID]) -> dict[UUID, UUID]:
    """By person, the one who stands for him after all 名寄せ: himself when nobody does."""
    found = {pk: pk for pk in persons}
    while True:
        absorbed = dict(
            Person.objects.filter(
                municipality_code=tenancy.current(), pk__in=set(found.values()), merged_into__isnull=False
            ).values_list("pk", "merged_into")
        )
        if not absorbed:
            return found
        found = {pk: absorbed.get(at) or at for pk, at in found.items()}


def alike(persons: Iterable[Person]) -> dict[UUID, int]:
    """By person, how many others have the same カナ, birth date and sex: to be looked at for 名寄せ."""
    wanted = {bytes(each.basic_digest): each.pk for each in persons if each.basic_digest}
    rows = Person.objects.filter(
        municipality_code=tenancy.current(), basic_digest__in=list(wanted), merged_into=None, ended_at=None
    ).values_list("pk", "basic_digest")
    found: dict[UUID, int] = {}
    for pk, held in rows:
        asked = wanted[bytes(held)]
        if pk != asked:
            found[asked] = found.get(asked, 0) + 1
    return found


def _links(business: str) -> QuerySet[Link]:
    return Link.objects.filter(municipality_code=tenancy.current(), business=business, ended_at=None)
