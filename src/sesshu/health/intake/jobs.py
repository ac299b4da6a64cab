"""The long work of a file on the screen. Each job is one transaction: after a crash it runs again whole."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from sesshu.health.intake import batches
from sesshu.health.intake.models import Batch
from sesshu.jobs.registry import Progress, job
from sesshu.kernel import clock
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.tenancy import acting_for


def register() -> None:
    """Make the jobs known; importing this module does it."""


@job(batches.LOAD, title="結果ファイルの確認", action=Action.RESULTS_IMPORT)
def load(progress: Progress, payload: dict[str, Any]) -> dict[str, Any]:
    """Payload: ``municipality``, ``batch``."""
    with acting_for(payload["municipality"]):
        batch = Batch.objects.select_for_update(of=("self",)).get(pk=payload["batch"])
        found = batches.load(batch, progress=progress, at=clock.now())
    said = f"新規 {found['new']:,}行、注意 {found['warning']:,}行、確認が必要 {found['undecided']:,}行"
    return {"summary": f"{said}、エラー {found['rejected']:,}行", **_link(batch, "内容を確かめる")}


@job(batches.COMMIT, title="結果の登録", action=Action.RESULTS_IMPORT)
def commit(progress: Progress, payload: dict[str, Any]) -> dict[str, Any]:
    """Payload: ``municipality``, ``batch``, ``by`` (account id)."""
    with acting_for(payload["municipality"]):
        batch = Batch.objects.select_for_update(of=("self",)).get(pk=payload["batch"])
        by = Account.objects.filter(pk=payload["by"]).first()
        found = batches.commit(batch, by=by, at=clock.now(), progress=progress)
    said = f"{found['created']:,}件を登録し、{found['replaced']:,}件を訂正しました。"
    return {"summary": said, **_link(batch, "結果を見る")}


def _link(batch: Batch, words: str) -> dict[str, str]:
    return {"url": reverse("intake:batch", args=[batch.pk]), "link": words}
