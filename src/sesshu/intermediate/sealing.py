"""Sealed at rest and found again: two keys of the municipality, one for contents, one for the blind index.

Both are subject keys (:mod:`sesshu.protection.keys`): wrapped by the municipality's key, re-wrapped by its
rotation, useless everywhere once it is destroyed. Opened, they stay in this process for as long as their rows
stand in the database.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection

from sesshu.protection import tenancy
from sesshu.protection.keys import wrapping
from sesshu.protection.keys.models import SubjectKey
from sesshu.protection.keys.roots import NotAuthentic

_CONTENT, _INDEX = "intermediate:content", "intermediate:index"
_NONCE = 12
_LOCK = 0x5E55_0020  # of whoever makes the keys
_opened: dict[str, tuple[frozenset[object], Cabinet]] = {}


@dataclass(frozen=True, slots=True)
class Cabinet:
    """One municipality's keys at hand; shows neither of them."""

    municipality: str
    _cipher: AESGCM = field(repr=False)
    _index: bytes = field(repr=False)

    def seal(self, plain: bytes, *place: object) -> bytes:
        """AES-256-GCM: nonce (12) ‖ ciphertext ‖ tag (16), bound to the place where it stands."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, self._bound(place))

    def open(self, sealed: bytes | memoryview, *place: object) -> bytes:
        """:raises NotAuthentic: when it was changed, or moved to another place."""
        sealed = bytes(sealed)
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._bound(place))
        except (InvalidTag, ValueError):
            raise NotAuthentic("暗号文が鍵または行と合いません。") from None

    def digest(self, kind: str, value: str) -> bytes:
        """HMAC-SHA-256 (32 bytes): equal values of a kind are found by it, and only with the key."""
        return hmac.digest(self._index, f"{kind}\x1f{value}".encode(), "sha256")

    def _bound(self, place: tuple[object, ...]) -> bytes:
        return "\x1f".join((self.municipality, *map(str, place))).encode()


def cabinet() -> Cabinet:
    """That of the municipality acted for; its keys are made on first use."""
    code = tenancy.current()
    held = _held()
    if len(held) < 2:
        _make()
        held = _held()
    ids = frozenset(held.values())
    known = _opened.get(code)
    if known is None or known[0] != ids:
        known = _opened[code] = (ids, _open(code))
    return known[1]


def _held() -> dict[str, object]:
    rows = SubjectKey.objects.filter(municipality_code=tenancy.current(), subject__in=(_CONTENT, _INDEX))
    return dict(rows.values_list("subject", "id"))


def _make() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, int(tenancy.current())])
    wrapping.new_subject_keys(sorted({_CONTENT, _INDEX} - set(_held())))


def _open(code: str) -> Cabinet:
    rows = SubjectKey.objects.filter(municipality_code=code, subject__in=(_CONTENT, _INDEX))
    plain = {row.subject: wrapping.unwrap(row) for row in rows.select_related("tenant_key")}
    return Cabinet(code, AESGCM(plain[_CONTENT]), plain[_INDEX])
