"""提供の確認待ち (自動応答不可): one person looks at what would be sent, another decides (control 53)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from sesshu.intermediate import deciding, network_copies, opinions
from sesshu.intermediate.choices import ProvisionState
from sesshu.intermediate.models import Provision
from sesshu.intermediate.staff import forms, naming, provisions
from sesshu.kernel import clock
from sesshu.protection import audit, freshness
from sesshu.protection.actions import Action, requires
from sesshu.protection.keys.roots import NotAuthentic
from sesshu.protection.models import Account
from sesshu.protection.signed_in import account

_PER_PAGE = 50
_ALL = "all"


@require_GET
@requires(Action.INTERMEDIATE_PROVISIONS)
def listing(request: HttpRequest) -> HttpResponse:
    """Those that wait, the first to end first; with ``show=all`` those of lately."""
    by, past = account(request), request.GET.get("show") == _ALL
    found = provisions.others() if past else provisions.waiting()
    page = Paginator(found, _PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    shown = naming.numbers_for(by, (row.person for row in rows))
    audit.record(
        "intermediate.provision-list", by=by, subjects=sorted(shown),
        detail={"conditions": {"show": _ALL if past else "waiting"}, "shown": len(rows)},
    )  # fmt: skip
    names = network_copies.names()
    context = {
        "page": page,
        "past": past,
        "lines": [
            (row, shown.get(row.person_id or 0), naming.institution(row.inquirer, names),
             naming.information(row.information, row.information_name))
            for row in rows
        ],
        "tabs": _tabs(past),
        "now": clock.now(),
    }  # fmt: skip
    return render(request, "exchange/provisions.html", context)


@require_GET
@requires(Action.INTERMEDIATE_PROVISIONS)
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _shown(request, _found(pk))


@require_POST
@requires(Action.INTERMEDIATE_CHECK, fresh=True)
def give_opinion(request: HttpRequest, pk: UUID) -> HttpResponse:
    provision, form = _found(pk), forms.OpinionForm(request.POST)
    if not form.is_valid():
        return _shown(request, provision, opinion_form=form)
    said, by = form.cleaned_data, account(request)
    return _done(
        request,
        provision,
        lambda: opinions.give(provision, provide=said["provide"] == "yes", reason=said["reason"], by=by),
        "決定者に回しました。ほかの人が決定すると、相手の機関へ回答します。",
    )


@require_POST
@requires(Action.INTERMEDIATE_DECIDE, fresh=True)
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    provision = _found(pk)
    return _done(
        request, provision,
        lambda: opinions.decide(provision, seen=_seen(request), by=account(request)),
        "決定しました。相手の機関への回答を送信します。",
    )  # fmt: skip


@require_POST
@requires(Action.INTERMEDIATE_DECIDE, fresh=True)
def send_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    provision, form = _found(pk), forms.RemarkForm(request.POST)
    if not form.is_valid():
        return _shown(request, provision, remark_form=form)
    remark = form.cleaned_data["remark"]
    return _done(
        request, provision,
        lambda: opinions.send_back(provision, seen=_seen(request), remark=remark, by=account(request)),
        "差し戻しました。情報連携担当がもう一度確かめます。",
    )  # fmt: skip


def _seen(request: HttpRequest) -> str:
    """The opinion that was on the screen."""
    return request.POST.get("opinion", "")


def _found(pk: UUID) -> Provision:
    return get_object_or_404(provisions.own(), pk=pk)


def _done(
    request: HttpRequest, provision: Provision, command: Callable[[], object], told: str
) -> HttpResponse:
    try:
        command()
    except ValueError as refusal:  # NotWaiting, NotSeen and NotYours are such, and say what to do
        messages.error(request, str(refusal))
    else:
        messages.success(request, told)
    return redirect("exchange:provision", pk=provision.pk)


def _shown(request: HttpRequest, provision: Provision, **more: Any) -> HttpResponse:
    by = account(request)
    waits = provision.state == ProvisionState.WAITING and provision.answer_by > clock.now()
    number = naming.numbers_for(by, [provision.person]).get(provision.person_id or 0)
    subjects = [] if provision.person_id is None else [provision.person_id]
    audit.record(
        "intermediate.provision-read", by=by, subjects=subjects, detail={"provision": str(provision.pk)}
    )
    opinion = opinions.in_force(provision)
    context = {
        "provision": provision,
        "number": number,
        "inquirer": naming.institution(provision.inquirer),
        "information": naming.information(provision.information, provision.information_name),
        "waits": waits,
        "overdue": provision.state == ProvisionState.WAITING and not waits,
        "opinion": opinion,
        "history": opinions.history(provision),
        "may_check": waits and opinion is None and by.may(Action.INTERMEDIATE_CHECK),
        "may_decide": waits and opinion is not None and by.may(Action.INTERMEDIATE_DECIDE),
        "fresh": freshness.is_fresh(request),
        "is_mine": opinion is not None and opinion.given_by_id == by.pk,
        "opinion_form": forms.OpinionForm(),
        "remark_form": forms.RemarkForm(),
    } | (_content(provision, by) if waits else {})
    return render(request, "exchange/provision.html", context | more, status=400 if more else 200)


def _content(provision: Provision, by: Account) -> dict[str, Any]:
    """What would be sent now, for as long as somebody has to look at it; looking is logged."""
    try:
        records = deciding.preview(provision, by=by)
    except NotAuthentic:
        return {"unreadable": True}
    return {
        "columns": [naming.item(name) for name in provision.fields],
        "rows": [[record.get(name) for name in provision.fields] for record in records],
    }


def _tabs(past: bool) -> list[dict[str, Any]]:
    waiting = provisions.waiting().count()
    return [
        {"label": "確認待ち", "url": "?", "current": not past, "count": waiting},
        {"label": "確認の済んだ提供・自動の提供", "url": f"?show={_ALL}", "current": past, "count": None},
    ]
