"""What waits to be done, on the first screen."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from sesshu.health.intake.models import Batch, BatchState
from sesshu.protection.actions import Action
from sesshu.protection.tenancy import current
from sesshu.web import home
from sesshu.web.home import Card, Tile


def _waiting(request: HttpRequest) -> Tile | None:
    waiting = Batch.objects.filter(municipality_code=current(), state=BatchState.REVIEW).count()
    if not waiting:
        return None
    return Tile(waiting, note="医療機関の結果ファイル", url=reverse("intake:batches"), tone="warning")


def register() -> None:
    """Add the card of files that wait for their review."""
    home.register(Card("intake.review", "確認待ちの結果", Action.RESULTS_IMPORT, 20, _waiting, "city"))
