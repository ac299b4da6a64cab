"""Reads of what was issued."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from sesshu.health.notices.models import Issue, IssueState, PrintRun
from sesshu.protection.rights import Programmes
from sesshu.protection.tenancy import current

# A number without paper is no issue; nobody but the press needs to see it.
_UNSEEN = IssueState.PREPARED


def issues_of(addressee_id: int) -> QuerySet[Issue]:
    """A person's issue history, newest first."""
    found = Issue.objects.filter(municipality_code=current(), addressee_id=addressee_id)
    return found.exclude(state=_UNSEEN).select_related("issued_by").order_by("-issued_on", "-pk")


def by_code(code: str) -> Issue | None:
    """The issued document of this number in the municipality acted for."""
    found = Issue.objects.filter(municipality_code=current(), code=code).exclude(state=_UNSEEN)
    return found.select_related("addressee").first()


def runs(programmes: Programmes = None) -> QuerySet[PrintRun]:
    """The municipality's print runs, newest first; of these programmes only, where any are given."""
    found = PrintRun.objects.filter(municipality_code=current())
    if programmes is not None:
        found = found.filter(extraction__programme__in=programmes)
    return found.select_related("extraction", "planned_by").order_by("-planned_at", "-pk")


def states_of(run: PrintRun) -> list[tuple[str, int]]:
    """How many of a run's documents are in each state now, in words."""
    counted = run.issues.values_list("state").annotate(count=Count("pk")).order_by("state")
    return [(IssueState(state).label, count) for state, count in counted]
