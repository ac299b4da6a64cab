"""The key that signs the log's checkpoints: the one place that knows where it is kept.

Until a key module holds it, it is made from a secret of the installation. Whoever puts it into one replaces
:func:`_private_key` by what signs there; the public key changes and is told to witnesses and verifiers anew.
"""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from sesshu.protection.trail.notes import ED25519, VerifierKey

_PURPOSE = b"sesshu audit log checkpoints 1\n"


def origin(municipality_code: str) -> str:
    """The name of a municipality's log, and of the key that signs it."""
    return f"sesshu.audit/{municipality_code}"


def public_key(municipality_code: str) -> VerifierKey:
    """What verifiers and witnesses are given."""
    public = _private_key().public_key().public_bytes_raw()
    return VerifierKey(origin(municipality_code), ED25519, public)


def sign(message: bytes) -> bytes:
    """An Ed25519 signature (RFC 8032) of ``message``."""
    return _private_key().sign(message)


def _private_key() -> Ed25519PrivateKey:
    seed = hashlib.sha256(_PURPOSE + settings.AUDIT_SIGNING_SECRET.encode()).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)
