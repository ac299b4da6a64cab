"""Which page opens when a person is chosen: a room above registers its own (the ledger)."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from sesshu.protection import purposes
from sesshu.protection.actions import Action
from sesshu.protection.purposes import Purpose, Section
from sesshu.web.permission import may

_pages: list[tuple[str, Action]] = []


def register(url_name: str, action: Action) -> None:
    """At start-up: open `url_name` (with the person's `pk`) for those whose role allows `action`."""
    if (url_name, action) not in _pages:
        _pages.append((url_name, action))


def url_name_for(request: HttpRequest) -> str:
    """The page to open; the room's own where no other is registered or allowed."""
    return next((name for name, action in _pages if may(request, action)), "addressees:detail")


def url_name_with(request: HttpRequest, purpose: Purpose | None) -> str:
    """The page to open for a purpose: the room's own where the purpose needs no dose."""
    needs = purpose is None or Section.DOSES in purposes.shown(purpose)
    return url_name_for(request) if needs else "addressees:detail"


def address_of(request: HttpRequest, pk: int) -> str:
    """Where this person's page stands."""
    return reverse(url_name_for(request), args=[pk])
