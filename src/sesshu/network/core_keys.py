"""The core's keys: one master key, wrapped by :mod:`sesshu.protection.keys`, and what is derived from it.

The master key never changes, or every 符号 would; a rotation re-wraps it. From it come by HKDF (RFC 5869) the
key of each institution's 符号 and those of the digests; the core's signing key stands sealed under it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from functools import lru_cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import connection
from joserfc.jwk import ECKey

from sesshu.kernel import clock
from sesshu.network import core
from sesshu.network.models import CoreKey, Person
from sesshu.protection import tenancy
from sesshu.protection.keys import wrapping
from sesshu.protection.keys.models import SubjectKey
from sesshu.protection.keys.roots import KeyTrouble
from sesshu.protection.keys.wrapping import OpenedKey, Place
from sesshu.protocol import envelopes

SUBJECT = "network:master"
SIGNING = "signing"
_LOCK = 0x5E55_0011


class Master:
    """The opened master key of the core."""

    def __init__(self, key_id: UUID, key: bytes) -> None:
        self._key, self._opened = key, OpenedKey(key_id, key)
        self._digest = {name: self._derived(name, 32) for name in ("resident", "acquisition", "request")}
        self._codes: dict[str, AESSIV] = {}

    def codes_of(self, institution: str) -> AESSIV:
        """AES-256-SIV (RFC 5297) with the key of this institution."""
        if institution not in self._codes:
            self._codes[institution] = AESSIV(self._derived(f"code\x1f{institution}", 64))
        return self._codes[institution]

    def digest(self, use: str, text: str) -> bytes:
        """HMAC-SHA-256 under a key of its own for each ``use``: resident, acquisition or request."""
        return hmac.new(self._digest[use], text.encode(), hashlib.sha256).digest()

    def seal(self, plain: str, table: str, row: str) -> bytes:
        """AES-256-GCM, bound to table and row."""
        return self._opened.seal(plain.encode(), Place(table, row, "sealed"))

    def open(self, sealed: bytes, table: str, row: str) -> str:
        """:raises NotAuthentic: when it was changed or moved."""
        return self._opened.open(bytes(sealed), Place(table, row, "sealed")).decode()

    def _derived(self, info: str, length: int) -> bytes:
        name = f"sesshu-network-core\x1f{info}".encode()
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=name).derive(self._key)


def master() -> Master:
    """The master key, made with the first use of an empty database.

    :raises KeyTrouble: when it is gone while there are persons: no other may take its place.
    """
    held = _held()
    if held is None:
        _one_at_a_time()
        held = _held() or _new()
    return _opened(held.pk, wrapping.unwrap(held))


def own_key(opened: Master | None = None) -> ECKey:
    """The core's private key for signing, made at first use. Nothing is ever sealed to the core."""
    opened = opened or master()
    row = CoreKey.objects.filter(pk=SIGNING).first()
    if row is None:
        _one_at_a_time()
        row = CoreKey.objects.filter(pk=SIGNING).first() or _new_key(opened)
    return _imported(opened, bytes(row.sealed))


def _held() -> SubjectKey | None:
    rows = SubjectKey.objects.filter(municipality_code=tenancy.current(), subject=SUBJECT)
    return rows.select_related("tenant_key").first()


def _new() -> SubjectKey:
    if Person.objects.exists() or CoreKey.objects.exists():
        raise KeyTrouble("コアシステムの鍵が失われています。鍵の写しを入れてから起動してください。")
    core.ensure()
    ((row, _),) = wrapping.new_subject_keys([SUBJECT])
    return row


def _new_key(opened: Master) -> CoreKey:
    text = json.dumps(envelopes.new_key().as_dict(private=True))
    sealed = opened.seal(text, "network_corekey", SIGNING)
    return CoreKey.objects.create(purpose=SIGNING, sealed=sealed, made_at=clock.now())


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


@lru_cache(maxsize=4)
def _opened(key_id: UUID, key: bytes) -> Master:
    return Master(key_id, key)


@lru_cache(maxsize=4)
def _imported(opened: Master, sealed: bytes) -> ECKey:
    return envelopes.imported(json.loads(opened.open(sealed, "network_corekey", SIGNING)))
