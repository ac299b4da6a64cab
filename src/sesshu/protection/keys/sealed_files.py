"""Private keys of this installation in files that show nothing: sealed under a root of their own.

For keys that must be in our memory to sign (X.509 through ``cryptography``, Ed25519 of RFC 8032), while the
key that opens them stays in the store of :mod:`.roots`, the HSM where there is one. Their root is none of a
system's data: the destruction of those never takes the authority along.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization

from sesshu.protection.keys.roots import KeyTrouble, Root, WrappedPair, root_of


@dataclass(frozen=True, slots=True)
class SealedFiles:
    """The private keys in ``folder``, each in ``<name>.sealed``; ``system`` names their root."""

    folder: Path
    system: str

    def read(self, name: str) -> Any:
        """The private key, or ``None`` where there is none. One that an earlier version left readable is
        sealed first, and its file destroyed.

        :raises KeyTrouble: when the store cannot open it.
        """
        self._take_over(name)
        path = self._path(name)
        return self._opened(name, path) if path.exists() else None

    def write(self, name: str, key: Any) -> None:
        """Seal a private key in the place of the one before."""
        root = self._root()
        version = (root.versions() or (root.add_version(),))[-1]
        pair = root.new_pair(version)
        sealed = root.opened(pair, version).seal(_der(key), self._bound(name))
        self._put(name, pair, version, sealed)

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """One process at a time; not to be entered twice by one."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / f".{name}.lock").open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    def rotate(self) -> int:
        """Bring every key under a new root key and destroy the older ones; the new version.

        After a kill it is simply run again: each file names the version that it stands under.
        """
        root = self._root()
        version = root.add_version()
        for path in sorted(self.folder.glob("*.sealed")):
            held = json.loads(path.read_text(encoding="ascii"))
            pair = root.rewrap(_pair(held), of=held["root_version"], to=version)
            self._put(path.stem, pair, version, base64.b64decode(held["sealed"]))
        for old in root.versions():
            if old != version:
                root.destroy_version(old)
        return version

    def _take_over(self, name: str) -> None:
        readable = self.folder / f"{name}.pem"
        if not readable.exists():
            return
        with self.alone(f"{name}-take-over"):
            if readable.exists():
                self._seal_readable(name, readable)

    def _seal_readable(self, name: str, readable: Path) -> None:
        key = serialization.load_pem_private_key(readable.read_bytes(), password=None)
        if not self._path(name).exists():
            self.write(name, key)
        if _der(self._opened(name, self._path(name))) != _der(key):
            raise KeyTrouble(
                f"秘密鍵が2つあります({readable} と {self._path(name)})。使っていないほうを移してください。"
            )
        _destroy(readable)

    def _opened(self, name: str, path: Path) -> Any:
        held = json.loads(path.read_text(encoding="ascii"))
        pair = self._root().opened(_pair(held), held["root_version"])
        plain = pair.open(base64.b64decode(held["sealed"]), self._bound(name))
        return serialization.load_der_private_key(plain, password=None)

    def _put(self, name: str, pair: WrappedPair, version: int, sealed: bytes) -> None:
        values = {"cipher": pair.cipher, "index": pair.index, "sealed": sealed}
        texts = {field: base64.b64encode(value).decode() for field, value in values.items()}
        _replace(self._path(name), json.dumps({"root_version": version} | texts))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.sealed"

    def _root(self) -> Root:
        return root_of(self.system, self.folder)

    def _bound(self, name: str) -> bytes:
        return "\x1f".join(("private key", self.system, name)).encode()


def _pair(held: dict[str, Any]) -> WrappedPair:
    return WrappedPair(base64.b64decode(held["cipher"]), base64.b64decode(held["index"]))


def _der(key: Any) -> bytes:
    plain: bytes = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return plain


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _destroy(path: Path) -> None:
    """Overwrite, then remove; what copies a file system or a backup keeps is the operator's."""
    with path.open("r+b") as stream:
        stream.write(os.urandom(path.stat().st_size))
        stream.flush()
        os.fsync(stream.fileno())
    path.unlink()
