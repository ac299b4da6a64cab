"""How long ago the person at this browser showed the second factor: sensitive acts want it anew.

Sign-in calls :func:`note` after each assertion of the authenticator; views ask through
``requires(action, fresh=True)``.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode

from sesshu.kernel import clock
from sesshu.protection import going

LASTS = timedelta(minutes=5)
_KEY = "factor_shown_at"


def note(request: HttpRequest) -> None:
    """The second factor was shown just now."""
    request.session[_KEY] = clock.now().isoformat()


def is_fresh(request: HttpRequest) -> bool:
    """Whether it was shown within :data:`LASTS`."""
    shown = request.session.get(_KEY)
    # A demonstration's day starts over at midnight; a moment that is still to come is not fresh.
    return shown is not None and abs(clock.now() - datetime.fromisoformat(shown)) <= LASTS


def ask_again(request: HttpRequest) -> HttpResponseBase:
    """To the page that asks for the factor; after it, back to where one was.

    What was posted is not kept: the page that one comes back to is the form, not its result.
    """
    return going.to(request, f"{reverse('sign_in:again')}?{urlencode({'next': going.back(request)})}")
