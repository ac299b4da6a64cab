"""Thousands of documents are printed while nobody waits."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from sesshu.health.notices import files
from sesshu.health.notices.printing import print_run
from sesshu.jobs.registry import Progress, job
from sesshu.kernel import clock
from sesshu.protection.actions import Action
from sesshu.protection.models import Account

PRINT = "notices.print"


@job(PRINT, title="通知の印刷", action=Action.TARGETS_EXTRACT)
def print_notices(progress: Progress, payload: dict[str, Any]) -> dict[str, Any]:
    """Print and issue an extraction's list. Running again after a crash prints the same numbers."""
    printed = print_run(
        payload["municipality"],
        payload["extraction"],
        by=Account.objects.get(pk=payload["account"]),
        at=clock.now(),
        out=files.path_of,
        progress=progress,
    )
    summary = (
        f"{printed.documents:,}部を印刷しました。" if printed.documents else "印刷する人はいませんでした。"
    )
    if printed.refused:
        summary += f"{len(printed.refused)}人は文字を印刷できないため除きました。"
    return {
        "run": printed.run.pk,
        "documents": printed.documents,
        "summary": summary,
        "url": reverse("notices:run", args=[printed.run.pk]),
        "link": "印刷の結果を開く",
    }
