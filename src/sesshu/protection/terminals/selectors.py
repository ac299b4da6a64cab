"""Reads of the register of terminals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import and_

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest

from sesshu.kernel import clock
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.peers import PeerCertificate
from sesshu.protection.terminals.choices import Application, State
from sesshu.protection.terminals.models import Certificate, Terminal, TerminalApplication

WARNED_BEFORE = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Ending:
    """When the terminal's newest certificate ends, and whether it is time to renew it."""

    at: datetime | None
    over: bool
    soon: bool


def current_terminal(request: HttpRequest) -> Terminal | None:
    """The registered terminal of this request; None in the demo, where none is required."""
    return getattr(request, "terminal", None)


def shown_by(peer: PeerCertificate) -> Certificate | None:
    """The certificate's row in the municipality acted for, with its terminal, in any state."""
    found = Certificate.objects.select_related("terminal", "sighting")
    return found.filter(fingerprint=peer.fingerprint).first()


def terminals(words: str = "") -> QuerySet[Terminal]:
    """The register with each newest certificate's end and last use; every word must occur."""
    valid = Q(certificates__revoked_at__isnull=True)
    found = Terminal.objects.annotate(
        ends_at=Max("certificates__ends_at", filter=valid),
        seen_at=Max("certificates__sighting__at"),
        open=Count("applications", filter=Q(applications__decided_at__isnull=True), distinct=True),
    )
    asked = [_has(word) for word in words.split()]
    return (found.filter(reduce(and_, asked)) if asked else found).order_by("number")


def terminal(pk: int) -> Terminal | None:
    """One terminal of the municipality."""
    return terminals().filter(pk=pk).first()


def applications(of: Terminal) -> QuerySet[TerminalApplication]:
    """The terminal's applications, newest first."""
    found = of.applications.select_related("requested_by", "decided_by", "certificate__sighting")
    return found.order_by("-requested_at", "-pk")


def open_applications() -> QuerySet[TerminalApplication]:
    """Those that wait for a decision, oldest first."""
    found = TerminalApplication.objects.filter(decided_at__isnull=True)
    return found.select_related("terminal", "requested_by").order_by("requested_at")


def uncollected() -> QuerySet[TerminalApplication]:
    """Approved, and the certificate not yet collected."""
    return (
        TerminalApplication.objects.filter(
            approved=True, certificate__isnull=True, terminal__state=State.IN_USE
        )
        .exclude(kind=Application.TAKING_OUT)
        .select_related("terminal")
    )


def ending(of: Terminal) -> Ending:
    """For a row of :func:`terminals`."""
    at: datetime | None = getattr(of, "ends_at", None)
    left = at - clock.now() if at and of.state == State.IN_USE else None
    return Ending(at, left is not None and left <= timedelta(0), left is not None and left <= WARNED_BEFORE)


def ending_soon() -> QuerySet[Terminal]:
    """Terminals in use whose newest certificate ends within :data:`WARNED_BEFORE` or has ended."""
    newest = Certificate.objects.filter(terminal=OuterRef("pk"), revoked_at__isnull=True)
    found = Terminal.objects.filter(state=State.IN_USE).annotate(
        ends_at=Subquery(newest.order_by("-ends_at").values("ends_at")[:1])
    )
    return found.filter(ends_at__lte=clock.now() + WARNED_BEFORE).order_by(F("ends_at"))


def waiting_for(account: Account) -> int:
    """What the page 管理 counts: decisions for who decides; collections and renewals for who asks."""
    count = 0
    if account.may(Action.TERMINALS_APPROVE):
        count += open_applications().exclude(requested_by=account).count()
    if account.may(Action.TERMINALS_REQUEST):
        count += uncollected().filter(signing_request="").count() + ending_soon().count()
    return count


def _has(word: str) -> Q:
    named = Q(name__icontains=word) | Q(place__icontains=word) | Q(section__icontains=word)
    digits = word.upper().removeprefix("T").lstrip("0")
    number = Q(number=int(digits)) if digits.isascii() and digits.isdigit() and len(digits) < 9 else Q()
    serial = Q(certificates__serial__startswith=word.lower()) if len(word) >= 8 else Q()
    return named | number | serial
