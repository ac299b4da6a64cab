"""Root keys in a file of the installation's secrets: the default where there is no HSM.

The file is replaced as a whole and the old one overwritten before it is given up; a file system that copies
on write, or a backup of the secrets, may keep it all the same. A city uses an HSM (docs/operator/keys.md).
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from sesshu.protection.keys.roots import KeyTrouble, NotAuthentic, TenantPair, WrappedPair

_SIZE, _NONCE = 32, 12


class FilePair:
    """A tenant's keys in this process's memory."""

    def __init__(self, cipher: bytes, index: bytes) -> None:
        self._cipher, self._index = AESGCM(cipher), index

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to)
        except (InvalidTag, ValueError):
            raise NotAuthentic("暗号文が鍵または行と合いません。") from None

    def digest(self, data: bytes) -> bytes:
        return hmac.new(self._index, data, hashlib.sha256).digest()


class FileRoot:
    """``{"1": base64, …}`` in a file that this user alone may read."""

    kind = "file"

    def __init__(self, path: Path) -> None:
        self._path = path

    def versions(self) -> tuple[int, ...]:
        return tuple(sorted(self._read()))

    def add_version(self) -> int:
        with self._changing() as keys:
            version = self._next(keys)
            keys[version] = secrets.token_bytes(_SIZE)
            return version

    def destroy_version(self, version: int) -> None:
        with self._changing() as keys:
            keys.pop(version, None)

    def new_pair(self, version: int) -> WrappedPair:
        return self._wrap(secrets.token_bytes(_SIZE), secrets.token_bytes(_SIZE), version)

    def rewrap(self, pair: WrappedPair, *, of: int, to: int) -> WrappedPair:
        return self._wrap(*self._unwrap(pair, of), to)

    def opened(self, pair: WrappedPair, version: int) -> TenantPair:
        return FilePair(*self._unwrap(pair, version))

    def _wrap(self, cipher: bytes, index: bytes, version: int) -> WrappedPair:
        key = self._key(version)
        return WrappedPair(aes_key_wrap(key, cipher), aes_key_wrap(key, index))

    def _unwrap(self, pair: WrappedPair, version: int) -> tuple[bytes, bytes]:
        key = self._key(version)
        try:
            return aes_key_unwrap(key, pair.cipher), aes_key_unwrap(key, pair.index)
        except InvalidUnwrap:
            raise NotAuthentic("市区町村の鍵がルート鍵と合いません。") from None

    def _key(self, version: int) -> bytes:
        try:
            return self._read()[version]
        except KeyError:
            raise KeyTrouble(f"ルート鍵 第{version}版は廃棄されています。") from None

    def _next(self, keys: dict[int, bytes]) -> int:
        # Never the number of a destroyed version: the highest ever given is kept beside the keys.
        mark = self._path.with_suffix(".last")
        last = int(mark.read_text(encoding="ascii")) if mark.exists() else max(keys, default=0)
        mark.write_text(str(last + 1), encoding="ascii")
        return last + 1

    def _read(self) -> dict[int, bytes]:
        if not self._path.exists():
            return {}
        stored = json.loads(self._path.read_text(encoding="ascii"))
        return {int(version): base64.b64decode(key) for version, key in stored.items()}

    @contextmanager
    def _changing(self) -> Iterator[dict[int, bytes]]:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            keys = self._read()
            yield keys
            self._replace(json.dumps({str(v): base64.b64encode(k).decode() for v, k in keys.items()}))

    def _replace(self, text: str) -> None:
        fresh = self._path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        old = self._path.open("r+b") if self._path.exists() else None
        fresh.replace(self._path)
        if old is not None:
            with old:
                old.write(secrets.token_bytes(os.fstat(old.fileno()).st_size))
                old.flush()
                os.fsync(old.fileno())
