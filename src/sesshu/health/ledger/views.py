"""The ledger page and its commands."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from sesshu.addressees import selectors as addressees
from sesshu.addressees.models import Addressee
from sesshu.health.ledger import checks, page, panels, selectors, services
from sesshu.health.ledger.choices import CircumstanceKind
from sesshu.health.ledger.forms import DoseForm, EventForm, ReasonForm, ScreeningForm
from sesshu.health.ledger.lanes import WORDS
from sesshu.health.ledger.models import Dose, LedgerEntry, Screening
from sesshu.kernel import clock
from sesshu.protection import purposes, scopes
from sesshu.protection.actions import Action, requires
from sesshu.protection.cases import opens_person
from sesshu.protection.purposes import Purpose, Section
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current

PURPOSE = "接種台帳の確認"


def _tabs(pk: int) -> list[dict[str, object]]:
    return [
        {"label": "接種台帳", "url": reverse("ledger:ledger", args=[pk]), "current": True},
        {"label": "宛名", "url": reverse("addressees:detail", args=[pk])},
        {"label": "異動履歴", "url": reverse("addressees:history", args=[pk])},
    ]


def _addressee(pk: int) -> Addressee:
    return get_object_or_404(Addressee, municipality_code=current(), pk=pk)


@require_GET
@requires(Action.LEDGER_READ, scoped=True)
@opens_person(shows=Section.DOSES)
def ledger(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's whole ledger (H02)."""
    addressee = _addressee(pk)
    if addressee.merged_into_id:
        return redirect("ledger:ledger", pk=addressee.merged_into_id)
    gathered = page.gather(addressee, today=clock.today(), zoom_key=request.GET.get("zoom", ""))
    shown = page.needed_of(gathered, purposes.left_out(), account(request).programmes_for(Action.LEDGER_READ))
    selectors.note_reading(pk, by=request.user, purpose=PURPOSE)  # type: ignore[arg-type]
    person = addressees.person(pk, by=request.user, purpose=PURPOSE)  # type: ignore[arg-type]
    context = {
        "page": shown,
        "person": person,
        "tabs": _tabs(pk),
        "household": addressees.household(person, by=request.user),  # type: ignore[arg-type]
        "panels": panels.panels_for(request, pk),
        "circumstance_kinds": CircumstanceKind.choices,
        "words": [(kind.value, text) for kind, text in WORDS.items()],
        "today": clock.today(),
    }
    return render(request, "ledger/ledger.html", context)


@require_http_methods(["GET", "POST"])
@requires(Action.LEDGER_WRITE, scoped=True)
@opens_person(task=Purpose.RECORDING)
def dose_new(request: HttpRequest, pk: int) -> HttpResponse:
    addressee = _addressee(pk)
    form = DoseForm(request.POST or None, initial=_suggested(request))
    scopes.cut(form.fields["programme"], account(request), Action.LEDGER_WRITE)
    findings: tuple[checks.Finding, ...] = ()
    if form.is_valid():
        values = {"vaccine": form.cleaned_data["vaccine"], "date": form.cleaned_data["date"]}
        values |= {"programme": form.cleaned_data["programme"], **form.items()}
        findings = services.preview_dose(addressee=addressee, **values)
        if not findings or form.cleaned_data["confirmed"]:
            saved = _record(request, form, addressee, values)
            if saved:
                return _back(request, addressee.pk, "接種を記録しました。")
    context = {"findings": findings, "kind": "dose", "title": "接種を記録"}
    return _form_page(request, addressee, form, **context)


def _record(
    request: HttpRequest, form: DoseForm, addressee: Addressee, values: dict[str, Any]
) -> Dose | None:
    try:
        return services.record_dose(
            addressee=addressee,
            by=request.user,  # type: ignore[arg-type]
            at=clock.now(),
            confirmed=True,
            **values,
        )
    except services.EntryRefused as refusal:
        _tell(form, refusal)
        return None


