"""An extraction before which many standings have to be brought up to date."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from sesshu.health.eligibility import refreshing, services
from sesshu.health.eligibility.conditions import Conditions
from sesshu.jobs.registry import Progress, job
from sesshu.kernel import clock
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.tenancy import acting_for

EXTRACT = "eligibility.extract"


@job(EXTRACT, title="対象者の抽出", action=Action.TARGETS_EXTRACT)
def extract(progress: Progress, payload: dict[str, Any]) -> dict[str, Any]:
    """Refresh, then extract. Running again after a crash makes the list anew; nothing was notified by it."""
    city, on = payload["municipality"], date.fromisoformat(payload["on"])
    by = Account.objects.get(pk=payload["account"])
    refreshing.refresh_city(city, by=by, at=clock.now(), on=on, progress=progress)
    with acting_for(city):
        found = services.extract(
            programme=payload["programme"],
            on=on,
            by=by,
            at=clock.now(),
            purpose=payload["purpose"],
            conditions=Conditions.from_data(payload["conditions"]),
        )
    return {
        "extraction": found.pk,
        "summary": f"対象者は{found.counts['targets']:,}人です。",
        "url": reverse("eligibility:extraction", args=[found.pk]),
        "link": "抽出した一覧を開く",
    }
