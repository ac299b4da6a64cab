"""Erasure and its report while nobody waits."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from sesshu.jobs.registry import Progress, job
from sesshu.jobs.services import plan
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.retention import erasing
from sesshu.protection.retention.models import ErasureRun
from sesshu.protection.tenancy import current

ERASE = "retention.erase"


@job(ERASE, title="保存期間の終わった記録の消去", action=Action.RETENTION_APPROVE)
def erase(progress: Progress, payload: dict[str, Any]) -> dict[str, Any]:
    """Erase an approved run. Running again goes on with what is left."""
    run = erasing.execute(payload["municipality"], payload["run"], tell=progress.update)
    return {"url": reverse("retention:run", args=[run.pk]), "link": "消去の記録を開く"}


def plan_erasure(run: ErasureRun, by: Account) -> None:
    """Plan the erasure of a run that was approved, in the transaction of the approval."""
    plan(ERASE, by=by, payload={"municipality": current(), "run": run.pk})
