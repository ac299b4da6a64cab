"""The main navigation: rooms register entries in `AppConfig.ready`; the shell shows what a role may open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from sesshu.protection.actions import Action
from sesshu.protection.scopes import is_limited
from sesshu.web.permission import may


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry. `action` None means everyone who is signed in; smaller `order` stands further left.

    `whole`: the page is about all programmes, and not for a right limited to some.
    `offered` may hide the entry from those for whom its page would be empty.
    """

    title: str
    url_name: str
    action: Action | None
    order: int
    offered: Callable[[HttpRequest], bool] | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class NavLink:
    title: str
    url: str
    current: bool = False


_items: dict[str, NavItem] = {}


def register(item: NavItem) -> NavItem:
    """Add `item`; the same `url_name` again replaces it, so that a reload of the apps changes nothing."""
    _items[item.url_name] = item
    return item


def items() -> tuple[NavItem, ...]:
    """All entries in the order in which they are shown."""
    return tuple(sorted(_items.values(), key=lambda item: (item.order, item.title)))


def links_for(request: HttpRequest) -> tuple[NavLink, ...]:
    """The entries the signed-in person's role allows, the one that holds the current page marked."""
    links = tuple(
        NavLink(item.title, url)
        for item in items()
        if may(request, item.action)
        and not (item.whole and item.action and is_limited(request.user, item.action))  # type: ignore[arg-type]
        and (item.offered is None or item.offered(request))
        and (url := _address(item.url_name)) is not None
    )
    current = _current(links, request.path)
    return tuple(replace(link, current=link is current) for link in links)


def _address(url_name: str) -> str | None:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


def _current(links: tuple[NavLink, ...], path: str) -> NavLink | None:
    holding = [link for link in links if path.startswith(link.url)]
    return max(holding, key=lambda link: len(link.url), default=None)
