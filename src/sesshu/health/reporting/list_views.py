"""Lists of persons: 未接種者一覧, 接種名簿 and the persons behind a number; on the screen and as files."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from sesshu.health.reporting import exports, files, freshness, jobs, services
from sesshu.health.reporting.dose_selection import UnknownSelection
from sesshu.health.reporting.forms import RosterForm, UnvaccinatedForm
from sesshu.health.reporting.listings import Listing
from sesshu.health.reporting.requested import listing_of
from sesshu.jobs.selectors import planned_by
from sesshu.jobs.services import plan
from sesshu.kernel import clock
from sesshu.protection import audit, door, scopes
from sesshu.protection.actions import Action, requires
from sesshu.protection.rights import Programmes
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current
from sesshu.web.forms import StaffForm

ROWS_PER_PAGE = 50
KANA = "氏名_読み仮名"
# Set in type while the clerk waits; more become a job.
AT_ONCE = 440


@require_GET
@requires(Action.LISTS_EXPORT, scoped=True)
def unvaccinated(request: HttpRequest) -> HttpResponse:
    first = min(_scope(request) or {"mr"})
    given = _given(request, {"programme": first, "on": clock.today().isoformat()})
    form = UnvaccinatedForm(given)
    scopes.cut(form.fields["programme"], account(request), Action.LISTS_EXPORT)
    form.offer_districts()
    return _asked(request, "unvaccinated", form, given)


@require_GET
@requires(Action.LISTS_EXPORT, scoped=True)
def roster(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    given = _given(request, {"start": today.replace(day=1).isoformat(), "end": today.isoformat()})
    if scope := _scope(request):
        given.setdefault("programme", min(scope))
    form = RosterForm(given)
    scopes.cut(form.fields["programme"], account(request), Action.LISTS_EXPORT)
    return _asked(request, "roster", form, given)


@require_GET
@requires(Action.LISTS_EXPORT)
def doses(request: HttpRequest) -> HttpResponse:
    return _behind(request, "doses")


@require_GET
@requires(Action.LISTS_EXPORT)
def residents(request: HttpRequest) -> HttpResponse:
    return _behind(request, "residents")


def _scope(request: HttpRequest) -> Programmes:
    return account(request).programmes_for(Action.LISTS_EXPORT)


def _programme_of(request: HttpRequest, kind: str, address: str) -> str:
    """The programme of a list, which a right limited to some must name.

    :raises Http404: when it names none, or one beyond the limit.
    """
    programme = QueryDict(address).get("programme", "") if kind in ("unvaccinated", "roster") else ""
    if _scope(request) is not None:
        scopes.only(request, Action.LISTS_EXPORT, programme)
    return programme


def _given(request: HttpRequest, defaults: dict[str, str]) -> QueryDict:
    given = request.GET.copy()
    given.pop("page", None)
    for name, value in defaults.items():
        given.setdefault(name, value)
    return given


def _asked(request: HttpRequest, kind: str, form: StaffForm, given: QueryDict) -> HttpResponse:
    address = given.urlencode()
    context: dict[str, object] = {"form": form, "tabs": _tabs(kind), "kind": kind, "address": address}
    waiting = 0
    if form.is_valid():
        waiting = _waiting(request, form)
        context |= _page(request, listing_of(kind, address))
    return render(request, f"reporting/{kind}.html", context | {"waiting": waiting})


def _waiting(request: HttpRequest, form: StaffForm) -> int:
    if isinstance(form, UnvaccinatedForm):
        return freshness.waiting_persons(by=account(request), on=form.cleaned_data["on"])
    return freshness.waiting_doses(by=account(request))


def _behind(request: HttpRequest, kind: str) -> HttpResponse:
    given = _given(request, {})
    try:
        listing = listing_of(kind, given.urlencode())
        context = _page(request, listing)
    except UnknownSelection:
        raise Http404 from None
    return render(request, "reporting/behind.html", context | {"kind": kind, "address": given.urlencode()})


def _page(request: HttpRequest, listing: Listing) -> dict[str, object]:
    page = Paginator(listing.page(), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    services.show(listing, shown, by=account(request))
    columns = listing.columns
    titles = [column.title for column in columns if column.listed and column.title != KANA]
    rows = []
    for row in shown:
        said = {column.title: exports.paper(cell) for column, cell in zip(columns, row.cells, strict=True)}
        rows.append((row, said[KANA], [(title, said[title]) for title in titles]))
    return {"listing": listing, "titles": titles, "rows": rows, "page": page}


def _tabs(kind: str) -> list[dict[str, object]]:
    pages = (("unvaccinated", "未接種者一覧", "reporting:lists"), ("roster", "接種名簿", "reporting:roster"))
    return [
        {"label": label, "url": reverse(address), "current": name == kind, "count": None}
        for name, label, address in pages
    ]


@require_POST
@requires(Action.LISTS_EXPORT, scoped=True)
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The list on paper: at once, or, when it is long, by a job. As data it is asked for (taking_out)."""
    address = request.POST.get("address", "")
    programme = _programme_of(request, kind, address)
    try:
        listing = listing_of(kind, address)
        count = listing.count()
    except UnknownSelection:
        raise Http404 from None
    if count <= AT_ONCE:
        return _written(request, listing)
    job = plan(
        jobs.EXPORT,
        by=account(request),
        title=f"{listing.title}の印刷",
        programme=programme,
        payload={
            "municipality": current(),
            "account": account(request).pk,
            "kind": kind,
            "address": address,
            "file": files.new_name("pdf"),
        },
    )
    messages.info(request, f"{count:,}件あるため、裏で作成しています。")
    return redirect("jobs:detail", pk=job.pk)


def _written(request: HttpRequest, listing: Listing) -> HttpResponseBase:
    with TemporaryDirectory() as folder:
        out = Path(folder) / "list.pdf"
        services.export_now(listing, out, by=account(request), purpose="screen")
        name = f"{listing.title}_{clock.today():%Y%m%d}.pdf"
        return door.hand_over(request, door.Kind.PAPER, name, out.read_bytes())


@require_GET
@requires(Action.LISTS_EXPORT, scoped=True)
def file(request: HttpRequest, name: str) -> HttpResponseBase:
    """A list that a job made, for this city's own staff; for a limited right, only one's own."""
    if _scope(request) is not None and not planned_by(account(request), jobs.EXPORT, file=name):
        raise Http404
    try:
        found = door.hand_out(request, door.Kind.PAPER, "一覧.pdf", files.path_of(name))
    except FileNotFoundError:
        raise Http404 from None
    audit.record("list.fetch", by=account(request), count=0, detail={"file": name})
    return found
