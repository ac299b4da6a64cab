"""Cards of the first screen: rooms register what waits to be done, with its count and its address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from sesshu.protection.actions import Action
from sesshu.web.permission import may


@dataclass(frozen=True, slots=True)
class Tile:
    """What a card says. `tone`: "", accent, success, warning, error. `value` None shows no figure."""

    value: int | None
    unit: str = "件"
    note: str = ""
    url: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A slot of the first screen. `load` may return None when there is nothing to say today.

    `system`: the one staff web (`settings.SYSTEM`) that has it; empty for all.
    """

    key: str
    title: str
    action: Action | None
    order: int
    load: Callable[[HttpRequest], Tile | None]
    system: str = ""


@dataclass(frozen=True, slots=True)
class ShownCard:
    title: str
    tile: Tile


_cards: dict[str, Card] = {}


def register(card: Card) -> Card:
    """Add `card`; the same key again replaces it."""
    _cards[card.key] = card
    return card


def cards_for(request: HttpRequest) -> tuple[ShownCard, ...]:
    """The cards the person may see, loaded, in order."""
    shown = []
    here = [card for card in _cards.values() if card.system in ("", settings.SYSTEM)]
    for card in sorted(here, key=lambda card: (card.order, card.title)):
        if may(request, card.action) and (tile := card.load(request)) is not None:
            shown.append(ShownCard(card.title, tile))
    return tuple(shown)
