"""Print an extraction's list, look at what came of it, fetch the file (H05, H10, H11)."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from sesshu.addressees.selectors import is_protected
from sesshu.health.eligibility.models import Extraction
from sesshu.health.notices import files, jobs, selectors, services, singles
from sesshu.health.notices.models import PrintRun, RunState
from sesshu.jobs.services import plan
from sesshu.kernel import clock
from sesshu.protection import audit, door, scopes
from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current

ROWS_PER_PAGE = 30
_SINCE_PROTECTED = (
    "印刷のあとに支援措置の対象になった方が{}人いるため、このPDFは取り出せません。"
    "この印刷を取り消し、もう一度抽出して印刷してください。"
)


@require_GET
@requires(Action.TARGETS_EXTRACT, scoped=True)
def runs(request: HttpRequest) -> HttpResponse:
    scope = account(request).programmes_for(Action.TARGETS_EXTRACT)
    page = Paginator(selectors.runs(scope), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "notices/runs.html", {"page": page})


@require_GET
@requires(Action.TARGETS_EXTRACT, scoped=True)
def preview(request: HttpRequest, pk: int) -> HttpResponseBase:
    extraction = _extraction(request, pk)
    shown = singles.first_rows(extraction)
    try:
        content = singles.preview(shown)
    except singles.NothingToPrint as refusal:
        messages.error(request, str(refusal))
        return redirect("eligibility:extraction", pk=pk)
    audit.record(
        "notices.preview",
        by=account(request),
        subjects=[row.addressee_id for row in shown],
        purpose=extraction.purpose,
        detail={"extraction": pk},
    )
    return door.hand_over(request, door.Kind.PAPER, f"preview-{pk}.pdf", content)


@require_POST
@requires(Action.TARGETS_EXTRACT, scoped=True)
def print_list(request: HttpRequest, pk: int) -> HttpResponse:
    extraction, by = _extraction(request, pk), account(request)
    if extraction.closed_at:
        messages.error(request, "この一覧は印刷済みです。もう一度抽出してください。")
        return redirect("eligibility:extraction", pk=pk)
    payload = {"municipality": current(), "extraction": pk, "account": by.pk}
    title = f"{extraction.get_purpose_display()}の印刷"
    return redirect(
        "jobs:detail",
        pk=plan(jobs.PRINT, by=by, payload=payload, title=title, programme=extraction.programme).pk,
    )


@require_GET
@requires(Action.TARGETS_EXTRACT, scoped=True)
def run(request: HttpRequest, pk: int) -> HttpResponse:
    found = _run(request, pk)
    states = selectors.states_of(found)
    return render(request, "notices/run.html", {"run": found, "states": states, "has_file": _has_file(found)})


@require_GET
@requires(Action.TARGETS_EXTRACT, scoped=True)
def run_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = _run(request, pk)
    if not _has_file(found):
        raise Http404
    persons = list(found.issues.values_list("addressee_id", flat=True))
    if hidden := len(is_protected(persons)):
        # The paper would tell where somebody lives who came under a measure after it was printed.
        messages.error(request, _SINCE_PROTECTED.format(hidden))
        return redirect("notices:run", pk=pk)
    audit.record("notices.download", by=account(request), subjects=persons, detail={"run": pk})
    name = f"{found.kind}-{found.extraction.programme}-{found.planned_at:%Y%m%d}-{found.pk}.pdf"
    return door.hand_out(request, door.Kind.PAPER, name, files.path_of(found))


@require_POST
@requires(Action.TARGETS_EXTRACT, scoped=True)
def run_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    found, reason = _run(request, pk), request.POST.get("reason", "").strip()
    if not reason:
        messages.error(request, "取り消す理由を入力してください。")
    elif found.state != RunState.DONE:
        messages.error(request, "この印刷は取り消せません。")
    else:
        count = services.cancel_run(run=found, reason=reason, by=account(request), at=clock.now())
        messages.success(request, f"{count:,}部の発行を取り消しました。もう一度抽出できます。")
    return redirect("notices:run", pk=pk)


def _has_file(found: PrintRun) -> bool:
    return found.state == RunState.DONE and files.path_of(found).exists()


def _extraction(request: HttpRequest, pk: int) -> Extraction:
    found = get_object_or_404(Extraction, municipality_code=current(), pk=pk)
    scopes.only(request, Action.TARGETS_EXTRACT, found.programme)
    return found


def _run(request: HttpRequest, pk: int) -> PrintRun:
    found = get_object_or_404(selectors.runs(), pk=pk)
    scopes.only(request, Action.TARGETS_EXTRACT, found.extraction.programme)
    return found
