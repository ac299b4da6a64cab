"""One's own pages need no action of a role, but the sensitive ones need the factor anew."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from sesshu.protection import freshness

View = Callable[..., HttpResponseBase]


def needs_fresh(view: View) -> View:
    """Ask for the second factor unless it was shown in the last minutes."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not freshness.is_fresh(request):
            return freshness.ask_again(request)
        return view(request, *args, **kwargs)

    guarded.required_fresh = True  # type: ignore[attr-defined]
    return guarded
