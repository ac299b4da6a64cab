"""Ask about all who moved in within a period: look first, then ask, then watch."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sesshu.health.inquiries import jobs, selectors, watching
from sesshu.health.inquiries import movers as moved
from sesshu.health.inquiries.choices import PENDING, State
from sesshu.health.inquiries.forms import MoversForm
from sesshu.health.inquiries.models import InquiryRun
from sesshu.health.inquiries.services import NotAsked
from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current
from sesshu.protection.terminals.policies import on_numbers_terminals

_RUNS = 20
_USUAL = timedelta(days=30)


@require_http_methods(["GET", "POST"])
@requires(Action.EXCHANGE_INQUIRE)
@on_numbers_terminals
def movers(request: HttpRequest) -> HttpResponse:
    """GET: who moved in, counted. POST: ask about them."""
    asked = request.POST if request.method == "POST" else request.GET
    today = clock.today()
    usual = {"since": today - _USUAL, "until": today}
    form = MoversForm(asked if "since" in asked else None, initial=usual)
    found = None
    if form.is_valid():
        period = {"since": form.cleaned_data["since"], "until": form.cleaned_data["until"]}
        if request.method == "POST":
            try:
                made = moved.ask_all(**period, by=account(request), at=clock.now())
                jobs.wake()
                return redirect("inquiries:run", pk=made.pk)
            except NotAsked as error:
                form.add_error(None, str(error))
        found = moved.found(**period, by=account(request))
        days = {name: day.isoformat() for name, day in period.items()}
        subjects = [pk for pk, *_ in found.askable]
        audit.record("inquiry.movers", by=account(request), subjects=subjects, detail=days)
    context = {"form": form, "found": found, "runs": selectors.runs()[:_RUNS]}
    return render(request, "inquiries/movers.html", context)


@require_GET
@requires(Action.EXCHANGE_INQUIRE)
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the inquiries of a run have come; the page follows by itself."""
    found = get_object_or_404(
        InquiryRun.objects.select_related("made_by"), municipality_code=current(), pk=pk
    )
    counts = selectors.run_counts(found)
    pending = sum(counts.get(state, 0) for state in PENDING)
    context = {
        "run": found,
        "pause": watching.pause(found.made_at),
        "states": [(state.label, counts[state]) for state in State if counts.get(state)],
        "done": found.count - pending,
        "percent": int(100 * (found.count - pending) / found.count) if found.count else 100,
        "over": pending == 0,
    }
    template = "inquiries/progress.html" if request.headers.get("HX-Request") else "inquiries/run.html"
    return render(request, template, context)
