"""Every signed-in request runs in one transaction of the account's own municipality."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse

from sesshu.protection import audit
from sesshu.protection.tenancy import acting_for

GetResponse = Callable[[HttpRequest], HttpResponse]


class TenantMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = audit.terminal.set(str(request.META.get("REMOTE_ADDR", ""))[:64])
        try:
            if not request.user.is_authenticated:
                return self.get_response(request)
            with acting_for(request.user.municipality_id):
                return self.get_response(request)
        finally:
            audit.terminal.reset(token)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        # Django turns the exception into a response before the transaction ends, so it would commit.
        if (
            not isinstance(exception, (Http404, PermissionDenied))
            and transaction.get_connection().in_atomic_block
        ):
            transaction.set_rollback(True)


class NoStoreMiddleware:
    """A page that may hold a person is kept in no cache of the browser or a proxy."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        user = getattr(request, "user", None)  # at a door for machines there is none
        if user is None or user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response
