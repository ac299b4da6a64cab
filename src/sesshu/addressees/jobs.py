"""The import as a job: planned from the screen, with progress; a rerun after a crash adds nothing."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from sesshu.addressees import uploads
from sesshu.addressees.importing import ImportReport, UnreadableFile, import_residents
from sesshu.jobs.registry import Progress, job
from sesshu.kernel import clock
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.tenancy import acting_for

KIND = "residents.import"
# The screen shows so many; the file to download holds all.
SHOWN = 500


@job(KIND, title="住民ファイルの取込", action=Action.ADDRESSEE_IMPORT)
def run(progress: Progress, payload: dict[str, Any]) -> dict[str, Any]:
    """Payload: `municipality`, `token` of the upload, `strict`, `by` (account id)."""
    token, city = payload["token"], payload["municipality"]
    by = Account.objects.filter(pk=payload["by"]).first()
    at = clock.now()
    link = {"url": reverse("addressees:import-result", args=[token]), "link": "取込結果を見る"}
    try:
        with acting_for(city):
            report = import_residents(
                by=by, at=at, path=uploads.feed_path(token), strict=payload["strict"], progress=progress
            )
    except UnreadableFile as error:
        with acting_for(city):
            uploads.feed_path(token).unlink(missing_ok=True)
        return {"summary": "ファイルを取り込めませんでした。", "refused": str(error), **link}
    with acting_for(city):
        uploads.write_errors(token, report.errors, report.warnings)
        uploads.feed_path(token).unlink()
    return {"summary": _summary(report), **_shown(report), **link}


def _shown(report: ImportReport) -> dict[str, Any]:
    data = report.data()
    counts = {"error_count": len(report.errors), "warning_count": len(report.warnings)}
    versions = {"first_version": report.first_version, "last_version": report.last_version}
    return data | counts | versions | {name: data[name][:SHOWN] for name in ("errors", "warnings")}


def _summary(report: ImportReport) -> str:
    if report.held_back:
        return f"取り込めない行が{report.rejected:,}行あるため、何も取り込みませんでした。"
    done = f"新規{report.created:,}人、更新{report.updated:,}人、変更なし{report.unchanged:,}人"
    return f"{done}、取り込めない行{report.rejected:,}行"
