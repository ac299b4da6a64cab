"""地域保健・健康増進事業報告 on the screen: the figures, their persons, the versions kept."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from sesshu.health.reporting import documents, freshness, selectors, services
from sesshu.health.reporting.community_health import UNPLACED, definition
from sesshu.health.reporting.forms import ReportYearForm, fiscal_year_words
from sesshu.health.reporting.recount import CommunityHealthReport, CountedRow, compared, recount, unplaced_row
from sesshu.kernel import clock, dates
from sesshu.protection import audit, door
from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account
from sesshu.web.naming import name_of


@require_GET
@requires(Action.REPORT_READ)
def community_health(request: HttpRequest) -> HttpResponse:
    year = _year(request.GET.get("year"))
    waiting = freshness.waiting_doses(by=account(request))
    report = recount(year)
    kept = selectors.kept_reports(year)
    context = {
        "form": ReportYearForm({"year": year}),
        "year": year,
        "year_words": fiscal_year_words(year),
        "report": report,
        "groups": _groups(report),
        "unplaced_address": report.selection(UNPLACED).address(),
        "definition": definition(),
        "kept": kept,
        "waiting": waiting,
    }
    if version := request.GET.get("compare"):
        context["compared"] = _compared(report, version, year)
        context["version"] = version
    return render(request, "reporting/community_health.html", context)


def _year(text: str | None) -> int:
    if not text:
        return dates.fiscal_year(clock.today())
    if not text.isdigit() or not 1948 <= int(text) <= 2200:
        raise Http404
    return int(text)


def _groups(report: CommunityHealthReport) -> list[tuple[str, list[tuple[CountedRow, str]], int]]:
    """Lines by programme, each with the address of its persons."""
    found = []
    for programme, rows in groupby(report.rows, key=lambda row: row.programme):
        lines = [(row, report.selection(row.key).address()) for row in rows]
        found.append((name_of("programme", programme), lines, sum(row.count for row, _ in lines)))
    return found


def _compared(report: CommunityHealthReport, version: str, year: int) -> list[tuple[str, object]]:
    kept = get_object_or_404(selectors.kept_reports(year), version=version if version.isdigit() else 0)
    now = [*(row.data() for row in report.rows), unplaced_row(report)]
    return [
        (name_of("programme", line.programme) if line.programme else "", line)
        for line in compared(kept.rows, now)
    ]


@require_GET
@requires(Action.REPORT_READ)
def community_health_file(request: HttpRequest) -> HttpResponseBase:
    report = recount(_year(request.GET.get("year")))
    with TemporaryDirectory() as folder:
        out = Path(folder) / "report.csv"
        documents.write_report_csv(report, out)
        content = out.read_bytes()
    audit.record("report.export", by=account(request), count=0, detail={"fiscal_year": report.fiscal_year})
    return door.hand_over(request, door.Kind.FIGURES, f"community-health-{report.fiscal_year}.csv", content)


@require_POST
@requires(Action.REPORT_KEEP)
def keep(request: HttpRequest) -> HttpResponse:
    year = _year(request.POST.get("year"))
    kept = services.keep_report(
        fiscal_year=year, by=account(request), note=request.POST.get("note", "")[:200]
    )
    messages.success(request, f"{fiscal_year_words(year)}の集計値を第{kept.version}版として保存しました。")
    return redirect(f"{reverse('reporting:community-health')}?year={year}&compare={kept.version}")
