"""Digests of 住登外者 under new keys, and what remains of those whose keys are destroyed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sesshu.numbers.unregistered import sealing
from sesshu.numbers.unregistered.models import Unregistered, Version
from sesshu.protection import tenancy
from sesshu.protection.keys.models import TenantKey


def renew(newest: TenantKey, limit: int) -> int:
    """Bring up to ``limit`` versions to the newest keys; how many."""
    rows = list(
        Version.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(municipality_code=tenancy.current(), tenant_key__isnull=False)
        .exclude(tenant_key=newest)
        .select_related("person")[:limit]
    )
    known = sealing.opened(rows)
    for row in rows:
        if row.pk in known:
            sealing.set_digests(row, known[row.pk], newest)
        else:
            row.tenant_key = None
    Version.objects.bulk_update(rows, ["tenant_key", *sealing.DIGESTS], batch_size=500)
    return len(rows)


def forget(key_ids: Sequence[UUID]) -> None:
    """The versions of destroyed persons go; that the number was given stays."""
    gone = Unregistered.objects.filter(municipality_code=tenancy.current(), key_id__in=key_ids)
    Version.objects.filter(municipality_code=tenancy.current(), person__in=gone).delete()
    gone.update(key_id=None)
