"""Signed and sealed: JWS (RFC 7515, ES256) and JWE (RFC 7516, ECDH-ES+A256KW with A256GCM)."""

from __future__ import annotations

import json
from typing import Any

from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

_SIGNS = ["ES256"]
_SEALS = ["ECDH-ES+A256KW", "A256GCM"]
_LARGEST = 16 * 1024 * 1024  # characters


class _Signatures(jws.JWSRegistry):
    # The library's own limit (128 kB) is less than a directory of all municipalities or a batch of inquiries.
    max_payload_length = _LARGEST


class _Seals(jwe.JWERegistry):
    # The library's own limit (64 kB) is less than the records of a person with many doses.
    max_ciphertext_length = _LARGEST


_SIGNATURES, _SEALED = _Signatures(algorithms=_SIGNS), _Seals(algorithms=_SEALS)


class BadEnvelope(ValueError):
    """Not signed by that key, not of that kind, or not for our key."""


def new_key() -> ECKey:
    """A P-256 key pair: one for signing, another for sealing."""
    return ECKey.generate_key("P-256", private=True)


def public(key: ECKey) -> dict[str, Any]:
    """Its public half as JWK, with the thumbprint (RFC 7638) as ``kid``."""
    return {**key.as_dict(private=False), "kid": key.thumbprint()}


def imported(jwk: dict[str, Any]) -> ECKey:
    """:raises BadEnvelope: when it is no P-256 key."""
    try:
        key = ECKey.import_key(jwk)
    except (JoseError, ValueError, KeyError, TypeError):
        raise BadEnvelope("鍵(JWK)を読めません。") from None
    if key.curve_name != "P-256":
        raise BadEnvelope("鍵は P-256 のものに限ります。")
    return key


def signed(payload: dict[str, Any], key: ECKey, *, typ: str) -> str:
    """A compact JWS of a JSON object; ``typ`` keeps one kind of statement from standing for another."""
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    header = {"alg": "ES256", "typ": typ, "kid": key.thumbprint()}
    return jws.serialize_compact(header, text, key, registry=_SIGNATURES)


def verified(token: str, key: ECKey, *, typ: str) -> dict[str, Any]:
    """What a JWS says. :raises BadEnvelope: when it is changed, of another kind or by another signer."""
    try:
        found = jws.deserialize_compact(_sized(token), key, registry=_SIGNATURES)
        payload = json.loads(found.payload)
        typed = found.headers().get("typ") == typ
    except (JoseError, ValueError, TypeError, RecursionError):
        raise BadEnvelope("署名を確かめられません。") from None
    if not typed or not isinstance(payload, dict):
        raise BadEnvelope("署名された文書の種類が違います。")
    return payload


def sealed(text: str, key: ECKey) -> str:
    """A compact JWE that only the holder of the key opens."""
    header = {"alg": _SEALS[0], "enc": _SEALS[1], "kid": key.thumbprint()}
    return jwe.encrypt_compact(header, text, key, registry=_SEALED)


def opened(token: str, key: ECKey) -> str:
    """:raises BadEnvelope: when it was changed or is for another."""
    try:
        found = jwe.decrypt_compact(_sized(token), key, registry=_SEALED)
        return (found.plaintext or b"").decode()
    except (JoseError, ValueError, TypeError, RecursionError):
        raise BadEnvelope("暗号文を開けません。") from None


def _sized(token: str) -> str:
    if not isinstance(token, str) or len(token) > _LARGEST:
        raise BadEnvelope("通信が大きすぎます。")
    return token.strip()
