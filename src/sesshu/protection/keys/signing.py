"""Ed25519: signatures of this system under receipts, checkpoints and whatever must be provable later.

The key is made on first use and sealed under the store of :mod:`.roots`; its public half is handed out by
``sesshu keys public``. JWS by RFC 7515 with the algorithm named Ed25519 (RFC 9864).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from sesshu.protection.keys.sealed_files import SealedFiles

_ALGORITHM = "Ed25519"


class BadSignature(ValueError):
    """The signature does not hold; the message says so in Japanese."""


def sign(data: bytes) -> bytes:
    """64 bytes over ``data``."""
    return _private().sign(data)


def verify(data: bytes, signature: bytes, public: Ed25519PublicKey | None = None) -> bool:
    """Whether the signature is of ``data`` by ``public``, this system's own when none is given."""
    try:
        (public or public_key()).verify(signature, data)
    except InvalidSignature:
        return False
    return True


def public_key() -> Ed25519PublicKey:
    """This system's public key."""
    return _private().public_key()


def public_pem() -> str:
    """It as PEM, for those who verify."""
    return (
        public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def signed(payload: dict[str, Any], *, typ: str) -> str:
    """A compact JWS of a JSON object. ``typ`` keeps one kind of statement from standing for another."""
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    header = {"alg": _ALGORITHM, "typ": typ}
    return jws.serialize_compact(header, text, _jwk(_private()), algorithms=[_ALGORITHM])


def verified(
    token: str, *, typ: str | Collection[str], public: Ed25519PublicKey | None = None
) -> dict[str, Any]:
    """What a JWS of this kind, or of one of these, says.

    :raises BadSignature: when it is changed, of another kind or by another signer.
    """
    try:
        found = jws.deserialize_compact(token.strip(), _jwk(public or public_key()), algorithms=[_ALGORITHM])
        if found.headers().get("typ") not in ([typ] if isinstance(typ, str) else typ):
            raise BadSignature("署名された文書の種類が違います。")
        payload: dict[str, Any] = json.loads(found.payload)
    except (JoseError, ValueError) as error:
        if isinstance(error, BadSignature):
            raise
        raise BadSignature("署名が正しくありません。内容が変えられたか、別の鍵で署名されています。") from None
    return payload


def load_public(pem: bytes) -> Ed25519PublicKey:
    """:raises BadSignature: when the file is no Ed25519 public key."""
    try:
        found = serialization.load_pem_public_key(pem)
    except ValueError:
        found = None
    if not isinstance(found, Ed25519PublicKey):
        raise BadSignature("公開鍵のファイルは Ed25519 の PEM ではありません。")
    return found


def _jwk(key: Ed25519PrivateKey | Ed25519PublicKey) -> OKPKey:
    return OKPKey.import_key(key)


def sealed_files() -> SealedFiles:
    """Where this system's private key is held."""
    chosen: dict[str, Any] = settings.KEYS
    return SealedFiles(chosen["folder"], f"{chosen['system']}-signing")


def _private() -> Ed25519PrivateKey:
    return _load(sealed_files(), f"signing-{settings.KEYS['system']}")


@cache
def _load(held: SealedFiles, name: str) -> Ed25519PrivateKey:
    key = held.read(name) or _made(held, name)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def _made(held: SealedFiles, name: str) -> Ed25519PrivateKey:
    with held.alone(name):  # the first of several processes makes it
        found = held.read(name)
        if found is None:
            found = Ed25519PrivateKey.generate()
            held.write(name, found)
    assert isinstance(found, Ed25519PrivateKey)
    return found
