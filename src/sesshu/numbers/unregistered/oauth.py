"""OAuth 2.0 of the national standard by Authlib: client credentials, ``client_secret_jwt`` (RFC 7523, HS256),
introspection (RFC 7662), revocation (RFC 7009); opaque tokens of five minutes, no refresh token.

A token is bound to the certificate of the connection that asked for it, as those of the vault's own door.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from authlib.integrations.django_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from joserfc.jwk import OctKey

from sesshu.kernel import clock
from sesshu.numbers.models import Assertion as UsedAssertion
from sesshu.numbers.oauth import ISSUER, certificate_thumbprint
from sesshu.numbers.unregistered import clients
from sesshu.numbers.unregistered.models import AccessToken, ApiClient, token_digest

AUDIENCE = f"{ISSUER}:unregistered"
METHOD = "client_secret_jwt"
_ASSERTION_LASTS = timedelta(minutes=2)


class _Server(AuthorizationServer):  # type: ignore[misc]
    def query_client(self, client_id: str) -> ApiClient | None:
        return ApiClient.objects.filter(pk=client_id, is_active=True).first()

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        now = clock.now()
        AccessToken.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
        AccessToken.objects.create(
            digest=token_digest(token["access_token"]),
            client=request.client,
            certificate=certificate_thumbprint(request._request),
            scope=token["scope"],
            issued_at=now,
            expires_at=now + timedelta(seconds=token["expires_in"]),
        )

    def handle_response(self, status: int, body: Any, headers: Any) -> HttpResponse:
        """Of an error the code alone: which part of the credentials was wrong is nobody's business."""
        said = {"error": body["error"]} if isinstance(body, dict) and "error" in body else body
        response = JsonResponse(said or {}, status=status)
        response["Cache-Control"] = "no-store"
        return response


class _Assertion(JWTBearerClientAssertion):  # type: ignore[misc]
    CLIENT_AUTH_METHOD = METHOD

    def get_audiences(self) -> list[str]:
        return [AUDIENCE]

    def extract_assertion(self, assertion: str) -> Any:
        headers, claims = super().extract_assertion(assertion)
        if headers.get("alg") != "HS256":
            raise InvalidClientError
        return headers, claims

    def resolve_client_public_key(self, client: ApiClient) -> OctKey:
        return OctKey.import_key(clients.secret(client).encode())

    def verify_claims(self, claims: Any) -> None:
        super().verify_claims(claims)
        expires = claims["exp"]
        if not isinstance(expires, int | float):
            raise InvalidClientError
        if not 0 < expires - clock.now().timestamp() <= _ASSERTION_LASTS.total_seconds():
            raise InvalidClientError

    def validate_jti(self, claims: Any, jti: Any) -> bool:
        now = clock.now()
        try:
            with transaction.atomic():
                UsedAssertion.objects.filter(expires_at__lt=now).delete()
                UsedAssertion.objects.create(
                    client=str(claims["sub"]), jti=str(jti)[:100], expires_at=now + _ASSERTION_LASTS
                )
        except IntegrityError:
            return False
        return True


class _Grant(ClientCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = [METHOD]


class _Tokens:
    """What introspection and revocation have in common: a client knows and ends its own tokens only."""

    CLIENT_AUTH_METHODS = [METHOD]

    def query_token(self, token: str, hint: str | None) -> AccessToken | None:
        return AccessToken.objects.filter(pk=token_digest(token)).select_related("client").first()


class _Introspection(_Tokens, IntrospectionEndpoint):  # type: ignore[misc]
    def check_permission(self, token: AccessToken, client: ApiClient, request: Any) -> bool:
        return token.check_client(client)

    def introspect_token(self, token: AccessToken) -> dict[str, Any]:
        return {
            "active": True,
            "client_id": token.client_id,
            "token_type": "Bearer",
            "scope": token.scope,
            "iss": AUDIENCE,
            "iat": int(token.issued_at.timestamp()),
            "exp": int(token.expires_at.timestamp()),
        }


class _Revocation(_Tokens, RevocationEndpoint):  # type: ignore[misc]
    def revoke_token(self, token: AccessToken, request: Any) -> None:
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])


_server = _Server(ApiClient, AccessToken)
_server.register_client_auth_method(METHOD, _Assertion(leeway=0))
_server.register_grant(_Grant)
_server.register_endpoint(_Introspection)
_server.register_endpoint(_Revocation)


def token(request: HttpRequest) -> HttpResponse:
    """The token endpoint."""
    return _answered(_server.create_token_response(request))


def introspect(request: HttpRequest) -> HttpResponse:
    return _answered(_server.create_endpoint_response(IntrospectionEndpoint.ENDPOINT_NAME, request))


def revoke(request: HttpRequest) -> HttpResponse:
    return _answered(_server.create_endpoint_response(RevocationEndpoint.ENDPOINT_NAME, request))


def client_of(request: HttpRequest, scope: str) -> ApiClient | None:
    """Whose token of this scope the request shows, over the connection that it was given to."""
    kind, _, shown = request.headers.get("Authorization", "").partition(" ")
    if kind != "Bearer" or not shown:
        return None
    found = AccessToken.objects.filter(pk=token_digest(shown)).select_related("client").first()
    if found is None or found.is_expired() or found.is_revoked():
        return None
    bound = certificate_thumbprint(request)
    fits = bool(bound) and found.certificate == bound and scope in found.scope.split()
    return found.client if fits else None


def _answered(response: Any) -> HttpResponse:
    assert isinstance(response, HttpResponse)
    return response
