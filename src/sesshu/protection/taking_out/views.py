"""Screens of requests: ask, decide, fetch, passphrase, erasure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.protection import audit, door
from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account
from sesshu.protection.taking_out import selectors, services
from sesshu.protection.taking_out.choices import LegalBasis, State
from sesshu.protection.taking_out.forms import DecisionForm, ErasureForm, RequestForm
from sesshu.protection.taking_out.models import TakingOut
from sesshu.protection.taking_out.producers import Offer, UnknownProducer, producer
from sesshu.protection.terminals import taking_out as allowed_terminals

SHOWN = 100


@require_GET
@requires(Action.TAKING_OUT_REQUEST)
def mine(request: HttpRequest) -> HttpResponse:
    """One's own requests."""
    found = selectors.requests_for(account(request)).filter(asked_by=account(request))[:SHOWN]
    context = {"requests": found, "title": "持出しの申請", "not_here": allowed_terminals.refusal(request)}
    return render(request, "taking_out/list.html", context)


@require_GET
@requires(Action.TAKING_OUT_APPROVE)
def to_decide(request: HttpRequest) -> HttpResponse:
    """The city's requests, those that wait first."""
    found = selectors.requests_for(account(request))
    waiting = found.filter(state=State.REQUESTED)
    others = found.exclude(state=State.REQUESTED)[:SHOWN]
    context = {"requests": [*waiting, *others], "title": "持出しの承認"}
    return render(request, "taking_out/list.html", context)


@require_http_methods(["GET", "POST"])
@requires(Action.TAKING_OUT_REQUEST)
def new(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for what a list shows; its conditions stand in the address."""
    conditions = request.GET.urlencode()
    offer, forms_offered = _offer(name, conditions)
    form = RequestForm(request.POST or None, forms_offered=forms_offered)
    if request.method == "POST" and form.is_valid():
        made = _tried(
            form,
            lambda: services.request(
                by=account(request),
                producer_name=name,
                conditions=conditions,
                basis=LegalBasis(form.cleaned_data.pop("basis")),
                **form.cleaned_data,
            ),
        )
        if made:
            messages.success(request, "申請しました。承認されると、ここから受け取れます。")
            return redirect("taking_out:detail", pk=made.pk)
    return render(
        request,
        "taking_out/new.html",
        {"form": form, "offer": offer, "not_here": allowed_terminals.refusal(request)},
    )


def _offer(name: str, conditions: str) -> tuple[Offer, tuple[str, ...]]:
    try:
        found = producer(name)
        return found.offer(conditions), found.forms
    except (UnknownProducer, ValueError):
        raise Http404 from None


def _tried(form: django_forms.Form, command: Callable[[], TakingOut]) -> TakingOut | None:
    try:
        return command()
    except services.NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return None


@require_GET
@requires(Action.TAKING_OUT_REQUEST)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own request with what can be done next."""
    found = get_object_or_404(selectors.requests_for(account(request)), pk=pk, asked_by=account(request))
    return _shown(request, found)


@require_GET
@requires(Action.TAKING_OUT_APPROVE)
def approval(request: HttpRequest, pk: int) -> HttpResponse:
    """A request as its approver sees it."""
    return _shown(request, _for_approver(request, pk))


def _shown(request: HttpRequest, found: TakingOut, **more: Any) -> HttpResponse:
    by = account(request)
    context = {
        "found": found,
        "offer": _words(found),
        "is_mine": found.asked_by_id == by.pk,
        "may_decide": by.may(Action.TAKING_OUT_APPROVE) and found.asked_by_id != by.pk,
        "is_decider": found.decided_by_id == by.pk,
        "decision_form": DecisionForm(),
        "erasure_form": ErasureForm(),
        "not_here": allowed_terminals.refusal(request) if found.asked_by_id == by.pk else "",
        "is_late": found.state == State.READY and services.is_late(found),
    } | more
    return render(request, "taking_out/detail.html", context, status=400 if more.get("failed") else 200)


def _words(found: TakingOut) -> tuple[tuple[str, str], ...]:
    try:
        return producer(found.producer).offer(found.conditions).words
    except (UnknownProducer, ValueError):
        return ()


def _for_approver(request: HttpRequest, pk: int) -> TakingOut:
    return get_object_or_404(selectors.requests_for(account(request)), pk=pk)


@require_POST
@requires(Action.TAKING_OUT_APPROVE, fresh=True)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = _for_approver(request, pk), DecisionForm(request.POST)
    approve = request.POST.get("decision") == "approve"
    if form.is_valid():
        done = _tried(
            form,
            lambda: services.decide(pk=pk, by=account(request), approve=approve, **form.cleaned_data),
        )
        if done:
            messages.success(request, "承認しました。" if approve else "却下しました。")
            return redirect("taking_out:approval", pk=pk)
    return _shown(request, found, decision_form=form, failed=True)


@require_POST
@requires(Action.TAKING_OUT_REQUEST)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return _commanded(request, pk, lambda: services.withdraw(pk=pk, by=account(request)), "取り下げました。")


@require_POST
@requires(Action.TAKING_OUT_REQUEST, fresh=True)
def fetch(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = get_object_or_404(selectors.requests_for(account(request)), pk=pk, asked_by=account(request))
    if refusal := allowed_terminals.refusal(request):
        audit.record(
            "taking-out.terminal", by=account(request), count=0, detail={"taking_out": pk}, result="refused"
        )
        messages.error(request, refusal)
        return redirect("taking_out:detail", pk=pk)
    try:
        path = services.fetch(pk=pk, by=account(request))
    except services.NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("taking_out:detail", pk=pk)
    return door.hand_out(request, door.Kind.SEALED, f"{found.title}.zip", path)


@require_POST
@requires(Action.TAKING_OUT_APPROVE, fresh=True)
@sensitive_variables("phrase")
def passphrase(request: HttpRequest, pk: int) -> HttpResponse:
    """Shown once in the answer; it stands in no address, no session and no log."""
    found = _for_approver(request, pk)
    try:
        phrase = services.tell_passphrase(pk=pk, by=account(request))
    except services.NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("taking_out:approval", pk=pk)
    return _shown(request, found, phrase=phrase)


@require_POST
@requires(Action.TAKING_OUT_REQUEST)
def erasure(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(selectors.requests_for(account(request)), pk=pk, asked_by=account(request))
    form = ErasureForm(request.POST)
    if form.is_valid():
        done = _tried(form, lambda: services.prove_erasure(pk=pk, by=account(request), **form.cleaned_data))
        if done:
            messages.success(request, "消去を記録しました。この持出しは終わりです。")
            return redirect("taking_out:detail", pk=pk)
    return _shown(request, found, erasure_form=form, failed=True)


def _commanded(request: HttpRequest, pk: int, command: Callable[[], object], message: str) -> HttpResponse:
    get_object_or_404(selectors.requests_for(account(request)), pk=pk, asked_by=account(request))
    try:
        command()
    except services.NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, message)
    return redirect("taking_out:detail", pk=pk)
