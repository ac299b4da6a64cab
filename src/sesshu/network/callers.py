"""Who stands at a door of the core: certificate, part and institution must be one (controls 47, 50)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.http import HttpRequest

from sesshu.network import core, rejections
from sesshu.network.choices import Part
from sesshu.network.models import Institution
from sesshu.network.rejections import Rejected
from sesshu.protection import acts, audit
from sesshu.protection.peers import PeerCertificate, UntrustedCertificate, peer_certificate

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Caller:
    """An institution that showed its own certificate for this part."""

    institution: Institution
    part: Part

    @property
    def code(self) -> str:
        return self.institution.code


class OnlyFor:
    """The door's guard: one part, of an enrolled and active institution, with the certificate on our list."""

    def __init__(self, part: Part) -> None:
        self.part = part

    def __call__(self, request: HttpRequest) -> Caller:
        """:raises Rejected: for anybody else; the refusal is recorded."""
        try:
            shown = peer_certificate(request)
        except UntrustedCertificate:
            shown = None
        caller = self._known(shown) if shown else None
        if caller is None:
            _record_refusal(request, "wrong_peer", shown)
            raise rejections.wrong_peer()
        return caller

    def _known(self, shown: PeerCertificate) -> Caller | None:
        if shown.common_name != self.part:
            return None
        found = Institution.objects.filter(pk=shown.organization, is_active=True).first()
        listed = found and (found.certificate if self.part is Part.INTERMEDIATE else found.juki_certificate)
        return Caller(found, self.part) if found and listed == thumbprint(shown.fingerprint) else None


def thumbprint(fingerprint: str) -> str:
    """``x5t#S256`` (RFC 7515 §4.1.8) of a certificate's SHA-256 in hexadecimal digits."""
    return base64.urlsafe_b64encode(bytes.fromhex(fingerprint)).rstrip(b"=").decode()


def within(request: HttpRequest, act: Callable[[Caller], Answer]) -> Answer:
    """Run ``act`` in a transaction of the core.

    :raises Rejected: what ``act`` raised, after the refusal was recorded and all else undone.
    """
    caller: Caller = request.auth  # type: ignore[attr-defined]
    try:
        return core.once(lambda: act(caller))
    except Rejected as rejected:
        _record_refusal(request, rejected.code, caller)
        raise


def _record_refusal(request: HttpRequest, code: str, who: Caller | PeerCertificate | None) -> None:
    said = {"door": request.path.strip("/")}
    if isinstance(who, Caller):
        said |= {"institution": who.code, "part": str(who.part)}
    elif who is not None:
        said |= {"institution": who.organization, "part": who.common_name}
    with core.acting():
        audit.record("network.refused", by=None, count=1, actor="peer", detail=acts.coded(said), result=code)
