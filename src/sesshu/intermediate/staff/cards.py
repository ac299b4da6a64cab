"""What waits to be done, on the first screen."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from sesshu.intermediate import state
from sesshu.intermediate.staff import provisions
from sesshu.kernel import clock
from sesshu.protection.actions import Action
from sesshu.protection.signed_in import account
from sesshu.web import home
from sesshu.web.home import Card, Tile

_SOON = timedelta(hours=24)


def _here(url_name: str) -> str:
    """The address; empty in the staff web of another system."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _waiting(request: HttpRequest) -> Tile | None:
    url = _here("exchange:provisions")
    if not url:
        return None
    waiting = provisions.to_do(account(request))
    count = waiting.count()
    if not count:
        return Tile(0, note="確認待ちの提供はありません", url=url)
    late = waiting.filter(answer_by__lte=clock.now() + _SOON).count()
    note = f"うち回答期限まで24時間以内 {late}件" if late else "自動応答不可の提供"
    return Tile(count, note=note, url=url, tone="error" if late else "warning")


def _unsent(request: HttpRequest) -> Tile | None:
    url = _here("exchange:system")
    late = state.late_count() if url else 0
    return Tile(late, note="10分以上届けられない通信", url=url, tone="error") if late else None


def _notices(request: HttpRequest) -> Tile | None:
    if not _here("exchange:provisions"):
        return None
    found = list(state.notices()[:3])
    if not found:
        return None
    return Tile(None, note="／".join(notice.text for notice in found))


def register() -> None:
    """Add the cards of this system; in another one they have nothing to say."""
    home.register(Card("exchange.provisions", "提供の確認待ち", Action.INTERMEDIATE_PROVISIONS, 10, _waiting))
    home.register(Card("exchange.unsent", "送信の遅れ", Action.INTERMEDIATE_STATE, 20, _unsent))
    home.register(Card("exchange.notices", "運用のお知らせ", None, 5, _notices))
