"""The root of all keys: what it can do, whichever store keeps it.

Root key (in an HSM, or a file) → a tenant's pair of keys, wrapped (RFC 3394) → a subject's key, wrapped with
AES-256-GCM → a field. Root keys never leave their store; the pair of a tenant, opened, is a handle that
encrypts and digests without showing itself. Destroying a root version makes every copy of whatever was
wrapped under it useless, in backups and logs of the database too.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings


class KeyTrouble(RuntimeError):
    """A key cannot be used; the message says in Japanese why and what to do."""


class NotAuthentic(KeyTrouble):
    """The ciphertext was changed, or belongs to another row, tenant or key."""


@dataclass(frozen=True, slots=True)
class WrappedPair:
    """A tenant's two keys, each AES-wrapped by one root version (40 bytes)."""

    cipher: bytes
    index: bytes


class TenantPair(Protocol):
    """A tenant's opened keys."""

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        """AES-256-GCM: nonce (12) ‖ ciphertext ‖ tag (16)."""

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """:raises NotAuthentic: when anything does not fit."""

    def digest(self, data: bytes) -> bytes:
        """HMAC-SHA-256 with the index key (32 bytes)."""


class Root(Protocol):
    """One system's root keys."""

    kind: str

    def versions(self) -> tuple[int, ...]:
        """Those that exist, oldest first."""

    def add_version(self) -> int:
        """A new root key; becomes the newest version."""

    def destroy_version(self, version: int) -> None:
        """Zeroise it. What is wrapped under it can never be opened again."""

    def new_pair(self, version: int) -> WrappedPair:
        """A tenant's new keys."""

    def rewrap(self, pair: WrappedPair, *, of: int, to: int) -> WrappedPair:
        """The same keys under another root version."""

    def opened(self, pair: WrappedPair, version: int) -> TenantPair:
        """The pair for use. :raises KeyTrouble: when this root version exists no more or does not fit."""


_lock = threading.Lock()


def root() -> Root:
    """The root that ``settings.KEYS`` names, opened once."""
    chosen: dict[str, Any] = settings.KEYS
    return root_of(chosen["system"], chosen["folder"])


def root_of(system: str, folder: Path) -> Root:
    """The root keys of this name in the store that ``settings.KEYS`` names.

    :param folder: where its file lies when the store is a file.
    """
    with _lock:
        return _root(system, folder, settings.KEYS["root"])


def forget() -> None:
    """Open the roots anew at their next use (tests, and after a change of settings)."""
    _root.cache_clear()


@cache
def _root(system: str, folder: Path, store: str) -> Root:
    if store == "pkcs11":
        from sesshu.protection.keys.hsm import Pkcs11Root

        chosen: dict[str, Any] = settings.KEYS
        return Pkcs11Root(system=system, **chosen["pkcs11"])
    from sesshu.protection.keys.key_file import FileRoot

    return FileRoot(folder / f"root-{system}.json")
