"""Panels of the ledger page that rooms above add: the issue history and the like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest

from sesshu.protection import purposes
from sesshu.protection.actions import Action
from sesshu.protection.purposes import Section
from sesshu.web.permission import may

Render = Callable[[HttpRequest, int], str]


@dataclass(frozen=True, slots=True)
class Panel:
    """``render(request, addressee_id)`` gives safe HTML; "" leaves the panel out.

    ``section``: a purpose that does not need it leaves the panel out, and nothing is asked for it.
    """

    key: str
    title: str
    order: int
    render: Render
    action: Action | None = None
    section: Section | None = None


@dataclass(frozen=True, slots=True)
class ShownPanel:
    key: str
    title: str
    body: str


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> Panel:
    """Add ``panel``; the same key again replaces it."""
    _panels[panel.key] = panel
    return panel


def panels_for(request: HttpRequest, addressee_id: int) -> tuple[ShownPanel, ...]:
    """The panels the signed-in person may see, rendered, in order."""
    shown, out = [], purposes.left_out()
    for panel in sorted(_panels.values(), key=lambda panel: (panel.order, panel.title)):
        if panel.section in out or not may(request, panel.action):
            continue
        if body := panel.render(request, addressee_id):
            shown.append(ShownPanel(panel.key, panel.title, body))
    return tuple(shown)
