"""What waits to be done, on the first screen."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from sesshu.health.inquiries.choices import State
from sesshu.health.inquiries.models import Inquiry
from sesshu.protection.actions import Action
from sesshu.protection.tenancy import current
from sesshu.web import home
from sesshu.web.home import Card, Tile


def _answered(request: HttpRequest) -> Tile | None:
    waiting = Inquiry.objects.filter(municipality_code=current(), state=State.ANSWERED).count()
    if not waiting:
        return None
    return Tile(waiting, note="ほかの機関からの回答", url=reverse("inquiries:list"), tone="warning")


def register() -> None:
    """Add the card of answers that wait to be looked at."""
    home.register(Card("inquiries.answered", "確認待ちの回答", Action.EXCHANGE_DECIDE, 22, _answered, "city"))
