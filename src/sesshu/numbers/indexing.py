"""The blind index: whether a number is here can be asked only by who holds the index key.

HMAC-SHA-256 under the tenant's index key, whole value, exact match. While keys rotate two versions live and
both are asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Q, QuerySet

from sesshu.numbers import sealing
from sesshu.numbers.models import Answer, IndividualNumber
from sesshu.protection import tenancy
from sesshu.protection.keys import wrapping
from sesshu.protection.keys.models import TenantKey


def digest(number: str, key: TenantKey) -> bytes:
    """32 bytes."""
    return wrapping.pair(key).digest(b"number\x1f" + number.encode())


def with_number(number: str) -> QuerySet[IndividualNumber]:
    """The rows of this number, present and past, of the municipality acted for."""
    living = TenantKey.objects.filter(municipality_code=tenancy.current())
    asked = Q(pk__in=[])
    for key in living:
        asked |= Q(index_key=key, digest=digest(number, key))
    return IndividualNumber.objects.filter(asked, municipality_code=tenancy.current())


def holders_of(numbers: Sequence[str]) -> dict[str, list[tuple[str, bool]]]:
    """Of many numbers at once: by number, who has or had it (宛名番号, whether it is the present one)."""
    living = TenantKey.objects.filter(municipality_code=tenancy.current())
    asked = {(key.pk, digest(number, key)): number for key in living for number in numbers}
    rows = IndividualNumber.objects.filter(
        municipality_code=tenancy.current(), digest__in=[each for _, each in asked]
    )
    found: dict[str, list[tuple[str, bool]]] = {}
    for key, held, addressee, ended in rows.values_list(
        "index_key_id", "digest", "holder__addressee_number", "ended_on"
    ):
        number = asked.get((key, bytes(held)))
        if number is not None:
            found.setdefault(number, []).append((addressee, ended is None))
    return found


def renew(newest: TenantKey, limit: int) -> int:
    """Bring digests to the newest version of the keys; how many. What else hangs on an old one goes."""
    Answer.objects.filter(municipality_code=tenancy.current()).exclude(index_key=newest).delete()
    rows = list(
        IndividualNumber.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(municipality_code=tenancy.current())
        .exclude(index_key=newest)
        .select_related("holder")[:limit]
    )
    _write([(row, digest(number, newest)) for row, number in sealing.opened(rows)], newest)
    return len(rows)


def _write(fresh: Iterable[tuple[IndividualNumber, bytes]], newest: TenantKey) -> None:
    values = list(fresh)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE numbers_individualnumber AS held SET digest = fresh.digest, index_key_id = %s"
            " FROM unnest(%s::uuid[], %s::bytea[]) AS fresh (id, digest)"
            " WHERE held.id = fresh.id AND held.municipality_code = %s",
            [newest.pk, [row.pk for row, _ in values], [each for _, each in values], tenancy.current()],
        )
