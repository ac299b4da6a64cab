"""Signed notes: checkpoints of a log and what a witness signs under them.

C2SP signed-note v1, tlog-checkpoint v1, tlog-cosignature v1 (its Ed25519 form). Pure; no database.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519, COSIGNATURE = 0x01, 0x04
_DASH = "— "
Sign = Callable[[bytes], bytes]


class BadNote(ValueError):
    """Not a note, not a checkpoint, or a signature that does not hold."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key as it is handed on: ``name+id+key`` (signed-note, "verifier keys")."""

    name: str
    algorithm: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes: SHA-256(name ‖ 0x0A ‖ algorithm ‖ key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public).digest()[:4]

    def __str__(self) -> str:
        key = base64.b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """:raises BadNote: when the text is no Ed25519 verifier key or its id is not that of the key."""
        try:
            name, key_id, encoded = text.strip().split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            raise BadNote(f"公開鍵「{text[:60]}」の形式が正しくありません。") from None
        found = cls(name, raw[0] if raw else 0, raw[1:])
        if len(found.public) != 32 or found.algorithm not in (ED25519, COSIGNATURE):
            raise BadNote(f"公開鍵「{name}」は Ed25519 の鍵ではありません。")
        if found.key_id.hex() != key_id or not _is_name(name):
            raise BadNote(f"公開鍵「{name}」の識別子が鍵と合いません。写し間違いがないか確かめてください。")
        return found


def _is_name(text: str) -> bool:
    return bool(text) and not any(mark.isspace() or mark == "+" for mark in text)


@dataclass(frozen=True, slots=True)
class SignatureLine:
    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"

    @property
    def timestamp(self) -> int:
        """Of a cosignature: POSIX seconds."""
        return int(struct.unpack(">Q", self.signature[:8])[0])


@dataclass(frozen=True, slots=True)
class Note:
    """``text`` ends with a line break; ``signatures`` in the order in which they stand."""

    text: str
    signatures: tuple[SignatureLine, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    @classmethod
    def parse(cls, text: str) -> Note:
        """:raises BadNote: when it is no signed note."""
        body, found, tail = text.rpartition("\n\n")
        if not found or not tail.endswith("\n"):
            raise BadNote("署名付きの文書の形式ではありません。")
        lines = tail[:-1].split("\n")
        return cls(body + "\n", tuple(map(parse_signature, lines)))


def parse_signature(line: str) -> SignatureLine:
    """:raises BadNote: when it is no signature line in its one form."""
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    found = SignatureLine(name, raw[:4], raw[4:])
    if not line.startswith(_DASH) or len(raw) < 5 or not _is_name(name) or str(found) != line + "\n":
        raise BadNote(f"署名の行「{line[:60]}」の形式が正しくありません。")
    return found


@dataclass(frozen=True, slots=True)
class Tree:
    """What a checkpoint says: this log (``origin``) has ``size`` leaves and this ``root``."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Tree:
        """:raises BadNote: when the text is no checkpoint in its one form."""
        try:
            origin, size, root = text.split("\n")[:3]
            found = cls(origin, int(size), base64.b64decode(root, validate=True))
        except (ValueError, binascii.Error):
            raise BadNote("チェックポイントの形式が正しくありません。") from None
        if str(found) != text or len(found.root) != 32 or not origin or found.size < 0:
            raise BadNote("チェックポイントの形式が正しくありません。")
        return found


def sign(tree: Tree, key: VerifierKey, signer: Sign) -> Note:
    """A checkpoint signed by the log's own key."""
    text = str(tree)
    return Note(text, (SignatureLine(key.name, key.key_id, signer(text.encode())),))


def cosign(text: str, key: VerifierKey, signer: Sign, *, timestamp: int) -> SignatureLine:
    """What a witness adds: at this second this was the largest consistent tree that it has seen."""
    return SignatureLine(
        key.name, key.key_id, struct.pack(">Q", timestamp) + signer(_cosigned(text, timestamp))
    )


def _cosigned(text: str, timestamp: int) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def verify(text: str, line: SignatureLine, key: VerifierKey) -> None:
    """:raises BadNote: when ``line`` is not the signature of ``text`` by ``key``."""
    if (line.name, line.key_id) != (key.name, key.key_id):
        raise BadNote(f"署名は鍵「{key.name}」によるものではありません。")
    message, signature = text.encode(), line.signature
    if key.algorithm == COSIGNATURE:
        if len(signature) != 72:
            raise BadNote(f"「{line.name}」の署名の長さが正しくありません。")
        message, signature = _cosigned(text, line.timestamp), signature[8:]
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except InvalidSignature:
        raise BadNote(f"「{line.name}」の署名が内容と合いません。") from None
