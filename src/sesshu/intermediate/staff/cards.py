"""What waits to be done, on the first screen."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest
from django.urls import reverse

from sesshu.intermediate import state
from sesshu.intermediate.staff import provisions
from sesshu.kernel import clock
from sesshu.protection.actions import Action
from sesshu.protection.signed_in import account
from sesshu.web import home
from sesshu.web.home import Card, Tile

_SOON = timedelta(hours=24)


def _waiting(request: HttpRequest) -> Tile:
    url = reverse("exchange:provisions")
    waiting = provisions.to_do(account(request))
    count = waiting.count()
    if not count:
        return Tile(0, note="確認待ちの提供はありません", url=url)
    late = waiting.filter(answer_by__lte=clock.now() + _SOON).count()
    note = f"うち回答期限まで24時間以内 {late}件" if late else "自動応答不可の提供"
    return Tile(count, note=note, url=url, tone="error" if late else "warning")


def _unsent(request: HttpRequest) -> Tile | None:
    late, url = state.late_count(), reverse("exchange:system")
    return Tile(late, note="10分以上届けられない通信", url=url, tone="error") if late else None


def _notices(request: HttpRequest) -> Tile | None:
    found = list(state.notices()[:3])
    if not found:
        return None
    return Tile(None, note="／".join(notice.text for notice in found))


def register() -> None:
    """Add the cards of this system."""
    for key, title, action, order, load in (
        ("notices", "運用のお知らせ", None, 5, _notices),
        ("provisions", "提供の確認待ち", Action.INTERMEDIATE_PROVISIONS, 10, _waiting),
        ("unsent", "送信の遅れ", Action.INTERMEDIATE_STATE, 20, _unsent),
    ):
        home.register(Card(f"exchange.{key}", title, action, order, load, "intermediate"))
