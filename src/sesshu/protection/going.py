"""Leaving for another page and coming back: the same for a click, a form and a fragment asked by htmx."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme


def back(request: HttpRequest) -> str:
    """The page where the person is: the one asked for, or the one a fragment or a form was sent from.

    A path of this site, ``/`` when the browser does not say.
    """
    if "HX-Request" in request.headers:
        return _path(request, request.headers.get("HX-Current-URL", ""))
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    return _path(request, request.headers.get("Referer", ""))


def to(request: HttpRequest, address: str) -> HttpResponse:
    """A redirect; told to htmx in its own way, because it would put the page into a fragment."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def is_own(request: HttpRequest, address: str) -> bool:
    """Whether the address leads nowhere but here."""
    return url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


def _path(request: HttpRequest, address: str) -> str:
    if not address or not is_own(request, address):
        return "/"
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"
