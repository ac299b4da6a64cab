"""Reads of jobs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from sesshu.jobs.models import Job
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current


def planned_by(account: Account, kind: str, **payload: Any) -> bool:
    """Whether this account planned a job of the kind with these values in its payload."""
    jobs = Job.objects.filter(municipality_code=current(), kind=kind, planned_by=account)
    return jobs.filter(payload__contains=payload).exists()


def recent() -> QuerySet[Job]:
    """The municipality's jobs, newest first."""
    return (
        Job.objects.filter(municipality_code=current()).select_related("planned_by").order_by("-planned_at")
    )
