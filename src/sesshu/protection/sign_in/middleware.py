"""Sessions end on the server: by time before the view runs, and whole pages never land in a fragment."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import urlencode

from sesshu.protection import going
from sesshu.protection.sign_in import ending, limits

GetResponse = Callable[[HttpRequest], HttpResponse]
# Set by app.js on what the page asks by itself, such as a progress bar: nobody did anything.
BY_ITSELF = "X-By-Itself"


class SessionLimitsMiddleware:
    """After authentication, before the tenant's transaction: its one write must lock nothing for long."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        row = getattr(request.session, "row", None) if request.user.is_authenticated else None
        if row is not None and (why := limits.over(row)):
            ending.by_time(row, why)
            request.session.flush()
            return going.to(request, _sign_in(request, why))
        if row is not None and BY_ITSELF not in request.headers:
            limits.note_use(row)
        return _whole(request, self.get_response(request))


def _sign_in(request: HttpRequest, why: limits.End) -> str:
    values = {"next": going.back(request), "ended": why.value}
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode(values)}"


def _whole(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A redirect to sign-in that htmx would follow into a fragment becomes one of the whole page."""
    if not isinstance(response, HttpResponseRedirect) or "HX-Request" not in request.headers:
        return response
    start = resolve_url(settings.LOGIN_URL)
    if response.url.split("?")[0] != start:
        return response
    return going.to(request, f"{start}?{urlencode({'next': going.back(request)})}")
