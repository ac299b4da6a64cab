"""Large lists are written while nobody waits."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from sesshu.health.reporting import files, freshness, services
from sesshu.health.reporting.requested import listing_of
from sesshu.jobs.registry import Progress, job
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.tenancy import acting_for

EXPORT = "reporting.export"


@job(EXPORT, title="一覧のファイル出力", action=Action.LISTS_EXPORT)
def export(progress: Progress, payload: dict[str, Any]) -> dict[str, Any]:
    """Write the listing that the payload names. Running again writes the same file again."""
    municipality = payload["municipality"]
    freshness.bring_up_to_date(municipality)
    with acting_for(municipality):
        files.remove_old()
        rows = services.export(
            listing_of(payload["kind"], payload["address"]),
            files.path_of(payload["file"]),
            by=Account.objects.get(pk=payload["account"]),
            purpose="job",
            progress=progress,
        )
        progress.update(rows, rows)
    return {"rows": rows, "url": reverse("reporting:file", args=[payload["file"]])}
