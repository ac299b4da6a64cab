"""Every request of a signed-in account leaves an event: its act's own, or what was opened or refused.

Two parts. :class:`RequestLog` stands inside the request's transaction: a page without an event of its own
gets one there. :class:`RefusalLog` stands around it: refusals and failures are written in a transaction of
their own, since that of the request may have been rolled back or never begun. Where the log takes nothing,
nothing is done and the page says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.trail import refusals

GetResponse = Callable[[HttpRequest], HttpResponse]
_TERMINAL = "audit_terminal"
# Addresses without an event when they are only looked at, and why.
QUIET = {
    "web:home": "counts by role; no person",
    "web:health": "a monitor asks it; nobody is signed in",
    "web:date-reading": "reads a typed date; no data",
    "web:gallery": "parts with invented persons; development only",
    "jobs:detail": "asked every second while a job runs; the job's own events tell who planned it",
    "protection:sign-in": "signing in is an event of its own",
}


class RefusalLog:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        response = self.get_response(request)
        if isinstance(user, Account) and response.status_code >= 400 and not _told(response):
            token = audit.terminal.set(getattr(request, _TERMINAL, "") or _address(request))
            try:
                refusals.record(by=user, detail=_detail(request, response), result=_result(response))
            except audit.NotRecorded:
                return not_recorded(request)
            finally:
                audit.terminal.reset(token)
        return response


class RequestLog:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, Account):
            return self.get_response(request)
        user, before = request.user, audit.written()
        setattr(request, _TERMINAL, audit.terminal.get())
        response = self.get_response(request)
        if response.status_code < 400 and audit.written() == before and not _quiet(request):
            try:
                action, result = _unnamed(request, response)
                audit.record(action, by=user, count=0, detail=_detail(request, response), result=result)
            except audit.NotRecorded:
                return self.process_exception(request, audit.NotRecorded())  # type: ignore[return-value]
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The act whose event could not be written is undone, and the page says so."""
        if not isinstance(exception, audit.NotRecorded):
            return None
        if connection.in_atomic_block:
            connection.set_rollback(True)
        return not_recorded(request)


def not_recorded(request: HttpRequest) -> HttpResponse:
    """The page that says that nothing was done, because it could not be logged."""
    response = render(request, "trail/not_recorded.html", status=503)
    response.audit_told = True  # type: ignore[attr-defined]
    return response


def _told(response: HttpResponse) -> bool:
    return bool(getattr(response, "audit_told", False))


def _quiet(request: HttpRequest) -> bool:
    match = request.resolver_match
    return request.method in ("GET", "HEAD") and match is not None and match.view_name in QUIET


def _unnamed(request: HttpRequest, response: HttpResponse) -> tuple[str, str]:
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return "page.open", "ok"
    # A form that comes back with its errors answers 200; one that changed nothing leads on.
    return ("form.refused", "refused") if response.status_code < 300 else ("form.sent", "ok")


def _detail(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    """The view and the numbers in its address: never what was typed."""
    match = request.resolver_match
    said: dict[str, Any] = {"method": _method(request), "status": response.status_code}
    if match is None:
        return said | {"view": "unknown"}
    action = getattr(match.func, "required_action", None)
    numbers = {
        name: value for name, value in match.kwargs.items() if isinstance(value, int) and value < 10**11
    }
    said |= {"view": match.view_name} | ({"needs": str(action)} if action else {})
    return said | ({"numbers": numbers} if numbers else {})


def _method(request: HttpRequest) -> str:
    return request.method if request.method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH") else "other"


def _result(response: HttpResponse) -> str:
    return "failed" if response.status_code >= 500 else "refused"


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))[:64]
