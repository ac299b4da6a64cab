"""What goes on by itself: signing the log, asking witnesses, counting refusals; and its verification.

This module is the room's side of the queue, which stands above protection: only views import it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from procrastinate.contrib.django import app

from sesshu.jobs.models import Job
from sesshu.jobs.registry import Progress, job
from sesshu.jobs.services import plan
from sesshu.protection.models import Account, Municipality
from sesshu.protection.tenancy import acting_for, current
from sesshu.protection.trail import asking, checkpoints, refusals, services, verifying
from sesshu.protection.trail.verification import Verdict

logger = logging.getLogger(__name__)
VERIFY = "trail.verify"


def for_each_city(act: Callable[[str], object]) -> None:
    """Do something for every municipality; one that fails does not keep the others from it."""
    for code in Municipality.objects.order_by("code").values_list("code", flat=True):
        try:
            act(code)
        except Exception as error:
            logger.error("trail: %s for %s: %s", getattr(act, "__name__", "act"), code, type(error).__name__)


def sign_one(code: str) -> None:
    """A checkpoint of one municipality's log, and witnesses' signatures under it."""
    with acting_for(code):
        checkpoints.make()
    asking.ask_all(code)


@app.periodic(cron="*/5 * * * *")
@app.task(name="sesshu.trail.sign", queueing_lock="trail.sign")
def sign(timestamp: int) -> None:
    """Every five minutes, sign what is new."""
    for_each_city(sign_one)


@app.periodic(cron="* * * * *")
@app.task(name="sesshu.trail.refusals", queueing_lock="trail.refusals")
def tell_refusals(timestamp: int) -> None:
    """Every minute, write the counts of refusals that came in a flood into the log."""
    for_each_city(refusals.flush)


def plan_verification(*, by: Account) -> Job:
    """Plan the verification of the whole log."""
    return plan(VERIFY, by=by, payload={"municipality": current(), "account": by.pk})


def verifications() -> QuerySet[Job]:
    """The verifications of the current municipality's log, newest first."""
    return Job.objects.filter(municipality_code=current(), kind=VERIFY).order_by("-planned_at")


@job(VERIFY, title="操作記録の検証")
def verify(progress: Progress, payload: dict[str, Any]) -> dict[str, Any]:
    """Verify everything up to a checkpoint made now."""
    with acting_for(payload["municipality"]):
        total = checkpoints.make().size
    with acting_for(payload["municipality"]):
        verdict = verifying.verify(told=lambda done: progress.update(done, total, "記録を読み直しています"))
    with acting_for(payload["municipality"]):
        by = Account.objects.get(pk=payload["account"])
        services.tell_verdict(verdict, by=by)
    progress.update(total, total)
    return {"summary": summary(verdict), "findings": verdict.findings, "size": verdict.size}


def summary(verdict: Verdict) -> str:
    """The verdict in one sentence."""
    if verdict.holds:
        seen = f"証人の署名は{verdict.cosigned_size:,}件目まであります。"
        return (
            f"{verdict.size:,}件の記録とチェックポイント{verdict.checkpoints:,}件を確かめました。"
            f"書き換えはありません。{seen if verdict.cosigned else '証人の署名はまだありません。'}"
        )
    return f"異常が{len(verdict.findings):,}件見つかりました。"
