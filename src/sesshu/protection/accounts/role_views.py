"""Roles × actions as a table, and the request to change one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sesshu.kernel import clock
from sesshu.kernel.wareki import parse_date
from sesshu.protection.accounts import asking, defining
from sesshu.protection.accounts.asking import NotAllowed
from sesshu.protection.accounts.forms import NewRoleForm, RoleForm
from sesshu.protection.accounts.separation import PAIRS
from sesshu.protection.action_words import WORDS
from sesshu.protection.actions import Action, requires
from sesshu.protection.purposes import Purpose
from sesshu.protection.signed_in import account

NEW = "new"


@require_GET
@requires(Action.ACCOUNTS_READ)
def role_table(request: HttpRequest) -> HttpResponse:
    """Which role may do what, today or as known at the end of a day (``?on=``)."""
    text, error, known_at = request.GET.get("on", ""), "", None
    if text.strip():
        try:
            known_at = clock.end_of(parse_date(text))
        except ValueError as fault:
            error = str(fault)
    roles = list(defining.definitions(known_at).values())
    rows = [(*WORDS[action], [action in role.actions for role in roles]) for action in Action]
    purposes = [(str(one.label), [one in role.purposes for role in roles]) for one in Purpose]
    context = {"roles": roles, "rows": rows, "purposes": purposes, "on": text, "error": error, "pairs": PAIRS}
    return render(request, "accounts/roles.html", context)


@require_http_methods(["GET", "POST"])
@requires(Action.ROLES_WRITE)
def role_edit(request: HttpRequest, code: str) -> HttpResponse:
    role = defining.definitions().get(code)
    if role is None and code != NEW:
        raise Http404
    form = _form(request, role)
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = asking.ask_to_change_role(
                code=code if role else given["code"],
                label=given["label"],
                actions=given["actions"],
                purposes=given["purposes"],
                reason=given["reason"],
                by=account(request),
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "役割の変更を申請しました。承認されるまで変わりません。")
            return redirect("accounts:request", pk=made.pk)
    context = {"form": form, "role": role, "history": defining.history(code) if role else ()}
    return render(request, "accounts/role.html", context)


def _form(request: HttpRequest, role: defining.Definition | None) -> RoleForm:
    data = request.POST if request.method == "POST" else None
    if role is None:
        return NewRoleForm(data)
    initial: dict[str, Any] = {
        "label": role.label,
        "actions": sorted(role.actions),
        "purposes": sorted(role.purposes),
    }
    return RoleForm(data, initial=initial)
