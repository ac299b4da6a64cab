"""Rights limited to some programmes: which actions that concerns, and how a page keeps to it.

A page of such an action is closed to a limited account unless the page says that it keeps to the limit
(``requires(action, scoped=True)``): what nobody thought of stays shut.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest

from sesshu.protection.models import Account

# Named by their codes: actions.py itself asks here.
PER_PROGRAMME = frozenset(
    {"ledger.read", "ledger.write", "results.import", "targets.extract", "notices.print", "lists.export",
     "report.read", "report.keep", "taking-out.request", "retention.request"}
)  # fmt: skip


def is_limited(account: Account, action: str) -> bool:
    """Whether the account may do this for some programmes only."""
    return action in PER_PROGRAMME and account.programmes_for(action) is not None


def only(request: HttpRequest, action: str, programme: str) -> None:
    """:raises Http404: when the account may not do ``action`` for this programme."""
    if not (isinstance(request.user, Account) and request.user.may(action, programme)):
        raise Http404


def cut(field: Any, account: Account, action: str) -> None:
    """Leave a form's field of programmes the account's own; then none of them, or all, is no choice."""
    scope = account.programmes_for(action)
    if scope is None:
        return
    field.choices = [(code, name) for code, name in field.choices if code in scope]
    field.required = True
