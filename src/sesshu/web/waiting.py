"""What waits on the page 管理 for who is signed in, as a card of the first screen."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from sesshu.protection import administration as offered
from sesshu.protection.models import Account
from sesshu.web.home import Tile


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
