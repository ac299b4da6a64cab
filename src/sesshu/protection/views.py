"""The page that lists the rooms of protection."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET

from sesshu.protection import administration as offered
from sesshu.protection import cases
from sesshu.protection.purposes import Section
from sesshu.protection.signed_in import account


@require_GET
@login_required
def administration(request: HttpRequest) -> HttpResponse:
    """What this account may administer; entries are chosen by role."""
    groups = offered.groups_for(account(request))
    return render(request, "protection/administration.html", {"groups": groups})


@require_GET
@login_required
def purpose(request: HttpRequest) -> HttpResponse:
    """「何のために開きますか」: one key, and on to the person."""
    back = request.GET.get("next", "")
    if not back.startswith("/") or not url_has_allowed_host_and_scheme(back, None):
        back = resolve_url(settings.LOGIN_REDIRECT_URL)
    section = request.GET.get("shows", "")
    offered = cases.offered_for(account(request), section)
    lines = [(key, one, f"{back}?{cases.PARAMETER}={one.value}") for key, one in enumerate(offered, 1)]
    needed = Section(section).label if section in Section.values else ""
    return render(request, "protection/purpose.html", {"lines": lines, "needed": needed})
