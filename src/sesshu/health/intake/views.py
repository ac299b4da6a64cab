"""A clinic's file on the screen: upload, review, commit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.addressees.masked import views_of
from sesshu.addressees.models import Addressee
from sesshu.addressees.selectors import is_protected
from sesshu.health.intake import batches as commands
from sesshu.health.intake.models import Batch, BatchRow, BatchState, RowFate
from sesshu.health.intake.results import Result
from sesshu.health.providers.services import ProviderRefused
from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.actions import Action, requires
from sesshu.protection.tenancy import current

_ORDER = (
    RowFate.UNDECIDED,
    RowFate.WARNING,
    RowFate.REJECTED,
    RowFate.NEW,
    RowFate.UPDATED,
    RowFate.UNCHANGED,
)
PURPOSE = "結果ファイルの確認"


class UploadForm(forms.Form):
    provider_code = forms.CharField(label="送付元の医療機関コード", max_length=10)
    file = forms.FileField(
        label="結果ファイル",
        help_text="CSV（UTF-8 または Shift_JIS）。行ごとの医療機関コードがあれば、そちらを優先します。",
    )


@require_http_methods(["GET", "POST"])
@requires(Action.RESULTS_IMPORT)
def batch_list(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            batch = commands.upload(
                file=form.cleaned_data["file"],
                provider_code=form.cleaned_data["provider_code"].strip(),
                by=request.user,  # type: ignore[arg-type]
                at=clock.now(),
            )
            return redirect("intake:batch", pk=batch.pk)
        except ProviderRefused as refusal:
            form.add_error("provider_code", str(refusal))
    page = Paginator(_batches(), 30).get_page(request.GET.get("page"))
    return render(request, "intake/list.html", {"form": form, "page": page})


@require_GET
@requires(Action.RESULTS_IMPORT)
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """The review: rows by fate, those that wait for a person first."""
    found = get_object_or_404(_batches(), pk=pk)
    counts = commands.counts(found)
    usual = next((fate for fate in _ORDER if counts[fate]), RowFate.NEW)
    wanted = request.GET.get("fate", "")
    fate = wanted if wanted in RowFate.values else usual
    rows = found.rows.filter(fate=fate).select_related("addressee").order_by("row")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    shown = _shown(request, list(page.object_list))
    tabs = [
        {
            "label": known.label,
            "url": f"?fate={known.value}",
            "current": known == fate,
            "count": counts[known],
        }
        for known in _ORDER
    ]
    left = found.rows.filter(fate__in=(RowFate.WARNING, RowFate.UNDECIDED), decision="").count()
    context = {"batch": found, "rows": shown, "page": page, "tabs": tabs, "fate": fate, "left": left}
    context["taken"] = commands.taken(found).count() if found.state == BatchState.REVIEW else 0
    context["step"] = {"reading": 2, "review": 2, "committed": 4, "discarded": 1}[found.state]
    context["steps"] = ["ファイルを送る", "内容を確かめる", "台帳に登録", "完了"]
    return render(request, "intake/batch.html", context)


@require_POST
@requires(Action.RESULTS_IMPORT)
def row_decide(request: HttpRequest, pk: int) -> HttpResponse:
    rows = BatchRow.objects.filter(municipality_code=current()).select_related("batch", "addressee")
    row = get_object_or_404(rows, pk=pk)
    chosen = request.POST.get("addressee", "")
    problem = ""
    try:
        commands.decide(
            row,
            decision=request.POST.get("decision", ""),
            addressee_id=int(chosen) if chosen.isdigit() else None,
            by=request.user,  # type: ignore[arg-type]
        )
    except commands.BatchRefused as refusal:
        problem = str(refusal)
    if not request.headers.get("HX-Request"):
        if problem:
            messages.error(request, problem)
        return redirect(f"{_address(row.batch)}?fate={row.fate}")
    shown = _shown(request, [row])[0] | {"problem": problem}
    return render(request, "intake/row.html", {"shown": shown, "batch": row.batch})


@require_POST
@requires(Action.RESULTS_IMPORT)
def batch_accept(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_batches(), pk=pk)
    return _try(request, found, lambda: _accepted(request, found))


@require_POST
@requires(Action.RESULTS_IMPORT)
def batch_commit(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_batches(), pk=pk)
    return _try(request, found, lambda: commands.plan_commit(found, by=request.user))  # type: ignore[arg-type]


@require_POST
@requires(Action.RESULTS_IMPORT)
def batch_discard(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_batches(), pk=pk)
    return _try(request, found, lambda: commands.discard(found, by=request.user))  # type: ignore[arg-type]


def _accepted(request: HttpRequest, found: Batch) -> None:
    count = commands.accept_warnings(found, by=request.user)  # type: ignore[arg-type]
    messages.success(request, f"注意のある{count}行を取り込むことにしました。")


def _try(request: HttpRequest, found: Batch, act: Any) -> HttpResponse:
    try:
        act()
    except commands.BatchRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("intake:batch", pk=found.pk)


def _batches() -> Any:
    known = Batch.objects.filter(municipality_code=current())
    return known.select_related("provider", "job", "loaded_by").order_by("-loaded_at")


def _address(found: Batch) -> str:
    return reverse("intake:batch", args=[found.pk])


def _shown(request: HttpRequest, rows: list[BatchRow]) -> list[dict[str, Any]]:
    """The rows with their persons as this member of staff may see them; the reading is logged."""
    ids = {pk for row in rows for pk in (row.addressee_id, *row.candidates) if pk}
    known = Addressee.objects.filter(municipality_code=current(), pk__in=ids)
    protected = is_protected(ids)
    persons = {view.pk: view for view in views_of(known, protected=protected, by=request.user)}  # type: ignore[arg-type]
    if ids:
        audit.record("results.review", by=request.user, subjects=sorted(ids), purpose=PURPOSE)  # type: ignore[arg-type]
    return [
        {
            "row": row,
            "result": Result.of(row.row, row.cells) if row.cells else None,
            "person": persons.get(row.addressee_id) if row.addressee_id else None,
            "candidates": [persons[pk] for pk in row.candidates if pk in persons],
        }
        for row in rows
    ]
