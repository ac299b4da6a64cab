"""Screens of retention: the rules, a list, its decision, its record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from sesshu.protection import audit
from sesshu.protection.actions import Action, requires
from sesshu.protection.models import Account
from sesshu.protection.retention import rules, selectors, services
from sesshu.protection.retention.choices import WHOLE, RunState
from sesshu.protection.retention.forms import DecisionForm, ExcludeForm
from sesshu.protection.retention.models import ErasureRun, Hold
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current

ROWS_PER_PAGE = 100


@require_GET
@requires(Action.RETENTION_REQUEST)
def overview(request: HttpRequest) -> HttpResponse:
    """Each rule with what is due, and the erasures so far."""
    audit.record("retention.overview", by=account(request), count=0)
    context = {
        "rules": selectors.rules_now(),
        "elsewhere": rules.elsewhere(),
        "runs": _told(selectors.runs()[:ROWS_PER_PAGE]),
    }
    return render(request, "retention/overview.html", context)


@require_GET
@requires(Action.RETENTION_APPROVE)
def to_decide(request: HttpRequest) -> HttpResponse:
    """The erasures of the city, those that wait first."""
    found = selectors.runs()
    waiting = found.filter(state=RunState.REQUESTED)
    others = found.exclude(state=RunState.REQUESTED)[:ROWS_PER_PAGE]
    return render(request, "retention/to_decide.html", {"runs": _told([*waiting, *others])})


def _told(runs: Any) -> list[tuple[ErasureRun, str]]:
    return [(each, rules.rule(each.rule).title) for each in runs]


@require_POST
@requires(Action.RETENTION_REQUEST)
def draw(request: HttpRequest, code: str) -> HttpResponse:
    try:
        made = services.draw(rule_code=code, by=account(request))
    except rules.UnknownRule:
        raise Http404 from None
    except services.NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("retention:overview")
    messages.success(request, "消去の候補を一覧にし、承認を申請しました。")
    return redirect("retention:run", pk=made.pk)


@require_GET
@requires(Action.RETENTION_REQUEST)
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """A list as who asks for it sees it."""
    return _shown(request, pk)


@require_GET
@requires(Action.RETENTION_APPROVE)
def approval(request: HttpRequest, pk: int) -> HttpResponse:
    """A list as its approver sees it."""
    return _shown(request, pk)


def _shown(request: HttpRequest, pk: int, **more: Any) -> HttpResponse:
    found, by = get_object_or_404(selectors.runs(), pk=pk), account(request)
    page = Paginator(found.items.order_by("since", "subject"), ROWS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    audit.record("retention.list", by=by, subjects=[item.subject for item in page.object_list],
                 detail={"run": pk})  # fmt: skip
    rule = rules.rule(found.rule)
    context = {
        "run": found,
        "rule": rule,
        "items": [(item, rule.kept_until(item.since)) for item in page.object_list],
        "page": page,
        "may_exclude": found.state == RunState.REQUESTED and by.may(Action.RETENTION_REQUEST),
        "may_decide": _may_decide(found, by),
        "is_mine": found.asked_by_id == by.pk,
        "decision_form": DecisionForm(),
        "exclude_form": ExcludeForm(),
    } | more
    return render(request, "retention/run.html", context, status=400 if more else 200)


def _may_decide(found: ErasureRun, by: Account) -> bool:
    mine = found.asked_by_id == by.pk
    return found.state == RunState.REQUESTED and by.may(Action.RETENTION_APPROVE) and not mine


@require_POST
@requires(Action.RETENTION_APPROVE, fresh=True)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(selectors.runs(), pk=pk)
    form, approve = DecisionForm(request.POST), request.POST.get("decision") == "approve"
    if form.is_valid():
        try:
            services.decide(run=pk, approve=approve, by=account(request), **form.cleaned_data)
        except services.NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _decided(pk) if approve else "却下しました。")
            return redirect("retention:approval", pk=pk)
    return _shown(request, pk, decision_form=form)


def _decided(pk: int) -> str:
    whole = ErasureRun.objects.filter(pk=pk, rule=WHOLE).exists()
    return "承認しました。" if whole else "承認しました。消去を始めます。"


@require_POST
@requires(Action.RETENTION_REQUEST)
def exclude(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(selectors.runs(), pk=pk)
    form = ExcludeForm(request.POST)
    if not form.is_valid():
        return _shown(request, pk, exclude_form=form)
    return _commanded(
        request,
        lambda: services.exclude(run=pk, by=account(request), **form.cleaned_data),
        "一覧から除外しました。解除するまで候補になりません。",
        pk,
    )


@require_POST
@requires(Action.RETENTION_REQUEST)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(selectors.runs(), pk=pk)
    return _commanded(request, lambda: services.withdraw(run=pk, by=account(request)), "取り下げました。", pk)


@require_POST
@requires(Action.RETENTION_REQUEST)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    held = get_object_or_404(Hold, municipality_code=current(), pk=pk, released_at__isnull=True)
    services.release(hold=held.pk, by=account(request))
    messages.success(request, "除外を解除しました。次の一覧から候補になります。")
    return redirect("retention:holds", code=held.rule)


@require_GET
@requires(Action.RETENTION_REQUEST)
def holds(request: HttpRequest, code: str) -> HttpResponse:
    """What is held back of a rule."""
    try:
        rule = rules.rule(code)
    except rules.UnknownRule:
        raise Http404 from None
    found = selectors.holds(code).select_related("set_by").order_by("-set_at")
    audit.record("retention.holds", by=account(request), subjects=[each.subject for each in found])
    return render(request, "retention/holds.html", {"rule": rule, "holds": found})


def _commanded(request: HttpRequest, command: Callable[[], object], message: str, pk: int) -> HttpResponse:
    try:
        command()
    except services.NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, message)
    return redirect("retention:run", pk=pk)
