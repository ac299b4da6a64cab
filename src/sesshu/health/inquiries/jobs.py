"""What goes on by itself: a turn sends what waits, takes back what was cancelled and collects what came.

A turn runs every minute, and again after some seconds while somebody waits for an answer.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.types import TimeDeltaParams

from sesshu.health.inquiries import asking, collecting
from sesshu.health.inquiries.choices import PENDING
from sesshu.health.inquiries.models import Inquiry
from sesshu.health.inquiries.watching import WATCHED_FOR
from sesshu.kernel import clock
from sesshu.protection.models import Municipality
from sesshu.protection.tenancy import acting_for, current

logger = logging.getLogger(__name__)
_AGAIN: TimeDeltaParams = {"seconds": 3}


def turn(municipality: str) -> None:
    """One turn for a municipality. May be repeated at any point."""
    with acting_for(municipality):
        open_ones = Inquiry.objects.filter(municipality_code=current())
        untold = Q(received_at__isnull=False, told_taken=False)
        waits = open_ones.filter(Q(state__in=PENDING) | untold).exists()
    if not waits:
        return
    asking.send(municipality)
    asking.cancel(municipality)
    collecting.collect(municipality)


def is_watched(municipality: str) -> bool:
    """Whether somebody probably sits before the screen and waits."""
    with acting_for(municipality):
        recent = Inquiry.objects.filter(
            municipality_code=current(), state__in=PENDING, asked_at__gte=clock.now() - WATCHED_FOR
        )
        return recent.exists()


@app.task(name="sesshu.inquiries.turn", queueing_lock="inquiries.turn", lock="inquiries.turn")
def run_turn() -> None:
    if not settings.VAULT["address"]:
        return
    watched = False
    for code in Municipality.objects.order_by("code").values_list("code", flat=True):
        try:
            turn(code)
            watched = is_watched(code) or watched
        except Exception as error:
            logger.error("inquiries: turn for %s: %s", code, type(error).__name__)
    if watched:
        wake(after=_AGAIN)


@app.periodic(cron="* * * * *")
@app.task(name="sesshu.inquiries.minute", queueing_lock="inquiries.minute")
def every_minute(timestamp: int) -> None:
    wake()


def wake(*, after: TimeDeltaParams | None = None) -> None:
    """Let a turn begin now, or after a while; one that is to begin already will do."""
    try:
        with transaction.atomic():
            configured = run_turn.configure(schedule_in=after) if after else run_turn
            configured.defer()
    except AlreadyEnqueued:
        return
