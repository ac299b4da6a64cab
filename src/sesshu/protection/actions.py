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

from sesshu.protection import freshness

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
    AUDIT_REVIEW = "audit.review"
    ACCOUNTS_READ = "accounts.read"
    ACCOUNTS_REQUEST = "accounts.request"
    ACCOUNTS_APPROVE = "accounts.approve"
    ACCOUNTS_REVIEW = "accounts.review"
    ROLES_WRITE = "roles.write"
    FACTORS_RECOVER = "factors.recover"
    TERMINALS_REQUEST = "terminals.request"
    TERMINALS_APPROVE = "terminals.approve"
    NUMBER_WRITE = "number.write"
    NUMBER_SEARCH = "number.search"
    NUMBER_REVEAL = "number.reveal"
    KEYS_MANAGE = "keys.manage"
    RETENTION_REQUEST = "retention.request"
    RETENTION_APPROVE = "retention.approve"
    TAKING_OUT_REQUEST = "taking-out.request"
    TAKING_OUT_APPROVE = "taking-out.approve"
    MEDIA_WRITE = "media.write"
    TERMINALS_READ = "terminals.read"
    TERMINALS_STOP = "terminals.stop"
    EXCHANGE_INQUIRE = "exchange.inquire"
    EXCHANGE_DECIDE = "exchange.decide"
    EXCHANGE_FLAGS = "exchange.flags"
    INTERMEDIATE_INQUIRIES = "intermediate.inquiries"
    INTERMEDIATE_PERSONS = "intermediate.persons"
    INTERMEDIATE_PROVISIONS = "intermediate.provisions"
    INTERMEDIATE_CHECK = "intermediate.check"
    INTERMEDIATE_DECIDE = "intermediate.decide"
    INTERMEDIATE_RECORDS = "intermediate.records"
    INTERMEDIATE_CORRECT = "intermediate.correct"
    INTERMEDIATE_DISCLOSE = "intermediate.disclose"
    INTERMEDIATE_FLAGS = "intermediate.flags"
    INTERMEDIATE_REPLICAS = "intermediate.replicas"
    INTERMEDIATE_LIST = "intermediate.list"
    INTERMEDIATE_STATE = "intermediate.state"
    INTERMEDIATE_OPERATE = "intermediate.operate"


def requires(action: Action, *, fresh: bool = False, scoped: bool = False) -> Callable[[View], View]:
    """Let only those in whose roles ``action`` stands; for all others the page does not exist (404).

    :param fresh: the act is sensitive: the second factor must have been shown in the last minutes
        (:mod:`sesshu.protection.freshness`).
    :param scoped: the page keeps to the programmes that the account's right is limited to; without it, a
        page about programmes is closed to a limited account (:mod:`sesshu.protection.scopes`).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return HttpResponseRedirect(_sign_in_first(request))
            from sesshu.protection.scopes import is_limited  # models need the roles, which need the actions

            if not request.user.may(action) or (not scoped and is_limited(request.user, action)):
                raise Http404
            if fresh and not freshness.is_fresh(request):
                return freshness.ask_again(request)
            return view(request, *args, **kwargs)

        guarded.required_action = action  # type: ignore[attr-defined]
        guarded.required_fresh = fresh  # type: ignore[attr-defined]
        return guarded

    return decorate


def _sign_in_first(request: HttpRequest) -> str:
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}"
