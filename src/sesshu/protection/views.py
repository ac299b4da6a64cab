"""The page that lists the rooms of protection."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sesshu.protection import administration as offered
from sesshu.protection.signed_in import account


@require_GET
@login_required
def administration(request: HttpRequest) -> HttpResponse:
    """What this account may administer; entries are chosen by role."""
    groups = offered.groups_for(account(request))
    return render(request, "protection/administration.html", {"groups": groups})
