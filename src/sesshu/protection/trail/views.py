"""The log on the screen: searching it, who saw a person, its checkpoints and their verification."""

from __future__ import annotations

import io

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.kernel import clock
from sesshu.kernel.csv_writer import CsvWriter
from sesshu.protection import audit, door
from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current
from sesshu.protection.trail import jobs, selectors, services, signing
from sesshu.protection.trail.forms import PersonForm, SearchForm, WitnessForm, first_asked
from sesshu.protection.trail.models import Checkpoint, Witness
from sesshu.protection.trail.notes import BadNote

_PER_PAGE = 50


@require_GET
@requires(Action.AUDIT_READ)
def log(request: HttpRequest) -> HttpResponse:
    given = request.GET.copy()
    for name, value in first_asked().items():
        given.setdefault(name, value)
    form = SearchForm(given)
    context: dict[str, object] = {"form": form, "tabs": tabs("log")}
    if form.is_valid():
        asked = form.asked()
        page = Paginator(selectors.search(asked), _PER_PAGE).get_page(request.GET.get("page"))
        events = list(page.object_list)
        selectors.tell_search(asked, len(events), by=account(request))
        context |= {"page": page, "lines": selectors.lines(events)}
    return render(request, "trail/log.html", context)


@require_http_methods(["GET", "POST"])
@requires(Action.AUDIT_READ)
def person(request: HttpRequest) -> HttpResponse:
    """「この人を誰が見たか」; the number is posted, so that it stands in no address."""
    form = PersonForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form, "tabs": tabs("person")}
    if form.is_valid():
        try:
            lines, more = selectors.who_saw(form.cleaned_data["number"], by=account(request))
        except LookupError:
            form.add_error("number", f"この{settings.PERSON_NUMBER}の人はいません。番号を確かめてください。")
        else:
            context |= {"lines": lines, "more": more, "number": form.cleaned_data["number"]}
    return render(request, "trail/person.html", context)


@require_POST
@requires(Action.AUDIT_READ)
def person_file(request: HttpRequest) -> HttpResponseBase:
    form = PersonForm(request.POST)
    if not form.is_valid():
        return redirect("trail:person")
    try:
        lines, _ = selectors.who_saw(form.cleaned_data["number"], by=account(request))
    except LookupError:
        return redirect("trail:person")
    audit.record(
        "audit.person-file", by=account(request), count=0, detail={"format": "csv", "rows": len(lines)}
    )
    stream = io.BytesIO()
    with CsvWriter(stream, selectors.HEADER) as writer:
        for row in selectors.rows(lines):
            writer.write(row)
    name = f"access-{clock.today():%Y%m%d}.csv"
    return door.hand_over(request, door.Kind.FIGURES, name, stream.getvalue())


@require_POST
@requires(Action.AUDIT_READ)
def person_paper(request: HttpRequest) -> HttpResponse:
    """The same as a page to print or to keep as PDF; posted, as the number stands in no address."""
    form = PersonForm(request.POST)
    if not form.is_valid():
        return redirect("trail:person")
    number = form.cleaned_data["number"]
    try:
        lines, more = selectors.who_saw(number, by=account(request))
    except LookupError:
        return redirect("trail:person")
    detail = {"format": "paper", "rows": len(lines)}
    audit.record("audit.person-file", by=account(request), count=0, detail=detail)
    context = {"lines": lines, "more": more, "number": number, "at": clock.now()}
    context["number_label"] = settings.PERSON_NUMBER
    return render(request, "trail/paper.html", context)


@require_GET
@requires(Action.AUDIT_READ)
def checkpoints(request: HttpRequest) -> HttpResponse:
    found = Checkpoint.objects.filter(municipality_code=current()).order_by("-size")
    page = Paginator(found.annotate(signed=Count("cosignatures")), _PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "witnesses": services.witnesses().annotate(signed=Count("cosignatures")),
        "key": signing.public_key(current()),
        "form": WitnessForm(),
        "last": jobs.verifications().first(),
        "tabs": tabs("checkpoints"),
    }
    return render(request, "trail/checkpoints.html", context)


@require_POST
@requires(Action.AUDIT_READ)
def verify(request: HttpRequest) -> HttpResponse:
    return redirect("trail:verification", pk=jobs.plan_verification(by=account(request)).pk)


@require_GET
@requires(Action.AUDIT_READ)
def verification(request: HttpRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(jobs.verifications(), pk=pk)
    template = "trail/progress.html" if request.headers.get("HX-Request") else "trail/verification.html"
    return render(request, template, {"job": job, "tabs": tabs("checkpoints")})


@require_POST
@requires(Action.AUDIT_REVIEW)
def witness_new(request: HttpRequest) -> HttpResponse:
    form = WitnessForm(request.POST)
    if not form.is_valid():
        messages.error(request, "公開鍵と団体名を入力してください。")
        return redirect("trail:checkpoints")
    try:
        made = services.register_witness(by=account(request), **form.cleaned_data)
        messages.success(request, f"証人「{made.body}」を登録しました。")
    except BadNote as error:
        messages.error(request, str(error))
    return redirect("trail:checkpoints")


@require_POST
@requires(Action.AUDIT_REVIEW)
def witness_retire(request: HttpRequest, pk: int) -> HttpResponse:
    witness = get_object_or_404(Witness, municipality_code=current(), pk=pk)
    services.retire_witness(witness, by=account(request))
    messages.success(request, f"証人「{witness.body}」への依頼をやめました。これまでの署名は残ります。")
    return redirect("trail:checkpoints")


def tabs(current_tab: str) -> list[dict[str, object]]:
    """The pages of this room."""
    pages = (
        ("log", "操作記録の検索", "trail:log"),
        ("person", "この人を誰が見たか", "trail:person"),
        ("alerts", "警告", "trail:alerts"),
        ("reviews", "定期点検", "trail:reviews"),
        ("checkpoints", "署名と検証", "trail:checkpoints"),
        ("rules", "検知の規則", "trail:rules"),
    )
    return [
        {"label": label, "url": reverse(name), "current": key == current_tab, "count": None}
        for key, label, name in pages
    ]
