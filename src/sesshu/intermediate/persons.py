"""Persons by their numbers, many at once: one statement however many are asked for."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from sesshu.intermediate.models import InformationFlag, Person
from sesshu.intermediate.sealing import Cabinet
from sesshu.kernel import clock
from sesshu.protection import tenancy

NUMBER, CODE = "integrated-number", "exchange-code"
_REGISTER = """
    INSERT INTO intermediate_person (municipality_code, digest, sealed_number, no_auto_reply, nondisclosure,
        registered_at)
    SELECT %s, digest, sealed, false, false, %s
    FROM unnest(%s::bytea[], %s::bytea[]) AS fresh (digest, sealed)
    ON CONFLICT (municipality_code, digest) DO NOTHING
"""


def find(numbers: Iterable[str], box: Cabinet) -> dict[str, Person]:
    """Those who are known, by 団体内統合宛名番号."""
    digests = {box.digest(NUMBER, number): number for number in numbers}
    held = Person.objects.filter(municipality_code=tenancy.current(), digest__in=list(digests))
    return {digests[bytes(person.digest)]: person for person in held}


def register(numbers: Iterable[str], box: Cabinet) -> dict[str, int]:
    """Their ids by number; those not known yet are registered."""
    digests = {number: box.digest(NUMBER, number) for number in numbers}
    known = _ids(digests)
    missing = [number for number in digests if number not in known]
    if missing:
        _insert(missing, digests, box)
        known |= _ids({number: digests[number] for number in missing})
    return known


def find_by_code(codes: Iterable[str], box: Cabinet) -> dict[str, Person]:
    """By 符号, which is how the network speaks of them (M14)."""
    digests = {box.digest(CODE, code): code for code in codes}
    held = Person.objects.filter(municipality_code=tenancy.current(), code_digest__in=list(digests))
    return {digests[bytes(person.code_digest or b"")]: person for person in held}


def number_of(person: Person, box: Cabinet) -> str:
    """The 団体内統合宛名番号; for messages to ``numbers`` only."""
    return box.open(person.sealed_number, NUMBER, bytes(person.digest).hex()).decode()


def code_of(person: Person, box: Cabinet) -> str:
    """The 符号; for messages to the network's core only."""
    return box.open(person.sealed_code or b"", CODE, bytes(person.digest).hex()).decode()


def sealed_code(code: str, person: Person, box: Cabinet) -> bytes:
    return box.seal(code.encode(), CODE, bytes(person.digest).hex())


def flags(persons: Iterable[Person]) -> dict[tuple[int, str], InformationFlag]:
    """Flags of single kinds of information, by person and information."""
    held = InformationFlag.objects.filter(
        municipality_code=tenancy.current(), person_id__in=[person.pk for person in persons]
    )
    return {(flag.person_id, flag.information): flag for flag in held}


def _ids(digests: dict[str, bytes]) -> dict[str, int]:
    numbers = {digest: number for number, digest in digests.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT digest, id FROM intermediate_person WHERE municipality_code = %s AND digest = ANY(%s)",
            [tenancy.current(), list(numbers)],
        )
        return {numbers[bytes(digest)]: pk for digest, pk in cursor.fetchall()}


def _insert(missing: list[str], digests: dict[str, bytes], box: Cabinet) -> None:
    sealed = [box.seal(number.encode(), NUMBER, digests[number].hex()) for number in missing]
    with connection.cursor() as cursor:
        cursor.execute(
            _REGISTER, [tenancy.current(), clock.now(), [digests[number] for number in missing], sealed]
        )
