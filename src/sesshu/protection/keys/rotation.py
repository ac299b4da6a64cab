"""Rotation while the house works: new keys are in use at once, old ones are re-wrapped in batches.

Readers follow the version that stands in each row. A version is given up only when nothing stands under it:
the foreign key of ``SubjectKey`` makes PostgreSQL refuse otherwise, also against a row being written.
What else depends on a tenant's keys (a blind index) registers a :class:`Dependant`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from sesshu.protection import audit, tenancy
from sesshu.protection.keys import wrapping
from sesshu.protection.keys.models import SubjectKey, TenantKey
from sesshu.protection.keys.roots import WrappedPair, root
from sesshu.protection.models import Municipality
from sesshu.protection.tenancy import acting_for

BATCH = 1_000
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did."""

    version: int
    rewrapped: int


@dataclass(frozen=True, slots=True)
class Dependant:
    """A table that holds something made with a tenant's keys other than a subject's key.

    ``renew(tenant_key, limit)`` brings up to ``limit`` rows to this version and says how many;
    it is called until it says 0, each call in a transaction of its own.
    """

    name: str
    renew: Callable[[TenantKey, int], int]


_dependants: dict[str, Dependant] = {}


def register(dependant: Dependant) -> None:
    """Make rotations bring this table along."""
    _dependants[dependant.name] = dependant


def rotate_tenant(municipality: str, *, by: str, told: Progress = lambda done: None) -> Rotation:
    """Give a municipality a new pair of keys and give up all older ones.

    Idempotent: after a kill it goes on where it stopped. Runs outside any transaction of the caller's.
    """
    with acting_for(municipality):
        newest = wrapping.new_tenant_key()
        audit.record("keys.rotate", by=None, detail={"version": newest.version, "asked_by": by})
    return finish_tenant(municipality, told=told)


def finish_tenant(municipality: str, *, told: Progress = lambda done: None) -> Rotation:
    """Bring everything to the newest version and give up the others."""
    done = 0
    while True:
        moved = _move_some(municipality)
        done += moved
        told(done)
        if not moved and _give_up_old(municipality):
            break
    with acting_for(municipality):
        return Rotation(wrapping.current_tenant_key().version, done)


def _move_some(municipality: str) -> int:
    with acting_for(municipality):
        newest = wrapping.current_tenant_key()
        moved = _rewrap_some(newest)
    for dependant in _dependants.values():
        with acting_for(municipality):
            moved += dependant.renew(newest, BATCH)
    return moved


def _rewrap_some(newest: TenantKey) -> int:
    rows = list(
        SubjectKey.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(municipality_code=tenancy.current())
        .exclude(tenant_key=newest)
        .select_related("tenant_key")[:BATCH]
    )
    values = [(row.id, wrapping.rewrapped(row, wrapping.unwrap(row), newest)) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE keys_subjectkey AS held SET wrapped = fresh.wrapped, tenant_key_id = %s"
            " FROM unnest(%s::uuid[], %s::bytea[]) AS fresh (id, wrapped)"
            " WHERE held.id = fresh.id AND held.municipality_code = %s",
            [newest.pk, [i for i, _ in values], [wrapped for _, wrapped in values], tenancy.current()],
        )
    return len(rows)


def _give_up_old(municipality: str) -> bool:
    """``False`` while something still stands under an older version, even if written this moment."""
    try:
        with acting_for(municipality):
            newest = wrapping.current_tenant_key()
            TenantKey.objects.filter(municipality_code=municipality, version__lt=newest.version).delete()
    except (ProtectedError, IntegrityError):
        return False
    return True


def rotate_root(*, by: str) -> Rotation:
    """A new root key; every municipality's keys are re-wrapped; the older root keys are destroyed.

    After this, no copy of the database made before it can be opened without the keys of today.
    """
    store = root()
    with transaction.atomic():
        wrapping.lock_root(shared=False)
        version, moved = store.add_version(), 0
        for code in _municipalities():
            with acting_for(code):
                moved += _rewrap_pairs(version)
                audit.record("keys.rotate-root", by=None, detail={"version": version, "asked_by": by})
    destroy_unused_roots()
    return Rotation(version, moved)


def destroy_unused_roots() -> list[int]:
    """Destroy the root versions under which nothing stands and that are not the newest."""
    with transaction.atomic():
        wrapping.lock_root(shared=False)
        used: set[int] = set()
        for code in _municipalities():
            with acting_for(code):
                used |= set(TenantKey.objects.values_list("root_version", flat=True))
        unused = [version for version in root().versions()[:-1] if version not in used]
        for version in unused:
            root().destroy_version(version)
    wrapping.close_all()
    return unused


def _rewrap_pairs(version: int) -> int:
    held = TenantKey.objects.select_for_update().filter(municipality_code=tenancy.current())
    for key in held:
        wrapped = WrappedPair(bytes(key.wrapped_cipher), bytes(key.wrapped_index))
        fresh = root().rewrap(wrapped, of=key.root_version, to=version)
        key.wrapped_cipher, key.wrapped_index, key.root_version = fresh.cipher, fresh.index, version
        key.save(update_fields=["wrapped_cipher", "wrapped_index", "root_version"])
    return len(held)


def _municipalities() -> list[str]:
    return list(Municipality.objects.order_by("code").values_list("code", flat=True))
