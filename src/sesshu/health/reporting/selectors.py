"""Reads of kept reports."""

from __future__ import annotations

from django.db.models import QuerySet

from sesshu.health.reporting.models import ReportKind, ReportSnapshot
from sesshu.protection.tenancy import current


def kept_reports(fiscal_year: int) -> QuerySet[ReportSnapshot]:
    """The versions of a fiscal year's report, newest first."""
    return (
        ReportSnapshot.objects.filter(
            municipality_code=current(), report=ReportKind.COMMUNITY_HEALTH, fiscal_year=fiscal_year
        )
        .select_related("made_by")
        .order_by("-version")
    )
