"""The list of accounts, one account with its rights and their history, and what narrows them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.kernel import clock
from sesshu.kernel.wareki import parse_date
from sesshu.protection import audit, programmes
from sesshu.protection.accounts import asking, defining, selectors, services, sharing, usage
from sesshu.protection.accounts.asking import NotAllowed
from sesshu.protection.accounts.forms import DutyForm, GrantForm, NarrowForm, ReasonForm
from sesshu.protection.accounts.models import Grant
from sesshu.protection.action_words import WORDS
from sesshu.protection.actions import Action, requires
from sesshu.protection.models import Account
from sesshu.protection.signed_in import account as signed_in
from sesshu.protection.tenancy import current

PER_PAGE = 50
STATES = {
    "working": ("利用中", "success"),
    "idle": ("権限なし", "weak"),
    "waiting": ("開始前", "notice"),
    "suspended": ("停止", "error"),
    "ended": ("終了", "weak"),
}


@require_GET
@requires(Action.ACCOUNTS_READ)
def account_list(request: HttpRequest) -> HttpResponse:
    text, role, state = (request.GET.get(name, "") for name in ("q", "role", "state"))
    lines = selectors.found_accounts(text[:100], role, state)
    audit.record("accounts.list", by=signed_in(request), count=0, detail={"accounts": len(lines)})
    page = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(line, *STATES[line.state]) for line in page.object_list]
    context: dict[str, Any] = {"page": page, "rows": rows, "text": text, "role": role, "state": state}
    context |= {"roles": defining.labels().items(), "states": [(k, v[0]) for k, v in STATES.items()]}
    return render(request, "accounts/list.html", context)


@require_GET
@requires(Action.ACCOUNTS_READ)
def account_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Rights today, ended ones, and with ``?on=`` those that stood on a day."""
    return _page(request, _account(pk))


def _page(request: HttpRequest, shown: Account, **forms: Any) -> HttpResponse:
    known, day_text = defining.definitions(), request.GET.get("on", "")
    grants = selectors.grants_of(shown)
    day, error = _end_of(day_text)
    if day is not None:
        grants = selectors.grants_known_at(shown, day)  # type: ignore[assignment]
    audit.record("accounts.read", by=signed_in(request), count=0, detail={"account": shown.pk})
    (line,) = selectors.lines_of([shown])
    context = {
        "shown": shown,
        "line": line,
        "state": STATES[line.state],
        "rights": [_right(grant, known) for grant in grants],
        "may_do": [WORDS[action] for action in Action if shown.may(action)],
        "on": day_text,
        "error": error,
        "narrow_form": NarrowForm(auto_id="narrow_%s"),
        "grant_form": GrantForm(auto_id="grant_%s"),
        "reason_form": ReasonForm(auto_id="resume_%s"),
        "members": sharing.members(shown),
        "narrowings": selectors.narrowings_of(shown),
        "oneself": shown.pk == signed_in(request).pk,
    } | forms
    return render(request, "accounts/account.html", context, status=400 if forms else 200)


def _right(grant: Grant, known: dict[str, defining.Definition]) -> dict[str, Any]:
    today, role = clock.today(), known.get(grant.role)
    ends = [
        day
        for day in (grant.ends_on, grant.contract and (grant.contract.ended_on or grant.contract.ends_on))
        if day
    ]
    if grant.withdrawn_at or any(day < today for day in ends):
        state = ("終了", "weak")
    elif not grant.account.in_service:
        state = ("停止中", "error")
    elif grant.starts_on and grant.starts_on > today:
        state = ("開始前", "notice")
    else:
        state = ("有効", "success")
    scope = programmes.names(grant.programmes)
    return {"grant": grant, "label": role.label if role else grant.role, "scope": scope, "state": state}


def _end_of(text: str) -> tuple[Any, str]:
    """The last moment of the day typed."""
    if not text.strip():
        return None, ""
    try:
        return clock.end_of(parse_date(text)), ""
    except ValueError as error:
        return None, str(error)


def _account(pk: int) -> Account:
    found = selectors.account(pk)
    if found is None:
        raise Http404
    return found


@require_POST
@requires(Action.ACCOUNTS_REQUEST)
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    shown, form = _account(pk), GrantForm(request.POST, auto_id="grant_%s")
    if form.is_valid():
        try:
            asking.ask_to_grant(
                shown, wanted=form.wanted(), reason=form.cleaned_data["reason"], by=signed_in(request)
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "権限の付与を申請しました。承認されるまで使えません。")
            return redirect("accounts:account", pk=pk)
    return _page(request, shown, grant_form=form, form=form)


@require_POST
@requires(Action.ACCOUNTS_READ)
def narrow(request: HttpRequest, pk: int) -> HttpResponse:
    """Suspend, transfer or retire: whoever asks, approves or reviews may."""
    shown, form = _account(pk), NarrowForm(request.POST, auto_id="narrow_%s")
    if form.is_valid():
        try:
            said = _narrowed(shown, form.cleaned_data, signed_in(request))
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, said)
            return redirect("accounts:account", pk=pk)
    return _page(request, shown, narrow_form=form, form=form)


def _narrowed(shown: Account, given: dict[str, Any], by: Account) -> str:
    reason, on = given["reason"], given["on"]
    if given["what"] == "suspend":
        services.suspend(shown, reason=reason, by=by)
        return "停止しました。開いている画面も処理も、いま止まります。"
    if given["what"] == "transfer":
        ended = services.transfer(shown, on=on, section=given["section"], reason=reason, by=by)
        return f"異動を登録しました。権限{ended}件は、異動日の前日で終わります。"
    ended = services.retire(shown, last_day=on, reason=reason, by=by)
    return f"退職を登録しました。利用者と権限{ended}件は、最後の日で終わります。"


@require_POST
@requires(Action.ACCOUNTS_READ)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Grant.objects.select_related("account"), municipality_code=current(), pk=pk)
    try:
        services.withdraw(found, reason=request.POST.get("reason", ""), by=signed_in(request))
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "権限を取り消しました。いまから使えません。")
    return redirect("accounts:account", pk=found.account_id)


@require_POST
@requires(Action.ACCOUNTS_REQUEST)
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    shown = _account(pk)
    try:
        asking.ask_to_resume(shown, reason=request.POST.get("reason", ""), by=signed_in(request))
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "利用の再開を申請しました。")
    return redirect("accounts:account", pk=pk)


@require_GET
@requires(Action.ACCOUNTS_READ)
def unused(request: HttpRequest) -> HttpResponse:
    """Rights and accounts that nobody used for 90 days (control 29)."""
    context = {
        "rights": usage.unused_rights(),
        "accounts": usage.unused_accounts(),
        "days": usage.UNUSED_AFTER.days,
    }
    audit.record("accounts.unused", by=signed_in(request), count=0)
    return render(request, "accounts/unused.html", context)


@require_http_methods(["GET", "POST"])
def on_duty(request: HttpRequest) -> HttpResponse:
    """Who uses the shared id now; for any other account the page does not exist."""
    shared = signed_in(request)
    if not sharing.is_shared(shared):
        raise Http404
    form = DutyForm(request.POST if request.method == "POST" else None, shared=shared)
    refused = ""
    try:
        sharing.check(shared)
        if form.is_valid():
            sharing.take_duty(request, form.cleaned_data["member"])
            return redirect("/")
    except NotAllowed as refusal:
        refused = str(refusal)
    return render(request, "accounts/on_duty.html", {"form": form, "refused": refused})
