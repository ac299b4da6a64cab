"""The vault's own record of what a system did, for the comparison with that system's log."""

from __future__ import annotations

from datetime import datetime

from sesshu.numbers.models import Access
from sesshu.protection import tenancy

_LISTED = 100_000


def accesses(client: str, since: datetime, until: datetime) -> list[Access]:
    """Of one system in a span of time, oldest first."""
    found = Access.objects.filter(
        municipality_code=tenancy.current(), client=client, at__gte=since, at__lt=until
    )
    return list(found.order_by("at", "pk")[:_LISTED])
