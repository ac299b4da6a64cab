"""Integrated numbers under new keys, and what remains of persons whose keys are destroyed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from sesshu.kernel import clock
from sesshu.numbers.integrated import basic, numbering
from sesshu.numbers.integrated.models import Link, Person
from sesshu.protection import tenancy
from sesshu.protection.keys.models import SubjectKey, TenantKey

_WRITE = """
UPDATE numbers_integrated_person AS held
SET number_sealed = fresh.sealed, number_digest = fresh.digest, basic_digest = fresh.basic, tenant_key_id = %s
FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[], %s::bytea[]) AS fresh (id, sealed, digest, basic)
WHERE held.id = fresh.id AND held.municipality_code = %s
"""


def renew(newest: TenantKey, limit: int) -> int:
    """Bring up to ``limit`` persons to the newest version; how many."""
    rows = list(
        Person.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(municipality_code=tenancy.current(), tenant_key__isnull=False)
        .exclude(tenant_key=newest)
        .select_related("tenant_key")[:limit]
    )
    known = basic.opened(rows)
    numbers = [numbering.opened(row.pk, row.number_sealed, _key(row)) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            [
                newest.pk,
                [row.pk for row in rows],
                [numbering.sealed(each, row.pk, newest) for row, each in zip(rows, numbers, strict=True)],
                [numbering.digest(each, newest) for each in numbers],
                [basic.digest(known[row.pk], newest) if row.pk in known else b"" for row in rows],
                tenancy.current(),
            ],
        )
    return len(rows)


def _key(row: Person) -> TenantKey:
    assert row.tenant_key is not None
    return row.tenant_key


def forget(key_ids: Sequence[UUID]) -> None:
    """Without the person's own key nothing of the person stays; without the holder's the number's tie goes.

    Where no key of the municipality is left, this is true of everybody. The number of a destroyed person is
    not readable any more, and is given to somebody else by a chance of one in 9·10¹⁴.
    """
    held = Person.objects.filter(municipality_code=tenancy.current())
    held.filter(holder__key_id__in=key_ids).update(holder=None)
    others = SubjectKey.objects.filter(municipality_code=tenancy.current()).exclude(pk__in=key_ids)
    gone = held.filter(key_id__in=key_ids) if others.exists() else held
    Link.objects.filter(person__in=gone, ended_at=None).update(ended_at=clock.now())
    gone.update(
        basic_sealed=b"",
        basic_digest=b"",
        key_id=None,
        number_sealed=b"",
        tenant_key=None,
        ended_at=clock.now(),
    )