@require_http_methods(["GET", "POST"])
@requires(Action.LEDGER_WRITE, scoped=True)
@opens_person(task=Purpose.RECORDING)
def screening_new(request: HttpRequest, pk: int) -> HttpResponse:
    addressee = _addressee(pk)
    form = ScreeningForm(request.POST or None, initial=_suggested(request))
    scopes.cut(form.fields["programme"], account(request), Action.LEDGER_WRITE)
    if form.is_valid():
        try:
            services.record_screening(
                addressee=addressee,
                programme=form.cleaned_data["programme"],
                date=form.cleaned_data["date"],
                reason=form.cleaned_data["reason"],
                by=request.user,  # type: ignore[arg-type]
                at=clock.now(),
                **form.items(),
            )
            return _back(request, addressee.pk, "予診のみを記録しました。")
        except services.EntryRefused as refusal:
            _tell(form, refusal)
    return _form_page(request, addressee, form, kind="screening", title="予診のみを記録")


@require_http_methods(["GET", "POST"])
@requires(Action.LEDGER_WRITE, scoped=True)
@opens_person(task=Purpose.RECORDING)
def entry_replace(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Correct an entry: void it and record it anew (H01)."""
    entry = _entry(request, kind, pk)
    made = DoseForm if isinstance(entry, Dose) else ScreeningForm
    form, why = made(request.POST or None, initial=_initial(entry)), ReasonForm(request.POST or None)
    scopes.cut(form.fields["programme"], account(request), Action.LEDGER_WRITE)
    if form.is_valid() and why.is_valid():
        names = {"date", "vaccine", "programme", "reason"} & set(form.fields)
        corrected = {name: form.cleaned_data[name] for name in names} | form.items()
        corrected["programme"] = corrected.get("programme") or entry.programme
        try:
            services.replace(
                entry,
                reason=why.cleaned_data["void_reason"],
                by=request.user,  # type: ignore[arg-type]
                at=clock.now(),
                **corrected,
            )
            return _back(
                request, entry.addressee_id, "記録を訂正しました。訂正前の記録は取消として残ります。"
            )
        except services.EntryRefused as refusal:
            _tell(form, refusal)
    context = {"kind": kind, "why": why, "entry": entry, "title": "記録を訂正（取消して置換え）"}
    return _form_page(request, entry.addressee, form, **context)


@require_http_methods(["GET", "POST"])
@requires(Action.LEDGER_WRITE, scoped=True)
@opens_person(task=Purpose.RECORDING)
def entry_void(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Void an entry; it stays to be read."""
    entry = _entry(request, kind, pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        why = form.cleaned_data["void_reason"]
        try:
            services.void(entry, reason=why, by=request.user, at=clock.now())  # type: ignore[arg-type]
            return _back(request, entry.addressee_id, "記録を取り消しました。取消の記録は台帳に残ります。")
        except services.EntryRefused as refusal:
            _tell(form, refusal)
    person = addressees.person(entry.addressee_id, by=request.user, purpose="記録の取消")  # type: ignore[arg-type]
    context = {"form": form, "entry": entry, "kind": kind, "person": person}
    return render(request, "ledger/void.html", context)


def _entry(request: HttpRequest, kind: str, pk: int) -> Dose | Screening:
    entry = selectors.entry(kind, pk)
    if entry is None:
        raise Http404
    scopes.only(request, Action.LEDGER_WRITE, entry.programme)
    return entry  # type: ignore[return-value]


def _suggested(request: HttpRequest) -> dict[str, Any]:
    names = ("vaccine", "programme", "date")
    return {name: request.GET[name] for name in names if name in request.GET} | {"publicly_funded": True}


def _initial(entry: LedgerEntry) -> dict[str, Any]:
    values = {field.name: getattr(entry, field.name) for field in entry._meta.concrete_fields}
    provider = entry.provider
    return values | {"provider_code": provider.code if provider else ""}


def _form_page(request: HttpRequest, addressee: Addressee, form: EventForm, **context: Any) -> HttpResponse:
    person = addressees.person(addressee.pk, by=request.user, purpose=context["title"])  # type: ignore[arg-type]
    context |= {"person": person, "form": form}
    return render(request, "ledger/entry_form.html", context)


def _back(request: HttpRequest, addressee_id: int, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("ledger:ledger", pk=addressee_id)


def _tell(form: forms.Form, refusal: services.EntryRefused) -> None:
    for finding in refusal.findings:
        form.add_error(finding.field if finding.field in form.fields else None, finding.message)
