"""The outbox as the screen shows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from sesshu.health.replicas.choices import State
from sesshu.health.replicas.models import OutboxEntry
from sesshu.protection.tenancy import current

VIEWS = {"refused": [State.REFUSED], "waiting": [State.WAITING, State.SENDING], "sent": [State.SENT]}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why entries were refused, and how many."""

    message: str
    count: int


def entries(view: str) -> QuerySet[OutboxEntry]:
    """The entries of one view, the newest first."""
    found = OutboxEntry.objects.filter(municipality_code=current(), state__in=VIEWS[view])
    return found.select_related("addressee", "record__dose").order_by("-pk")


def counts() -> dict[str, int]:
    """How many entries each view has."""
    found = OutboxEntry.objects.filter(municipality_code=current()).aggregate(
        **{view: Count("pk", filter=Q(state__in=states)) for view, states in VIEWS.items()}
    )
    return {view: int(found[view]) for view in VIEWS}


def reasons() -> list[Reason]:
    """The refusals by their reason, the most frequent first."""
    found = (
        OutboxEntry.objects.filter(municipality_code=current(), state=State.REFUSED)
        .values("message")
        .annotate(count=Count("pk"))
        .order_by("-count", "message")
    )
    return [Reason(row["message"], row["count"]) for row in found]
