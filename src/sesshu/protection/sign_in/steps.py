"""Between two pages of a sign-in: who has shown what so far. Kept in the session, for minutes only."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url

from sesshu.kernel import clock
from sesshu.protection import going
from sesshu.protection.models import Account

LASTS = timedelta(minutes=10)
PASSWORD, TICKET, ENROLLING = "password_shown", "ticket_shown", "enrolling"
_FACTOR = "factor_shown_by"
_AIM = "aimed_at"


def passed(request: HttpRequest, step: str, subject: int) -> None:
    """``subject`` (an account's or a ticket's number) has passed the step; under a new session key."""
    request.session.cycle_key()
    request.session[step] = {"subject": subject, "until": (clock.instant() + LASTS).isoformat()}


def subject_of(request: HttpRequest, step: str) -> int | None:
    """Who passed the step in this browser within :data:`LASTS`."""
    noted = request.session.get(step)
    if noted is None or clock.instant() > datetime.fromisoformat(noted["until"]):
        return None
    return int(noted["subject"])


def account_at(request: HttpRequest, step: str) -> Account | None:
    """The account that passed the step; None when too long ago or no longer in office."""
    subject = subject_of(request, step)
    account = None if subject is None else Account.objects.filter(pk=subject).first()
    return account if account is not None and account.in_service else None


def shown_by(request: HttpRequest, authenticator: int) -> None:
    """Note which authenticator was shown last in this session."""
    request.session[_FACTOR] = authenticator


def last_shown(request: HttpRequest) -> int | None:
    """The authenticator that was shown last in this session."""
    return request.session.get(_FACTOR)


def aim(request: HttpRequest, address: str) -> None:
    """Where the person wanted to go before being asked who it is."""
    if address and going.is_own(request, address):
        request.session[_AIM] = address


def target(request: HttpRequest) -> str:
    """Where to go now; the first page when nothing was wanted. Asked once."""
    return str(request.session.pop(_AIM, "") or resolve_url(settings.LOGIN_REDIRECT_URL))


def clear(request: HttpRequest) -> None:
    """The sign-in is over, one way or the other."""
    for step in (PASSWORD, TICKET, ENROLLING):
        request.session.pop(step, None)
