"""Who stands at the other end of the connection: the certificate and the address, from the door or its proxy.

At the TLS door the certificate comes from the connection itself. Behind a proxy it comes in the header
``Client-Cert`` (RFC 9440: base64 of the DER between colons), which counts only from an address of
``settings.TRUSTED_PROXIES``. Any view asks ``peer_certificate(request)``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from sesshu.kernel import clock
from sesshu.protection import authority

GetResponse = Callable[[HttpRequest], HttpResponse]
PROXIED, FORGED = "sesshu.proxied", "sesshu.forged_certificate"
CERTIFICATE_HEADER = "HTTP_CLIENT_CERT"
# What a proxy says of its client; from anybody else it is a lie.
_PROXY_HEADERS = (
    CERTIFICATE_HEADER, "HTTP_CLIENT_CERT_CHAIN", "HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REAL_IP",
)  # fmt: skip
_LONGEST = 16_384


class UntrustedCertificate(Exception):
    """A certificate was shown that counts for nothing.

    :ivar reason: ``forged`` (header not from a trusted proxy), ``malformed``, ``foreign`` (not of our
        authority), ``usage`` (not for a client), ``expired`` or ``early``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class PeerCertificate:
    """A client certificate signed by our authority and in its time. Revocation is the register's to say."""

    serial: str
    fingerprint: str
    common_name: str
    organization: str
    starts_at: datetime
    ends_at: datetime


def peer_certificate(request: HttpRequest) -> PeerCertificate | None:
    """The client's certificate, checked against our authority and the clock; None when none was shown.

    :raises UntrustedCertificate: when one was shown that does not count.
    """
    if request.META.get(FORGED):
        raise UntrustedCertificate("forged")
    der = _shown(request)
    if der is None:
        return None
    found = _verified(der, authority.root().serial_number)
    _check_time(found)
    return found


class PeerMiddleware:
    """Stands first: takes a proxy's word only from a proxy, and nobody else's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_trusted_proxy(str(request.META.get("REMOTE_ADDR", ""))):
            request.META[PROXIED] = True
            _take_client_address(request)
        else:
            if CERTIFICATE_HEADER in request.META:
                request.META[FORGED] = True
            for header in _PROXY_HEADERS:
                request.META.pop(header, None)
        return self.get_response(request)


def is_trusted_proxy(address: str) -> bool:
    """Whether the connection comes from one of ``settings.TRUSTED_PROXIES`` (addresses or networks)."""
    try:
        asked = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(asked in ipaddress.ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES)


def _take_client_address(request: HttpRequest) -> None:
    # The last address is the one that the proxy itself saw; those before it the client may have written.
    told = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    try:
        request.META["REMOTE_ADDR"] = str(ipaddress.ip_address(told))
    except ValueError:
        return


def _shown(request: HttpRequest) -> bytes | None:
    connection = request.META.get("gunicorn.socket")
    if connection is not None and hasattr(connection, "getpeercert"):
        der: bytes | None = connection.getpeercert(True)
        return der
    if not request.META.get(PROXIED):
        return None
    header = str(request.META.get(CERTIFICATE_HEADER, "")).strip()
    return _decoded(header) if header else None


def _decoded(header: str) -> bytes:
    if len(header) > _LONGEST or len(header) < 3 or header[0] != ":" or header[-1] != ":":
        raise UntrustedCertificate("malformed")
    try:
        return base64.b64decode(header[1:-1], validate=True)
    except (binascii.Error, ValueError):
        raise UntrustedCertificate("malformed") from None


@lru_cache(maxsize=512)
def _verified(der: bytes, root_serial: int) -> PeerCertificate:
    try:
        certificate = x509.load_der_x509_certificate(der)
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        raise UntrustedCertificate("usage") from None
    except (ValueError, x509.DuplicateExtension):
        raise UntrustedCertificate("malformed") from None
    try:
        certificate.verify_directly_issued_by(authority.root())
    except (InvalidSignature, ValueError, TypeError):
        raise UntrustedCertificate("foreign") from None
    if ExtendedKeyUsageOID.CLIENT_AUTH not in usage:
        raise UntrustedCertificate("usage")
    return _read(certificate, der)


def _read(certificate: x509.Certificate, der: bytes) -> PeerCertificate:
    return PeerCertificate(
        serial=f"{certificate.serial_number:x}",
        fingerprint=hashlib.sha256(der).hexdigest(),
        common_name=_part(certificate, NameOID.COMMON_NAME),
        organization=_part(certificate, NameOID.ORGANIZATION_NAME),
        starts_at=certificate.not_valid_before_utc,
        ends_at=certificate.not_valid_after_utc,
    )


def _part(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""


def _check_time(certificate: PeerCertificate) -> None:
    at = clock.now()
    if at > certificate.ends_at:
        raise UntrustedCertificate("expired")
    if at < certificate.starts_at:
        raise UntrustedCertificate("early")
