"""The coverage dashboard and the aggregations by any two dimensions (H04)."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sesshu.health.reporting import charts, coverage, documents, exports, freshness
from sesshu.health.reporting.dose_selection import VOLUNTARY, DoseSelection
from sesshu.health.reporting.forms import PivotForm, YearForm, fiscal_year_words
from sesshu.health.reporting.listings import Column
from sesshu.health.reporting.measures import Measure, measure_of, measures_of
from sesshu.health.reporting.pivoting import Pivot, TooManyColumns, pivot
from sesshu.kernel import clock, dates
from sesshu.kernel.csv_writer import write_csv
from sesshu.protection import audit, door
from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account
from sesshu.web.charts import BarChart

USUAL = "mr:1期"
CATEGORIES = {
    "A": "A類疾病（努力義務・勧奨のある予防接種）",
    "B": "B類疾病（本人が希望して受ける予防接種）",
}


@require_GET
@requires(Action.REPORT_READ)
def dashboard(request: HttpRequest) -> HttpResponse:
    year, measure = _asked(request)
    waiting = freshness.waiting_doses(by=account(request))
    overview = coverage.overview(year)
    links = charts.Links(account(request).may(Action.LISTS_EXPORT))
    context = {
        "form": YearForm({"year": year, "measure": measure.code}),
        "year_words": fiscal_year_words(year),
        "measure": measure,
        "detail_url": _detail_url(year, measure.code),
        "waiting": waiting,
        "tiles": _tiles(year, overview, links),
        "children": _overview_chart(year, overview, "A", links),
        "adults": _overview_chart(year, overview, "B", links),
    }
    return render(request, "reporting/dashboard.html", context)


@require_GET
@requires(Action.REPORT_READ)
def detail(request: HttpRequest) -> HttpResponse:
    """One dose by month, district and birth year: a part of the dashboard, or a page of its own."""
    year, measure = _asked(request)
    links = charts.Links(account(request).may(Action.LISTS_EXPORT))
    context = {"year_words": fiscal_year_words(year), "measure": measure, **_detail(measure, year, links)}
    part = request.headers.get("HX-Request")
    return render(request, "reporting/detail_part.html" if part else "reporting/detail.html", context)


def _asked(request: HttpRequest) -> tuple[int, Measure]:
    year = _year(request)
    return year, measure_of(request.GET.get("measure") or USUAL, year) or measures_of(year)[0]


def _detail_url(year: int, measure: str) -> str:
    return f"{reverse('reporting:detail')}?{urlencode({'year': year, 'measure': measure})}"


def _year(request: HttpRequest) -> int:
    text = request.GET.get("year", "")
    if not text:
        return dates.fiscal_year(clock.today())
    if not text.isdigit() or not 2013 <= int(text) <= 2200:
        raise Http404
    return int(text)


def _tiles(year: int, overview: coverage.Overview, links: charts.Links) -> list[dict[str, Any]]:
    routine = DoseSelection.of_year(year)
    voluntary = DoseSelection.of_year(year, routine=VOLUNTARY)
    tiles = (
        ("定期接種", overview.count(True), routine, ""),
        ("うち集団接種", overview.count(True, group=True), routine.narrowed(setting="1"), ""),
        ("うち市町外", overview.count(True, outside=True), routine.narrowed(outside="1"), ""),
        ("任意接種", overview.count(False), voluntary, "定期の要件にあてはまらない接種"),
    )
    return [
        {"label": label, "value": count, "url": links.doses(selection), "note": note}
        for label, count, selection, note in tiles
    ]


def _overview_chart(
    year: int, overview: coverage.Overview, category: str, links: charts.Links
) -> BarChart | None:
    shown = [each for each in overview.figures if each.measure.key and each.measure.category == category]
    address = f"{reverse('reporting:dashboard')}?year={year}&measure="
    return (
        charts.coverage_chart(CATEGORIES[category], "予防接種", shown, links, detail=address)
        if shown
        else None
    )


def _detail(measure: Measure, year: int, links: charts.Links) -> dict[str, Any]:
    figures = coverage.of_programme(measure, year)
    target = next(figure.target for figure in figures if figure.measure == measure)
    last = coverage.target(measure, year - 1) if measure_of(measure.code, year - 1) else None
    months = coverage.by_month(measure, year)
    address = f"{reverse('reporting:dashboard')}?year={year}&measure="
    caption = f"{measure.group}の回別の実施率"
    return {
        "doses": charts.coverage_chart(caption, "回", figures, links, detail=address),
        "districts": charts.coverage_chart(
            f"地区別の実施率（{measure.name}）", "地区", coverage.by_district(measure, year), links
        ),
        "births": charts.birth_year_chart(measure, year, coverage.by_birth_year(measure, year), links),
        "months": charts.month_chart(measure, year, months, links),
        "trend": charts.trend_chart(measure, months, coverage.by_month(measure, year - 1), target, last),
    }


@require_GET
@requires(Action.REPORT_READ)
def pivot_table(request: HttpRequest) -> HttpResponse:
    given = _pivot_given(request)
    form = PivotForm(given)
    context: dict[str, Any] = {"form": form, "address": given.urlencode()}
    context["waiting"] = freshness.waiting_doses(by=account(request))
    if form.is_valid():
        try:
            context |= _table(_pivot(form), charts.Links(account(request).may(Action.LISTS_EXPORT)))
        except TooManyColumns as error:
            form.add_error("column", str(error))
    return render(request, "reporting/pivot.html", context)


def _pivot_given(request: HttpRequest) -> Any:
    today = clock.today()
    given = request.GET.copy()
    given.setdefault("start", dates.fiscal_year_start(dates.fiscal_year(today)).isoformat())
    given.setdefault("end", today.isoformat())
    given.setdefault("row", "programme")
    given.setdefault("column", "month")
    given.setdefault("law", "1")
    return given


def _pivot(form: PivotForm) -> Pivot:
    return pivot(form.selection(), form.cleaned_data["row"], form.cleaned_data["column"])


def _table(made: Pivot, links: charts.Links) -> dict[str, Any]:
    columns = (*made.column_words, None)
    lines = [
        (words, [(made.count(row, column), links.doses(made.cell(row, column))) for column in columns])
        for row, words in (*made.row_words.items(), (None, "計"))
    ]
    return {"pivot": made, "headings": [*made.column_words.values(), "計"], "lines": lines}


@require_GET
@requires(Action.REPORT_READ)
def pivot_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """The table as CSV or XLSX: numbers only, no person."""
    asked = PivotForm(_pivot_given(request))
    if form not in ("csv", "xlsx") or not asked.is_valid():
        raise Http404
    try:
        header, lines = documents.pivot_table(_pivot(asked))
    except TooManyColumns:
        raise Http404 from None
    with TemporaryDirectory() as folder:
        out = Path(folder) / f"table.{form}"
        if form == "csv":
            write_csv(out, header, lines)
        else:
            columns = [Column(title, ()) for title in header]
            exports.write_table_xlsx("集計表", columns, iter(lines), out)
        content = out.read_bytes()
    audit.record("report.pivot", by=account(request), count=0, detail={"format": form})
    return door.hand_over(request, door.Kind.FIGURES, f"aggregation-{clock.today():%Y%m%d}.{form}", content)
