"""Every request but a monitor's comes from a registered terminal of the account's municipality (S03).

Stands after TenantMiddleware, in whose transaction the row is read: one question a request, never a cache,
so that a loss tells at the very next request, on a connection that was kept open too.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.peers import PeerCertificate, UntrustedCertificate, peer_certificate
from sesshu.protection.tenancy import acting_for
from sesshu.protection.terminals import selectors, sightings
from sesshu.protection.terminals.choices import State
from sesshu.protection.terminals.models import Certificate, Terminal
from sesshu.protection.terminals.refusing import refused

GetResponse = Callable[[HttpRequest], HttpResponse]
EXEMPT = frozenset({"web:health"})
_SESSION_KEY = "terminal"
_STATES = {State.LOST: "lost", State.RETIRED: "retired"}


class _Refusal(Exception):
    def __init__(self, reason: str, peer: PeerCertificate | None = None) -> None:
        self.reason, self.peer = reason, peer


class TerminalMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            terminal = None if _is_exempt(request) else _terminal(request)
        except _Refusal as refusal:
            return refused(request, refusal.reason, refusal.peer)
        request.terminal = terminal  # type: ignore[attr-defined]
        if terminal is None:
            return self.get_response(request)
        token = audit.terminal.set(terminal.identifier)
        try:
            response = self.get_response(request)
            return _signed_in_elsewhere(request, terminal) or response
        finally:
            audit.terminal.reset(token)


def _terminal(request: HttpRequest) -> Terminal | None:
    peer = _peer(request)
    if peer is None:
        return None
    account = request.user if isinstance(request.user, Account) else None
    if account is None:
        with acting_for(peer.organization):
            return _usable(peer, None)
    terminal = _usable(peer, account)
    if request.session.setdefault(_SESSION_KEY, terminal.pk) != terminal.pk:
        raise _Refusal("moved", peer)
    return terminal


def _peer(request: HttpRequest) -> PeerCertificate | None:
    try:
        peer = peer_certificate(request)
    except UntrustedCertificate as error:
        raise _Refusal(error.reason) from None
    if peer is None and settings.TERMINALS_REQUIRED:
        raise _Refusal("none")
    return peer


def _usable(peer: PeerCertificate, account: Account | None) -> Terminal:
    certificate = selectors.shown_by(peer)
    if certificate is None:
        elsewhere = account is not None and account.municipality_id != peer.organization
        raise _Refusal("other_city" if elsewhere else "unregistered", peer)
    if (reason := _against(certificate)) is not None:
        raise _Refusal(reason, peer)
    sightings.note(certificate)
    return certificate.terminal


def _against(certificate: Certificate) -> str | None:
    if certificate.terminal.state != State.IN_USE:
        return _STATES.get(State(certificate.terminal.state), "unregistered")
    return "revoked" if certificate.revoked_at is not None else None


def _signed_in_elsewhere(request: HttpRequest, terminal: Terminal) -> HttpResponse | None:
    """After a sign-in in this request: the session belongs to this terminal, the account to its city."""
    if not isinstance(request.user, Account):
        return None
    if request.user.municipality_id != terminal.municipality_code:
        return refused(request, "other_city")
    if request.session.get(_SESSION_KEY) != terminal.pk:
        request.session[_SESSION_KEY] = terminal.pk
    return None


def _is_exempt(request: HttpRequest) -> bool:
    return request.path_info in {reverse(name) for name in EXEMPT}
