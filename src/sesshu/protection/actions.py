"""Every action of the house. A view, an import and a command name the action that they are."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import urlencode

View = Callable[..., HttpResponseBase]


class Action(StrEnum):
    """What one can do here; a role is a set of these."""

    ADDRESSEE_SEARCH = "addressee.search"
    ADDRESSEE_READ = "addressee.read"
    ADDRESSEE_WRITE = "addressee.write"
    ADDRESSEE_IMPORT = "addressee.import"
    ADDRESSEE_MERGE = "addressee.merge"
    PROTECTED_READ = "addressee.protected"
    LEDGER_READ = "ledger.read"
    LEDGER_WRITE = "ledger.write"
    RESULTS_IMPORT = "results.import"
    TARGETS_EXTRACT = "targets.extract"
    NOTICES_PRINT = "notices.print"
    LISTS_EXPORT = "lists.export"
    REPORT_READ = "report.read"
    REPORT_KEEP = "report.keep"
    CATALOGUE_READ = "catalogue.read"
    CATALOGUE_WRITE = "catalogue.write"
    JOBS_READ = "jobs.read"
    AUDIT_READ = "audit.read"


def requires(action: Action) -> Callable[[View], View]:
    """Let only those in whose roles ``action`` stands; for all others the page does not exist (404)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return HttpResponseRedirect(_sign_in_first(request))
            if not request.user.may(action):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.required_action = action  # type: ignore[attr-defined]
        return guarded

    return decorate


def _sign_in_first(request: HttpRequest) -> str:
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}"
