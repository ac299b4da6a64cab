"""Recording a person's circumstances (個別の事情), correcting and voiding them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from sesshu.addressees import selectors as addressees
from sesshu.addressees.models import Addressee
from sesshu.health.ledger import circumstance_services as services
from sesshu.health.ledger import circumstance_wording, selectors
from sesshu.health.ledger.choices import CircumstanceKind
from sesshu.health.ledger.circumstance_forms import FORMS, CircumstanceForm
from sesshu.health.ledger.circumstances import Circumstances
from sesshu.health.ledger.forms import ReasonForm
from sesshu.health.ledger.models import PersonalCircumstance
from sesshu.health.ledger.services import EntryRefused
from sesshu.kernel import clock
from sesshu.protection.actions import Action, requires
from sesshu.protection.cases import opens_person
from sesshu.protection.purposes import Purpose
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current

_TITLES = {kind.value: f"{kind.label}を記録" for kind in CircumstanceKind}


@require_http_methods(["GET", "POST"])
@requires(Action.LEDGER_WRITE)
@opens_person(task=Purpose.RECORDING)
def circumstance_new(request: HttpRequest, pk: int, circumstance: str) -> HttpResponse:
    person = get_object_or_404(Addressee, municipality_code=current(), pk=pk)
    form = FORMS[circumstance](request.POST or None)
    if form.is_valid():
        before = selectors.known_of_person(person.pk)
        try:
            services.record_circumstance(
                addressee=person, kind=circumstance, by=account(request), at=clock.now(), **form.cleaned_data
            )
            return _back(request, person, before, "記録しました。")
        except EntryRefused as refusal:
            _tell(form, refusal)
    return _page(request, person, form, title=_TITLES[circumstance])


@require_http_methods(["GET", "POST"])
@requires(Action.LEDGER_WRITE)
@opens_person(task=Purpose.RECORDING)
def circumstance_replace(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct: void it and record it anew."""
    row = _row(pk)
    initial = {name: getattr(row, name) for name in FORMS[row.kind].base_fields}
    form, why = FORMS[row.kind](request.POST or None, initial=initial), ReasonForm(request.POST or None)
    if form.is_valid() and why.is_valid():
        before, reason = selectors.known_of_person(row.addressee_id), why.cleaned_data["void_reason"]
        try:
            services.replace_circumstance(
                row, reason=reason, by=account(request), at=clock.now(), **form.cleaned_data
            )
            words = "訂正しました。訂正前の記録は取消として残ります。"
            return _back(request, row.addressee, before, words)
        except EntryRefused as refusal:
            _tell(form, refusal)
    told = circumstance_wording.described(row)
    return _page(request, row.addressee, form, title="個別の事情を訂正（取消して置換え）", why=why, old=told)


@require_http_methods(["GET", "POST"])
@requires(Action.LEDGER_WRITE)
@opens_person(task=Purpose.RECORDING)
def circumstance_void(request: HttpRequest, pk: int) -> HttpResponse:
    row, form = _row(pk), ReasonForm(request.POST or None)
    if form.is_valid():
        before, reason = selectors.known_of_person(row.addressee_id), form.cleaned_data["void_reason"]
        try:
            services.void_circumstance(row, reason=reason, by=account(request), at=clock.now())
            return _back(request, row.addressee, before, "取り消しました。取消の記録は台帳に残ります。")
        except EntryRefused as refusal:
            for finding in refusal.findings:
                form.add_error(None, finding.message)
    person = addressees.person(row.addressee_id, by=account(request), purpose="個別の事情の取消")
    context = {"form": form, "person": person, "old": circumstance_wording.described(row)}
    return render(request, "ledger/circumstance_void.html", context)


def _row(pk: int) -> PersonalCircumstance:
    row = selectors.circumstance(pk)
    if row is None:
        raise Http404
    return row


def _page(request: HttpRequest, person: Addressee, form: CircumstanceForm, **context: Any) -> HttpResponse:
    view = addressees.person(person.pk, by=account(request), purpose=context["title"])
    context |= {"person": view, "form": form}
    return render(request, "ledger/circumstance_form.html", context)


def _back(request: HttpRequest, person: Addressee, before: Circumstances, words: str) -> HttpResponse:
    holder = person.merged_into or person
    changed = circumstance_wording.changes(holder, before, selectors.known_of_person(holder.pk))
    told = f"変わったもの: {'、'.join(changed)}" if changed else "今日の状態で変わったものはありません。"
    messages.success(request, f"{words}{told}")
    return redirect("ledger:ledger", pk=holder.pk)


def _tell(form: CircumstanceForm, refusal: EntryRefused) -> None:
    for finding in refusal.findings:
        form.add_error(finding.field if finding.field in form.fields else None, finding.message)
