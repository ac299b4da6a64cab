"""Watch, cancel and retry jobs."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from sesshu.jobs import selectors, services, watching
from sesshu.jobs.models import Job
from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account


@require_GET
@requires(Action.JOBS_READ)
def job_list(request: HttpRequest) -> HttpResponse:
    return render(request, "jobs/list.html", {"jobs": selectors.recent()[:100]})


@require_GET
@requires(Action.JOBS_READ)
def job_detail(request: HttpRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(selectors.recent(), pk=pk)
    may_plan = watching.may_plan(account(request), job)
    template = "jobs/progress.html" if request.headers.get("HX-Request") else "jobs/detail.html"
    return render(request, template, {"job": job, "may_plan": may_plan})


@require_POST
@requires(Action.JOBS_READ)
def job_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    job = _own(request, pk)
    services.cancel(job, by=account(request))
    return redirect("jobs:detail", pk=pk)


@require_POST
@requires(Action.JOBS_READ)
def job_retry(request: HttpRequest, pk: int) -> HttpResponse:
    job = _own(request, pk)
    return redirect("jobs:detail", pk=services.retry(job, by=account(request)).pk)


def _own(request: HttpRequest, pk: int) -> Job:
    """A job of the city that this account might have planned itself."""
    job = get_object_or_404(selectors.recent(), pk=pk)
    if not watching.may_plan(account(request), job):
        raise Http404
    return job
