"""The number itself: fifteen random digits. It says nothing, and no other is ever the same in its city.

The first digit is never 0, so that it cannot be taken for a shorter number filled up with zeros.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from uuid import UUID

from sesshu.numbers.integrated.models import Person
from sesshu.protection import tenancy
from sesshu.protection.keys import wrapping
from sesshu.protection.keys.models import TenantKey

_FIRST, _MANY = 10**14, 9 * 10**14


def fresh(many: int) -> list[str]:
    """Numbers that nobody has or had; the caller holds ``registering.one_at_a_time``."""
    found: dict[str, None] = {}
    while len(found) < many:
        drawn = {str(_FIRST + secrets.randbelow(_MANY)) for _ in range(many - len(found))}
        found |= dict.fromkeys(drawn - set(persons_of(drawn)))
    return list(found)


def digest(number: str, key: TenantKey) -> bytes:
    """32 bytes."""
    return wrapping.pair(key).digest(b"integrated\x1f" + number.encode())


def sealed(number: str, person: UUID, key: TenantKey) -> bytes:
    """With the municipality's key, bound to the person."""
    return wrapping.pair(key).seal(number.encode("ascii"), _bound(person))


def opened(person: UUID, held: bytes | memoryview, key: TenantKey) -> str:
    return wrapping.pair(key).open(bytes(held), _bound(person)).decode("ascii")


def persons_of(numbers: Iterable[str]) -> dict[str, UUID]:
    """Who has or had these numbers, as they were given: whoever was absorbed since is named himself."""
    keys = list(TenantKey.objects.filter(municipality_code=tenancy.current()))
    asked = {(key.pk, digest(number, key)): number for key in keys for number in set(numbers)}
    rows = Person.objects.filter(
        municipality_code=tenancy.current(), number_digest__in=[each for _, each in asked]
    ).values_list("tenant_key_id", "number_digest", "pk")
    found = ((asked.get((key, bytes(held))), pk) for key, held, pk in rows)
    return {number: pk for number, pk in found if number is not None}


def keys() -> dict[int, TenantKey]:
    """The living versions of the municipality's keys, by id."""
    return {key.pk: key for key in TenantKey.objects.filter(municipality_code=tenancy.current())}


def _bound(person: UUID) -> bytes:
    return "\x1f".join((tenancy.current(), "numbers_integrated_person", person.hex, "number")).encode()
