"""An authenticator made of software, after W3C WebAuthn Level 3 §6.1 and §6.5: it can also lie.

Written from the specification with ``cryptography`` and a CBOR encoder; it shares no code with the server.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ORIGIN = "http://localhost"


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def cbor(value: Any) -> bytes:
    """RFC 8949, as much as an attestation object needs."""
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    return _head(5, len(value)) + b"".join(cbor(key) + cbor(each) for key, each in value.items())


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    if number < 256:
        return bytes([major << 5 | 24, number])
    return bytes([major << 5 | 25]) + struct.pack(">H", number)


@dataclass
class SoftAuthenticator:
    """``verifies`` False is a device without fingerprint, face or PIN; ``counter`` None counts nothing."""

    verifies: bool = True
    counter: int | None = 0
    origin: str = ORIGIN
    rp_id: str = "localhost"
    identity: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: str) -> str:
        """The answer to ``navigator.credentials.create``."""
        challenge = json.loads(options)["publicKey"]["challenge"]
        numbers = self.key.public_key().public_numbers()
        public = cbor({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})
        attested = bytes(16) + struct.pack(">H", len(self.identity)) + self.identity + public
        data = self._data(ATTESTED) + attested
        made = cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return self._said(clientDataJSON=self._client("webauthn.create", challenge), attestationObject=made)

    def get(self, options: str) -> str:
        """The answer to ``navigator.credentials.get``."""
        challenge = json.loads(options)["publicKey"]["challenge"]
        if self.counter is not None:
            self.counter += 1
        client, data = self._client("webauthn.get", challenge), self._data()
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._said(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _data(self, more: int = 0) -> bytes:
        flags = PRESENT | (VERIFIED if self.verifies else 0) | more
        return hashlib.sha256(self.rp_id.encode()).digest() + struct.pack(">BI", flags, self.counter or 0)

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _said(self, **response: bytes) -> str:
        return json.dumps(
            {
                "id": encode(self.identity),
                "rawId": encode(self.identity),
                "type": "public-key",
                "clientExtensionResults": {},
                "response": {name: encode(value) for name, value in response.items()},
            }
        )


def with_flag(answer: str, flag: int) -> str:
    """The same answer with a flag of its authenticator data set by force; its signature is of the old one."""
    said = json.loads(answer)
    text = said["response"]["authenticatorData"]
    data = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    data[32] |= flag
    said["response"]["authenticatorData"] = encode(bytes(data))
    return json.dumps(said)
