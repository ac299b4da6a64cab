"""発行履歴 on the ledger page (甲府市 別添1, 28–33): fiscal year, kind, reason, date, processing class."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from sesshu.health.notices import selectors
from sesshu.protection.actions import Action
from sesshu.protection.signed_in import account
from sesshu.web.permission import may


def panel(request: HttpRequest, addressee_id: int) -> str:
    """What was issued to this person, newest first; of the account's own programmes."""
    issues, scope = selectors.issues_of(addressee_id), account(request).programmes_for(Action.LEDGER_READ)
    if scope is not None:
        issues = issues.filter(programme__in=scope)
    context = {
        "issues": issues,
        "addressee_id": addressee_id,
        "may_issue": may(request, Action.NOTICES_PRINT),
    }
    return render_to_string("notices/history.html", context, request=request)
