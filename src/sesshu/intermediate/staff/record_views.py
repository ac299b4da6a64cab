"""情報提供等記録 (番号法23条): searched, read, corrected with a notice, copied for the person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.intermediate import correcting
from sesshu.intermediate.models import Record
from sesshu.intermediate.staff import entries, forms
from sesshu.kernel import clock
from sesshu.protection import audit, freshness
from sesshu.protection.actions import Action, requires
from sesshu.protection.purposes import Purpose
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current

_FIRST = timedelta(days=30)


@require_http_methods(["GET", "POST"])
@requires(Action.INTERMEDIATE_RECORDS)
def listing(request: HttpRequest) -> HttpResponse:
    """Posted, as a person's number stands in no address; opened, the form alone."""
    if request.method == "GET":
        form = forms.RecordFilter(initial={"since": clock.today() - _FIRST, "until": clock.today()})
        return render(request, "exchange/records.html", {"form": form})
    form = forms.RecordFilter(request.POST)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        found = entries.search(by=account(request), **form.cleaned_data)
        context |= {"found": found, "number": form.cleaned_data["number"]}
    return render(request, "exchange/records.html", context)


@require_GET
@requires(Action.INTERMEDIATE_RECORDS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _shown(request, _own(pk), forms.CorrectionForm())


@require_POST
@requires(Action.INTERMEDIATE_CORRECT, fresh=True)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    record, form = _own(pk), forms.CorrectionForm(request.POST)
    if not form.is_valid():
        return _shown(request, record, form)
    try:
        correcting.correct(record, by=account(request), **form.cleaned_data)
    except ValueError as error:
        form.add_error(None, str(error))
        return _shown(request, record, form)
    told = "相手の機関へ通知します。" if record.permit else "相手のない記録のため、通知はしません。"
    messages.success(request, f"訂正を記録しました。{told}")
    return redirect("exchange:record", pk=pk)


@require_POST
@requires(Action.INTERMEDIATE_DISCLOSE, fresh=True)
def disclosure(request: HttpRequest) -> HttpResponse:
    """The copy to hand to the person; posted, as the number stands in no address."""
    form = forms.PersonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "開示用の写しを作る人の団体内統合宛名番号（15桁）を入力してください。")
        return redirect("exchange:records")
    number = form.cleaned_data["number"]
    shown = entries.for_the_person(number, by=account(request))
    return render(
        request, "exchange/disclosure.html", {"entries": shown, "number": number, "at": clock.now()}
    )


def _own(pk: int) -> Record:
    return get_object_or_404(Record, municipality_code=current(), pk=pk)


def _shown(request: HttpRequest, record: Record, form: forms.CorrectionForm) -> HttpResponse:
    entry, number = entries.of_record(record, by=account(request))
    audit.record(
        "intermediate.record-read", by=account(request), subjects=entries.subjects([record]),
        purpose=Purpose.EXCHANGE, detail={"record": record.pk},
    )  # fmt: skip
    context = {
        "entry": entry, "number": number, "record": record, "form": form,
        "fresh": freshness.is_fresh(request),
    }  # fmt: skip
    return render(request, "exchange/record.html", context, status=400 if form.errors else 200)
