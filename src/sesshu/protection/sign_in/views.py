"""The second factor, shown anew before a sensitive act."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse


@login_required
def again(request: HttpRequest) -> HttpResponse:
    raise Http404
