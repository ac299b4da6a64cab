"""The first screen, the health check and the reading of a typed date."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET, require_POST

from sesshu.web import fields
from sesshu.web.home import cards_for


@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "web/home.html", {"cards": cards_for(request)})


@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """For a monitor: 200 while the database answers. Says nothing about anybody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@require_POST
@login_required
def date_reading(request: HttpRequest) -> HttpResponse:
    """Both calendars' reading of the one value posted, whatever its field is called."""
    values = [str(value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"]
    reading = fields.read(values[0] if values else "")
    return render(request, "web/components/date_reading.html", {"reading": reading})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    # No context: whatever broke may be what the context processors need.
    return HttpResponse(render_to_string("500.html"), status=500)
