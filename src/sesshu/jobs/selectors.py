"""Reads of jobs."""

from __future__ import annotations

from django.db.models import QuerySet

from sesshu.jobs.models import Job
from sesshu.protection.tenancy import current


def recent() -> QuerySet[Job]:
    """The municipality's jobs, newest first."""
    return (
        Job.objects.filter(municipality_code=current()).select_related("planned_by").order_by("-planned_at")
    )
