"""What goes on by itself: every minute the outbox is sent, every night what was refused is tried again."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from procrastinate.contrib.django import app

from sesshu.health.replicas import sending, upkeep
from sesshu.health.replicas.models import Connection
from sesshu.protection.models import Municipality
from sesshu.protection.tenancy import acting_for, current

logger = logging.getLogger(__name__)


def for_each_city(act: Callable[[str], object]) -> None:
    """Every municipality that has begun; one that fails does not keep the others from it."""
    if not settings.VAULT["address"]:
        return
    for code in Municipality.objects.order_by("code").values_list("code", flat=True):
        try:
            with acting_for(code):
                begun = Connection.objects.filter(municipality_code=current()).exists()
            if begun:
                act(code)
        except Exception as error:
            logger.error(
                "replicas: %s for %s: %s", getattr(act, "__name__", "act"), code, type(error).__name__
            )


def _retry(code: str) -> None:
    with acting_for(code):
        upkeep.retry_refused(by=None)


@app.periodic(cron="* * * * *")
@app.task(name="sesshu.replicas.send", queueing_lock="replicas.send", lock="replicas.send")
def send(timestamp: int) -> None:
    for_each_city(sending.send)


@app.periodic(cron="17 2 * * *")
@app.task(name="sesshu.replicas.retry", queueing_lock="replicas.retry")
def retry(timestamp: int) -> None:
    for_each_city(_retry)
