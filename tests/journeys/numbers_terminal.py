"""Every browser of this house sits at one registered numbers terminal."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from sesshu.protection import audit
from sesshu.protection.terminals.choices import Kind, State
from sesshu.protection.terminals.models import Terminal


class NumbersTerminal:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        terminal = Terminal(
            municipality_code="242039", number=1, name="番号端末1", kind=Kind.NUMBERS, state=State.IN_USE
        )
        request.terminal = terminal  # type: ignore[attr-defined]
        token = audit.terminal.set(terminal.identifier)
        try:
            return self.get_response(request)
        finally:
            audit.terminal.reset(token)
