"""OAuth 2.0 for machines: client credentials (RFC 6749 §4.4), private_key_jwt (RFC 7523), tokens bound to the
client's certificate (RFC 8705 §3). Tokens live minutes; a system taken off the list is refused at once.
"""

from __future__ import annotations

import hashlib
import secrets
import ssl
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, QueryDict
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from sesshu.kernel import clock
from sesshu.numbers.models import Assertion, System
from sesshu.protection.keys import signing

ISSUER = "urn:sesshu:numbers"
LASTS = timedelta(minutes=5)
_ASSERTION_LASTS = timedelta(minutes=2)
_CLOCKS_DIFFER = 30  # seconds
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ALGORITHMS = ["ES256", "Ed25519"]
_TYPE = "sesshu-access+jwt"


class OAuthError(Exception):
    """RFC 6749 §5.2; the description never tells which part of the credentials was wrong."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.status = error, status


@dataclass(frozen=True, slots=True)
class Access:
    """Who holds a token and what for."""

    system: System
    scopes: frozenset[str]


def certificate_thumbprint(request: HttpRequest) -> str:
    """base64url(SHA-256) of the certificate shown in this connection; empty when none was."""
    connection = request.META.get("gunicorn.socket")
    shown = connection.getpeercert(True) if isinstance(connection, ssl.SSLSocket) else None
    return thumbprint(shown) if shown else ""


def thumbprint(der: bytes) -> str:
    """``x5t#S256`` (RFC 7515 §4.1.8)."""
    return urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()


def grant(asked: QueryDict, shown: str) -> dict[str, Any]:
    """The answer to a token request. :raises OAuthError: when it is refused."""
    if any(len(values) > 1 for _, values in asked.lists()):  # RFC 6749 §3.2
        raise OAuthError("invalid_request")
    form = asked.dict()
    if form.get("grant_type") != "client_credentials":
        raise OAuthError("unsupported_grant_type")
    if form.get("client_assertion_type") != _ASSERTION_TYPE:
        raise OAuthError("invalid_client", 401)
    system = _authenticated(str(form.get("client_assertion", "")), shown)
    scopes = str(form.get("scope", "")).split() or list(system.scopes)
    if not set(scopes) <= set(system.scopes):
        raise OAuthError("invalid_scope")
    return {
        "access_token": _token(system, scopes, shown),
        "token_type": "Bearer",
        "expires_in": int(LASTS.total_seconds()),
        "scope": " ".join(scopes),
    }


def access(token: str, shown: str) -> Access | None:
    """What this token allows to who shows this certificate; ``None`` when it allows nothing."""
    try:
        claims = signing.verified(token, typ=_TYPE)
    except signing.BadSignature:
        return None
    if not _is_ours(claims) or claims["cnf"]["x5t#S256"] != shown or not shown:
        return None
    system = System.objects.filter(pk=claims["sub"], is_active=True, certificate=shown).first()
    return Access(system, frozenset(claims["scope"].split()) & set(system.scopes)) if system else None


def _is_ours(claims: dict[str, Any]) -> bool:
    """By us, for us, and in its time."""
    named = claims.get("iss") == ISSUER and claims.get("aud") == ISSUER
    return named and claims["iat"] <= clock.now().timestamp() < claims["exp"]


def _token(system: System, scopes: list[str], shown: str) -> str:
    now = clock.now()
    claims = {
        "iss": ISSUER,
        "sub": system.client,
        "aud": ISSUER,
        "scope": " ".join(scopes),
        "iat": int(now.timestamp()),
        "exp": int((now + LASTS).timestamp()),
        "jti": secrets.token_urlsafe(16),
        "cnf": {"x5t#S256": shown},
    }
    return signing.signed(claims, typ=_TYPE)


def _authenticated(assertion: str, shown: str) -> System:
    system = System.objects.filter(certificate=shown, is_active=True).first() if shown else None
    if system is None:
        raise OAuthError("invalid_client", 401)
    claims = _claims(assertion, system)
    now = clock.now()
    wanted = {"iss": system.client, "sub": system.client, "aud": ISSUER}
    jti = claims.get("jti")
    if {name: claims.get(name) for name in wanted} != wanted or not isinstance(jti, str):
        raise OAuthError("invalid_client", 401)
    if not _is_in_time(claims, now.timestamp()):
        raise OAuthError("invalid_client", 401)
    _use_once(system, jti, now)
    return system


def _is_in_time(claims: dict[str, Any], now: float) -> bool:
    """RFC 7523 §3: ``exp`` soon; ``nbf`` and ``iat``, where they are given, not in the future."""
    expires, begun = claims.get("exp"), [claims[name] for name in ("nbf", "iat") if name in claims]
    if not all(isinstance(each, int | float) for each in (expires, *begun)):
        return False
    soon = 0 < expires - now <= _ASSERTION_LASTS.total_seconds()  # type: ignore[operator]
    return soon and all(each <= now + _CLOCKS_DIFFER for each in begun)


def _claims(assertion: str, system: System) -> dict[str, Any]:
    kind = ECKey if system.public_key.get("kty") == "EC" else OKPKey
    try:
        found = jwt.decode(assertion, kind.import_key(system.public_key), algorithms=_ALGORITHMS)
    except (JoseError, ValueError):
        raise OAuthError("invalid_client", 401) from None
    return dict(found.claims)


def _use_once(system: System, jti: str, now: Any) -> None:
    Assertion.objects.filter(expires_at__lt=now).delete()
    try:
        with transaction.atomic():
            Assertion.objects.create(client=system.client, jti=jti[:100], expires_at=now + _ASSERTION_LASTS)
    except IntegrityError:
        raise OAuthError("invalid_client", 401) from None
