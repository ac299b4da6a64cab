"""Extract targets, look through the list, correct it (H05, H20)."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from sesshu.addressees import selectors as addressees
from sesshu.health.eligibility import generations, jobs, listing, refreshing, selectors, services
from sesshu.health.eligibility.conditions import Conditions
from sesshu.health.eligibility.forms import AddForm, ExtractForm, ReasonForm
from sesshu.health.eligibility.models import Extraction, ExtractionRow
from sesshu.jobs.services import plan
from sesshu.kernel import clock
from sesshu.protection import scopes
from sesshu.protection.actions import Action, requires
from sesshu.protection.models import Account
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current

ROWS_PER_PAGE = 50
RECENT = 20
# So many standings are brought up to date while the clerk waits; more are left to a job.
WHILE_WAITING = 500


@require_http_methods(["GET", "POST"])
@requires(Action.TARGETS_EXTRACT, scoped=True)
def index(request: HttpRequest) -> HttpResponse:
    form = ExtractForm(request.POST if request.method == "POST" else None)
    scopes.cut(form.fields["programme"], account(request), Action.TARGETS_EXTRACT)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        return _extract(
            given["programme"], given["on"], given["purpose"], form.conditions(), account(request)
        )
    recent = selectors.extractions(account(request).programmes_for(Action.TARGETS_EXTRACT))[:RECENT]
    return render(request, "eligibility/index.html", {"form": form, "extractions": recent})


def _extract(programme: str, on: date, purpose: str, conditions: Conditions, by: Account) -> HttpResponse:
    if _stale(on) > WHILE_WAITING:
        payload = {
            "municipality": current(),
            "account": by.pk,
            "programme": programme,
            "on": on.isoformat(),
            "purpose": purpose,
            "conditions": conditions.as_data(),
        }
        return redirect("jobs:detail", pk=plan(jobs.EXTRACT, by=by, payload=payload, programme=programme).pk)
    found = services.extract(
        programme=programme, on=on, by=by, at=clock.now(), purpose=purpose, conditions=conditions
    )
    return redirect("eligibility:extraction", pk=found.pk)


def _stale(on: date) -> int:
    generation = generations.ready(on)
    if generation is None:
        return addressees.addressees().count()
    return refreshing.count_stale(generation)


@require_http_methods(["GET"])
@requires(Action.TARGETS_EXTRACT, scoped=True)
def extraction(request: HttpRequest, pk: int) -> HttpResponse:
    found, by = _extraction(request, pk), account(request)
    tab, sort = request.GET.get("show", listing.TARGETS), request.GET.get("sort", "name")
    rows = listing.rows_of(found, tab, by)
    if rows is None:
        raise Http404
    page = Paginator(rows.order_by(*_order(sort)), ROWS_PER_PAGE).get_page(request.GET.get("page"))  # type: ignore[attr-defined]
    groups = listing.groups(found, by)
    context = {
        "extraction": found,
        "included": found.rows.filter(included=True).count(),
        "groups": groups,
        "chart": listing.chart(groups),
        "tabs": _tabs(found, groups, tab),
        "tab": tab,
        "page": page,
        "lines": listing.lines(list(page.object_list), found, by),
        "conditions": Conditions.from_data(found.conditions),
        "add_form": AddForm(),
        "reason_form": ReasonForm(),
        **_compared(found),
    }
    return render(request, "eligibility/extraction.html", context)


def _compared(found: Extraction) -> dict[str, object]:
    former = selectors.previous(found)
    if former is None:
        return {}
    came, went = selectors.difference(found, former)
    return {"former": former, "came": came.count(), "went": went.count()}


def _order(sort: str) -> tuple[str, ...]:
    descending = "-" if sort.startswith("-") else ""
    return (descending + listing.SORTS.get(sort.removeprefix("-"), listing.SORTS["name"]), "pk")


def _tabs(found: Extraction, groups: list[listing.Group], tab: str) -> list[dict[str, object]]:
    address = reverse("eligibility:extraction", args=[found.pk])
    rows = selectors.rows(found)
    kept = {
        group.fate: rows.filter(reason=group.fate, included=False).count() for group in groups if group.shown
    }
    shown = [
        (listing.TARGETS, "対象者", rows.filter(included=True).count()),
        ("changed", "手で変えた人", rows.exclude(change_reason="").count()),
        *((group.fate, group.label, kept[group.fate]) for group in groups if kept.get(group.fate)),
    ]
    return [
        {"label": label, "count": count, "url": f"{address}?show={key}", "current": key == tab}
        for key, label, count in shown
    ]


@require_POST
@requires(Action.TARGETS_EXTRACT, scoped=True)
def again(request: HttpRequest, pk: int) -> HttpResponse:
    found = _extraction(request, pk)
    conditions = Conditions.from_data(found.conditions)
    return _extract(found.programme, found.on, found.purpose, conditions, account(request))


@require_POST
@requires(Action.TARGETS_EXTRACT, scoped=True)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    found, by, form = _extraction(request, pk), account(request), AddForm(request.POST)
    if not form.is_valid():
        messages.error(request, "宛名番号と理由を入力してください。")
        return redirect("eligibility:extraction", pk=pk)
    person = addressees.by_number(form.cleaned_data["number"], by=by, purpose="対象者の追加")
    try:
        if person is None:
            raise services.NotAllowed("この宛名番号の方は登録されていません。番号を確かめてください。")
        row = services.add_person(
            extraction=found,
            addressee_id=person.pk,
            reason=form.cleaned_data["reason"],
            by=by,
            at=clock.now(),
        )
    except services.NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{person.name}さんを対象に加えました。", extra_tags=_undo(row))
    return redirect("eligibility:extraction", pk=pk)


@require_POST
@requires(Action.TARGETS_EXTRACT, scoped=True)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    row, form = _row(request, pk), ReasonForm(request.POST)
    try:
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        services.remove_person(row=row, reason=reason, by=account(request), at=clock.now())
    except services.NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{row.addressee.name}さんを対象から外しました。", extra_tags=_undo(row))
    return redirect("eligibility:extraction", pk=row.extraction_id)


@require_POST
@requires(Action.TARGETS_EXTRACT, scoped=True)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    row = _row(request, pk)
    try:
        services.undo_change(row=row, by=account(request), at=clock.now())
    except services.NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "元に戻しました。")
    return redirect("eligibility:extraction", pk=row.extraction_id)


def _undo(row: ExtractionRow) -> str:
    return f"undo:{reverse('eligibility:undo', args=[row.pk])}"


def _extraction(request: HttpRequest, pk: int) -> Extraction:
    found = get_object_or_404(Extraction, municipality_code=current(), pk=pk)
    scopes.only(request, Action.TARGETS_EXTRACT, found.programme)
    return found


def _row(request: HttpRequest, pk: int) -> ExtractionRow:
    rows = ExtractionRow.objects.select_related("extraction", "addressee")
    found = get_object_or_404(rows, municipality_code=current(), pk=pk)
    scopes.only(request, Action.TARGETS_EXTRACT, found.extraction.programme)
    return found
