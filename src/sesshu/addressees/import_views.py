"""The import's screens: choose a file, watch the job, see each row's fate."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sesshu.addressees import imports, uploads
from sesshu.addressees.forms import ImportForm
from sesshu.addressees.jobs import KIND, SHOWN
from sesshu.jobs import services as jobs
from sesshu.jobs.models import Job
from sesshu.protection import audit, door
from sesshu.protection.actions import Action, requires
from sesshu.protection.tenancy import current


@require_http_methods(["GET", "POST"])
@requires(Action.ADDRESSEE_IMPORT)
def import_file(request: HttpRequest) -> HttpResponse:
    form = ImportForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        payload = {
            "municipality": current(),
            "token": uploads.keep(form.cleaned_data["file"]),
            "strict": form.cleaned_data["strict"],
            "by": request.user.pk,
        }
        job = jobs.plan(KIND, by=request.user, payload=payload)  # type: ignore[arg-type]
        return redirect("jobs:detail", pk=job.pk)
    return render(request, "addressees/import.html", {"form": form, "jobs": imports.recent(KIND)})


def _job(token: str) -> Job:
    try:
        return imports.job_of(KIND, token)
    except Job.DoesNotExist:
        raise Http404 from None


@require_GET
@requires(Action.ADDRESSEE_IMPORT)
def import_result(request: HttpRequest, token: str) -> HttpResponse:
    job = _job(token)
    result: dict[str, Any] = job.result
    if not job.is_over:
        return redirect("jobs:detail", pk=job.pk)
    changes = (
        imports.changes_of(result, by=request.user, most=SHOWN)  # type: ignore[arg-type]
        if result.get("kind") == "changes" and not result["held_back"]
        else []
    )
    context = {
        "job": job,
        "result": result,
        "errors": [_told(error) for error in result.get("errors", [])],
        "warnings": [_told(warning) for warning in result.get("warnings", [])],
        "changes": changes,
        "shown": SHOWN,
        "token": token,
    }
    return render(request, "addressees/import_result.html", context)


def _told(error: dict[str, Any]) -> dict[str, Any]:
    what, remedy = uploads.told_apart(error["message"])
    return error | {"what": what, "remedy": remedy}


@require_GET
@requires(Action.ADDRESSEE_IMPORT)
def import_errors(request: HttpRequest, token: str) -> HttpResponseBase:
    """All errors and warnings as CSV."""
    path = uploads.errors_path(_job(token).payload["token"])
    if not path.is_file():
        raise Http404
    audit.record("residents.import.errors", by=request.user, count=0)  # type: ignore[arg-type]
    return door.hand_out(request, door.Kind.OWN_INPUT, "取込エラー一覧.csv", path)
