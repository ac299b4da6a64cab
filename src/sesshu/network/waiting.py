"""What still waits in the outbox, for who runs the core."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Min

from sesshu.network.choices import Sort
from sesshu.network.models import Outgoing, Route


def letters() -> list[dict[str, Any]]:
    """By institution and sort: how many, the oldest, and how often in vain it was tried."""
    found = Outgoing.objects.values("institution", "sort").annotate(
        count=Count("pk"), oldest=Min("queued_at")
    )
    routes = Route.objects.in_bulk()
    return [
        {**row, "label": Sort(row["sort"]).label, **_route(routes.get(row["institution"]))}
        for row in found.order_by("institution", "sort")
    ]


def _route(route: Route | None) -> dict[str, Any]:
    if route is None:
        return {"attempts": 0, "next_at": None, "error": ""}
    return {"attempts": route.attempts, "next_at": route.next_at, "error": route.error}
