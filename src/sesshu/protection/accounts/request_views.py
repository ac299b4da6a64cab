"""What is asked for and waits for another person: new accounts, rights, roles, shared ids."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.protection import audit, enrolling, programmes
from sesshu.protection.accounts import asking, deciding, defining, selectors
from sesshu.protection.accounts.asking import NotAllowed
from sesshu.protection.accounts.choices import AccountKind, RequestKind, RequestState
from sesshu.protection.accounts.forms import OpenForm, ReasonForm
from sesshu.protection.accounts.models import AuthorityRequest, Contract
from sesshu.protection.action_words import WORDS
from sesshu.protection.actions import Action, requires
from sesshu.protection.models import Account
from sesshu.protection.purposes import Purpose
from sesshu.protection.signed_in import account

PER_PAGE = 50


@require_http_methods(["GET", "POST"])
@requires(Action.ACCOUNTS_REQUEST)
def open_account(request: HttpRequest) -> HttpResponse:
    shared = asking.shared_ids_permitted()
    form = OpenForm(request.POST if request.method == "POST" else None, shared=shared)
    if form.is_valid():
        try:
            made = asking.ask_to_open(**form.values(), by=account(request))
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "利用者の登録を申請しました。承認されると使えるようになります。")
            return redirect("accounts:request", pk=made.pk)
    return render(request, "accounts/open.html", {"form": form, "roles": _explained()})


def _explained() -> list[tuple[str, list[tuple[str, str]]]]:
    roles = defining.definitions().values()
    return [(role.label, [WORDS[a] for a in Action if a in role.actions]) for role in roles if role.actions]


@require_GET
@requires(Action.ACCOUNTS_READ)
def request_list(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", RequestState.WAITING)
    found = selectors.requests(state if state in RequestState.values else "")
    address = reverse("accounts:requests")
    tabs = [
        {"label": label, "url": f"{address}?state={value}", "current": value == state, "count": None}
        for value, label in [*RequestState.choices, ("all", "すべて")]
    ]
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/requests.html", {"page": page, "tabs": tabs})


@require_GET
@requires(Action.ACCOUNTS_READ)
def request_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _request(pk))


def _page(request: HttpRequest, found: AuthorityRequest, refused: str = "") -> HttpResponse:
    by = account(request)
    waiting = found.state == RequestState.WAITING
    own = by.pk in (found.asked_by_id, found.account_id)
    context: dict[str, Any] = {
        "found": found,
        "items": _items(found),
        "grants": _grants(found),
        "change": _change(found) if found.kind == RequestKind.ROLE else None,
        "refused": refused,
        "may_decide": waiting and not own and by.may(Action.ACCOUNTS_APPROVE),
        "may_take_back": waiting and found.asked_by_id == by.pk,
        "own": waiting and own,
        "form": ReasonForm(auto_id="refuse_%s"),
    }
    audit.record("accounts.request-read", by=by, count=0, detail={"request": found.pk})
    return render(request, "accounts/request.html", context, status=400 if refused else 200)


def _items(found: AuthorityRequest) -> list[tuple[str, str]]:
    values = found.values
    items = [("種類", found.get_kind_display()), ("理由", found.reason)]
    if found.kind == RequestKind.OPEN:
        kind = AccountKind(values["kind"]).label
        items += [("利用者ID", values["login"]), ("氏名", values["name"]), ("種別", str(kind))]
        items += [("所属", values["section"]), ("職員番号", values["employee_number"] or "－")]
        if values["members"]:
            named = Account.objects.filter(pk__in=values["members"]).values_list("name", flat=True)
            items += [("使う人", "、".join(named)), ("使える端末", "、".join(values["terminals"]))]
            items += [("有効期限", values["serves_until"])]
    elif found.account:
        items += [("対象の利用者", f"{found.account.name}（{found.account.login}）")]
    if contract := Contract.objects.filter(pk=values.get("contract")).first():
        items.append(("契約", f"{contract} {contract.starts_on}〜{contract.ended_on or contract.ends_on}"))
    if found.kind == RequestKind.SHARED_IDS:
        items.append(("共用ID", "認める" if values["permitted"] else "認めない"))
    return items


def _grants(found: AuthorityRequest) -> list[dict[str, Any]]:
    known = defining.definitions()
    return [
        each
        | {
            "label": known[each["role"]].label if each["role"] in known else each["role"],
            "scope": programmes.names(each["programmes"]),
            "may_do": [
                WORDS[a] for a in Action if each["role"] in known and a in known[each["role"]].actions
            ],
        }
        for each in found.values.get("grants", ())
    ]


def _change(found: AuthorityRequest) -> dict[str, Any]:
    """What the role gains and loses against what it holds today."""
    values = found.values
    today = defining.definitions().get(values["role"])
    before = today.actions if today else frozenset()
    after = frozenset(values["actions"])
    purposes = [str(purpose.label) for purpose in Purpose if purpose in values["purposes"]]
    return {
        "label": values["label"],
        "gains": [WORDS[a] for a in Action if a in after - before],
        "loses": [WORDS[a] for a in Action if a in before - after],
        "purposes": purposes,
    }


@require_POST
@requires(Action.ACCOUNTS_APPROVE, fresh=True)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    found, by = _request(pk), account(request)
    try:
        if "approve" in request.POST:
            done = deciding.approve(found, by=by)
            if done.kind == RequestKind.OPEN:
                return _ticket(request, done, by)
            messages.success(request, "承認しました。いまから有効です。")
        else:
            done = deciding.refuse(found, by=by, note=request.POST.get("reason", ""))
            messages.success(request, "却下しました。")
    except NotAllowed as refusal:
        return _page(request, found, str(refusal))
    return redirect("accounts:request", pk=done.pk)


def _ticket(request: HttpRequest, done: AuthorityRequest, by: Account) -> HttpResponse:
    """What the new account gets into its hands; shown this once."""
    opened = done.account
    assert opened is not None
    code = enrolling.ticket(account=opened, requested_by=done.asked_by, approved_by=by)
    return render(request, "accounts/ticket.html", {"found": done, "shown": opened, "code": code})


@require_POST
@requires(Action.ACCOUNTS_READ)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    found = _request(pk)
    try:
        deciding.take_back(found, by=account(request))
    except NotAllowed as refusal:
        return _page(request, found, str(refusal))
    messages.success(request, "申請を取り下げました。")
    return redirect("accounts:request", pk=pk)


def _request(pk: int) -> AuthorityRequest:
    return get_object_or_404(selectors.requests(""), pk=pk)
