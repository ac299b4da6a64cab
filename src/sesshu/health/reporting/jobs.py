"""Large lists are written while nobody waits."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from sesshu.health.reporting import files, freshness, services
from sesshu.health.reporting.requested import listing_of
from sesshu.jobs.registry import Progress, job
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.sighting import NumberFound
from sesshu.protection.taking_out import services as taking_out
from sesshu.protection.taking_out.models import TakingOut
from sesshu.protection.tenancy import acting_for

EXPORT = "reporting.export"
TAKE_OUT = "reporting.take-out"


@job(EXPORT, title="一覧の印刷", action=Action.LISTS_EXPORT)
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


@job(TAKE_OUT, title="持出しファイルの作成", action=Action.TAKING_OUT_REQUEST)
def take_out(progress: Progress, payload: dict[str, Any]) -> dict[str, Any]:
    """Make the file of an approved request. Running again makes the same file again."""
    municipality, pk = payload["municipality"], payload["taking_out"]
    freshness.bring_up_to_date(municipality)
    with acting_for(municipality):
        files.remove_old()
        taking_out.expire()
        try:
            made = _made(TakingOut.objects.get(pk=pk), progress)
        except NumberFound as refusal:
            taking_out.fail(pk=pk, reason=str(refusal), by=None)
            return {"summary": str(refusal)}
    return {"rows": made.count, "url": reverse("taking_out:detail", args=[pk]), "link": "持出しの申請を開く"}


def _made(asked: TakingOut, progress: Progress) -> TakingOut:
    by = asked.asked_by
    plain = files.path_of(files.new_name(asked.form))
    rows = services.export_now(
        listing_of(asked.producer, asked.conditions), plain, by=by, purpose=asked.basis, progress=progress
    )
    progress.update(rows, rows)
    return taking_out.deliver(pk=asked.pk, plain=plain, count=rows, by=by)
