"""Root keys in a PKCS#11 token (an HSM; SoftHSM in tests). No key of a tenant is ever in our memory.

A tenant's pair is unwrapped inside the token as session objects that cannot be extracted.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import pkcs11
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, ObjectClass

from sesshu.protection.keys.hsm_session import session_of
from sesshu.protection.keys.roots import KeyTrouble, NotAuthentic, TenantPair, WrappedPair

_NONCE, _TAG_BITS, _BITS = 12, 128, 256
_HIDDEN = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
# Wrapped it may leave the token, and only so: a sensitive key's value cannot be read.
_MOVABLE = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: True}
_ROOT = _HIDDEN | {
    Attribute.WRAP: True,
    Attribute.UNWRAP: True,
    Attribute.ENCRYPT: False,
    Attribute.DECRYPT: False,
}
_INDEX = {Attribute.SIGN: True}


class Pkcs11Pair:
    """Handles of two keys inside the token."""

    def __init__(self, root: Pkcs11Root, cipher: Any, index: Any) -> None:
        self._root, self._cipher, self._index = root, cipher, index

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        parameters = _gcm(nonce, bound_to)
        with self._root.alone():
            sealed = self._cipher.encrypt(plain, mechanism=Mechanism.AES_GCM, mechanism_param=parameters)
        return nonce + bytes(sealed)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        parameters = _gcm(sealed[:_NONCE], bound_to)
        try:
            with self._root.alone():
                return bytes(
                    self._cipher.decrypt(
                        sealed[_NONCE:], mechanism=Mechanism.AES_GCM, mechanism_param=parameters
                    )
                )
        # Tokens answer a wrong tag with different codes; each of them means that nothing was opened.
        except pkcs11.PKCS11Error:
            raise NotAuthentic("暗号文が鍵または行と合いません。") from None

    def digest(self, data: bytes) -> bytes:
        with self._root.alone():
            return bytes(self._index.sign(data, mechanism=Mechanism.SHA256_HMAC))


class Pkcs11Root:
    """Root keys labelled ``sesshu-<system>-root`` with their version as id."""

    kind = "pkcs11"

    def __init__(self, *, system: str, library: str, token: str, pin_file: Path) -> None:
        self._label = f"sesshu-{system}-root"
        self.alone = session_of(library, token, pin_file).alone

    def versions(self) -> tuple[int, ...]:
        with self.alone() as session:
            return tuple(sorted(_version(key) for key in session.get_objects(self._search())))

    def add_version(self) -> int:
        with self.alone() as session:
            version = max((*self.versions(), self._last(session))) + 1
            session.generate_key(
                KeyType.AES, _BITS, label=self._label, id=_id(version), store=True, template=_ROOT
            )
            self._remember(session, version)
            return version

    def destroy_version(self, version: int) -> None:
        with self.alone() as session:
            for key in session.get_objects(self._search(version)):
                key.destroy()

    def new_pair(self, version: int) -> WrappedPair:
        with self.alone() as session:
            cipher = session.generate_key(KeyType.AES, _BITS, store=False, template=_MOVABLE)
            index = session.generate_key(
                KeyType.GENERIC_SECRET, _BITS, store=False, template=_MOVABLE | _INDEX
            )
            return self._wrap(cipher, index, version)

    def rewrap(self, pair: WrappedPair, *, of: int, to: int) -> WrappedPair:
        with self.alone():
            return self._wrap(*self._unwrap(pair, of, _MOVABLE), to)

    def opened(self, pair: WrappedPair, version: int) -> TenantPair:
        with self.alone():
            return Pkcs11Pair(self, *self._unwrap(pair, version, _HIDDEN))

    def _wrap(self, cipher: Any, index: Any, version: int) -> WrappedPair:
        root = self._key(version)
        wrapped = [bytes(root.wrap_key(key, mechanism=Mechanism.AES_KEY_WRAP)) for key in (cipher, index)]
        for key in (cipher, index):
            key.destroy()
        return WrappedPair(*wrapped)

    def _unwrap(self, pair: WrappedPair, version: int, template: dict[Any, bool]) -> tuple[Any, Any]:
        root = self._key(version)
        try:
            return (
                root.unwrap_key(
                    ObjectClass.SECRET_KEY, KeyType.AES, pair.cipher, mechanism=Mechanism.AES_KEY_WRAP,
                    store=False, template=template,
                ),
                root.unwrap_key(
                    ObjectClass.SECRET_KEY, KeyType.GENERIC_SECRET, pair.index,
                    mechanism=Mechanism.AES_KEY_WRAP, store=False, template=template | _INDEX,
                ),
            )  # fmt: skip
        except pkcs11.PKCS11Error:
            raise NotAuthentic("市区町村の鍵がルート鍵と合いません。") from None

    def _key(self, version: int) -> Any:
        with self.alone() as session:
            for key in session.get_objects(self._search(version)):
                return key
        raise KeyTrouble(f"ルート鍵 第{version}版は HSM にありません(廃棄済みか、別の HSM です)。")

    def _search(self, version: int | None = None) -> dict[Any, Any]:
        named = {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: self._label}
        return named if version is None else named | {Attribute.ID: _id(version)}

    def _last(self, session: Any) -> int:
        """The highest version ever given: a destroyed version's number is not given again."""
        marks = session.get_objects(
            {Attribute.CLASS: ObjectClass.DATA, Attribute.LABEL: f"{self._label}-last"}
        )
        return max((int(bytes(mark[Attribute.VALUE])) for mark in marks), default=0)

    def _remember(self, session: Any, version: int) -> None:
        for mark in session.get_objects(self._mark()):
            mark.destroy()
        value = {Attribute.TOKEN: True, Attribute.PRIVATE: True, Attribute.VALUE: str(version).encode()}
        session.create_object(self._mark() | value)

    def _mark(self) -> dict[Any, Any]:
        return {Attribute.CLASS: ObjectClass.DATA, Attribute.LABEL: f"{self._label}-last"}


def _gcm(nonce: bytes, bound_to: bytes) -> Any:
    return GCMParams(nonce, aad=bound_to, tag_bits=_TAG_BITS)


def _id(version: int) -> bytes:
    return version.to_bytes(4, "big")


def _version(key: Any) -> int:
    return int.from_bytes(bytes(key[Attribute.ID]), "big")
