"""The page 管理 lists what protection's rooms offer; each registers its entries in ``AppConfig.ready``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from sesshu.protection.actions import Action
from sesshu.protection.models import Account


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the page. ``waiting`` counts what waits for this account to do, if anything can."""

    group: str
    title: str
    explanation: str
    url_name: str
    action: Action
    order: int = 0
    waiting: Callable[[Account], int] | None = None


@dataclass(frozen=True, slots=True)
class ShownEntry:
    title: str
    explanation: str
    url: str
    waiting: int | None


_entries: dict[str, Entry] = {}


def register(entry: Entry) -> None:
    """Add an entry; the same ``url_name`` again replaces it."""
    _entries[entry.url_name] = entry


def has_entries(request: HttpRequest) -> bool:
    """Whether the page has anything for who is signed in."""
    user = request.user
    return isinstance(user, Account) and any(user.may(entry.action) for entry in _entries.values())


def groups_for(account: Account) -> dict[str, list[ShownEntry]]:
    """The entries that the account's roles allow, by group, in order."""
    found: dict[str, list[ShownEntry]] = {}
    for entry in sorted(_entries.values(), key=lambda each: (each.group, each.order, each.title)):
        if account.may(entry.action):
            waiting = entry.waiting(account) if entry.waiting else None
            shown = ShownEntry(entry.title, entry.explanation, reverse(entry.url_name), waiting)
            found.setdefault(entry.group, []).append(shown)
    return found
