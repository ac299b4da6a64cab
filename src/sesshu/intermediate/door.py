"""Who stands at the door: a part (CN) of an institution (O), by a certificate of the network's authority.

A message of another municipality is refused, and nothing of it is kept but that it came (control 49).
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import NoReturn, TypeVar

from django.http import HttpRequest

from sesshu.intermediate import callers, network_copies, place
from sesshu.intermediate.callers import Caller
from sesshu.intermediate.schemas import Asked
from sesshu.kernel.number_scanner import contains_number
from sesshu.protection.keys.roots import KeyTrouble, NotAuthentic
from sesshu.protection.keys.wrapping import KeyDestroyed
from sesshu.protection.peers import PeerCertificate, UntrustedCertificate, peer_certificate
from sesshu.protection.tenancy import acting_for
from sesshu.protocol.refusals import Refusal as Reason

Answer = TypeVar("Answer")
NUMBERS, CORE, INTERMEDIATE = "numbers", "core", "intermediate"
_ATTEMPTS = 3


class Refusal(Exception):
    """``code`` for machines, ``status`` of the answer, the text for people."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def from_city(request: HttpRequest, asked: Asked, act: Callable[[Caller], Answer]) -> Answer:
    """An operation that only ``numbers`` of this very municipality may ask for."""
    code = place.municipality()
    peer = _peer(request, NUMBERS)
    if peer.organization != place.institution():
        _stranger(code, peer.organization, "institution")
    if asked.municipality != code:
        _misdirected(code)
    if contains_number((asked.actor, asked.terminal)):  # they stand in the log
        raise Refusal(422, "invalid", "actor または terminal に個人番号とみられる数字があります。")
    caller = Caller(asked.actor, asked.terminal, str(asked.request_id))
    return _within(code, lambda: act(caller))


def from_core(request: HttpRequest, act: Callable[[Caller], Answer]) -> Answer:
    """An operation of the network's core."""
    _peer(request, CORE)
    return _within(place.municipality(), lambda: act(Caller(CORE)))


def from_intermediate(request: HttpRequest, act: Callable[[Caller, str], Answer]) -> Answer:
    """An operation of another institution: one of the directory, with the certificate that stands there."""
    code = place.municipality()
    peer = _peer(request, INTERMEDIATE)
    with acting_for(code):
        listed = network_copies.directory().get(peer.organization)
    if listed is None or listed.certificate not in ("", *_thumbprints(peer)):
        _stranger(code, peer.organization, "directory")
    return _within(code, lambda: act(Caller(peer.organization), peer.organization))


def _peer(request: HttpRequest, part: str) -> PeerCertificate:
    code = place.municipality()
    try:
        peer = peer_certificate(request)
    except UntrustedCertificate as error:
        _stranger(code, "unknown", error.reason)
    if peer is None:
        _stranger(code, "unknown", "none")
    if peer.common_name != part:
        _stranger(code, peer.organization, "part")
    return peer


def _thumbprints(peer: PeerCertificate) -> tuple[str, str]:
    digest = bytes.fromhex(peer.fingerprint)
    return base64.urlsafe_b64encode(digest).decode().rstrip("="), peer.fingerprint


def _stranger(code: str, who: str, reason: str) -> NoReturn:
    with acting_for(code):
        callers.record("stranger", Caller(who[:60]), result="refused", reason=reason)
    raise Refusal(403, "not_allowed", "この接続には、この操作が許可されていません。")


def _misdirected(code: str) -> NoReturn:
    with acting_for(code):
        callers.record("misdirected", Caller(NUMBERS), result="refused")
    raise Refusal(403, Reason.WRONG_INSTITUTION, Reason.WRONG_INSTITUTION.sentence)


def _within(code: str, act: Callable[[], Answer]) -> Answer:
    """In one transaction; met in the midst of a change of keys, it runs again."""
    for attempt in range(_ATTEMPTS):
        try:
            with acting_for(code):
                return act()
        except (NotAuthentic, KeyDestroyed):
            raise
        except KeyTrouble:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError
