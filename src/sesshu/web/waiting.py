"""Cards of the first screen for what protection's rooms, which lie below this one, have waiting."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest
from django.urls import reverse

from sesshu.kernel import clock
from sesshu.protection import administration as offered
from sesshu.protection.accounts import review
from sesshu.protection.models import Account
from sesshu.protection.signed_in import account
from sesshu.web.home import Tile


def review_card(request: HttpRequest) -> Tile | None:
    """Rights still to confirm: a warning two weeks before the deadline, an error after it."""
    running = review.running()
    count = review.waiting_for(account(request)) if running else 0
    if running is None or not count:
        return None
    left = running.deadline - clock.today()
    tone = "error" if left < timedelta(0) else "warning" if left.days <= review.REMIND_DAYS else "accent"
    note = "期限を過ぎ、使えなくなっています" if left < timedelta(0) else f"期限まで{left.days}日"
    return Tile(count, note=note, url=reverse("accounts:review", args=[running.pk]), tone=tone)


def administration(request: HttpRequest) -> Tile | None:
    """The sum over the page's entries; no card when nothing waits."""
    if not isinstance(request.user, Account):
        return None
    entries = [entry for group in offered.groups_for(request.user).values() for entry in group]
    waiting = {entry.title: entry.waiting for entry in entries if entry.waiting}
    if not waiting:
        return None
    note = "、".join(f"{title}{count}件" for title, count in waiting.items())
    return Tile(sum(waiting.values()), note=note, url=reverse("protection:administration"), tone="warning")
