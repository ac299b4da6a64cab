"""What an institution gets when it is enrolled: certificates of the network's authority, and keys.

A key that the institution keeps to itself comes as a public key or a signing request, and no private key is
written then.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sesshu.network import core_keys
from sesshu.network.callers import thumbprint
from sesshu.network.choices import Part
from sesshu.network.institutions import NotEnrolled
from sesshu.protection import authority
from sesshu.protocol import envelopes


@dataclass(frozen=True, slots=True)
class Folder:
    """The files that are handed to one institution."""

    path: Path
    institution: str

    def certificate(self, part: Part, request: Path | None = None) -> str:
        """``<part>.pem``, with ``<part>-key.pem`` unless ``request`` brings a key; its ``x5t#S256``."""
        public = self._public_key(part.value, request)
        subject = authority.Subject(part.value, self.institution)
        made = authority.issue(subject, public, usage=authority.CLIENT)
        self._write(f"{part.value}.pem", made.public_bytes(serialization.Encoding.PEM))
        return thumbprint(made.fingerprint(hashes.SHA256()).hex())

    def door(self, name: str, address: str) -> None:
        """The certificate and key that the institution's own door shows (``<name>.pem``)."""
        key = authority.new_key()
        hosts = list(dict.fromkeys([str(urlsplit(address).hostname), "localhost", "127.0.0.1"]))
        subject = authority.Subject(hosts[0])
        made = authority.issue(subject, key.public_key(), usage=authority.SERVER, hosts=hosts)
        self._write(f"{name}-key.pem", authority.key_bytes(key))
        self._write(f"{name}.pem", made.public_bytes(serialization.Encoding.PEM))

    def keys(self) -> dict[str, dict[str, Any]]:
        """New private keys (JWK) in ``signing.json`` and ``sealing.json``; their public halves."""
        made = {purpose: envelopes.new_key() for purpose in ("signing", "sealing")}
        for purpose, key in made.items():
            self._write_json(f"{purpose}.json", key.as_dict(private=True))
        return {f"{purpose}_key": envelopes.public(key) for purpose, key in made.items()}

    def network(self) -> None:
        """What the institution has to know of the network: its authority, and the core's public key (JWK)."""
        self._write("authority.pem", authority.root_path().read_bytes())
        self._write_json("core.json", envelopes.public(core_keys.own_key()))

    def _public_key(self, name: str, request: Path | None) -> authority.PublicKey:
        if request is not None:
            return public_key(request.read_bytes())
        key = authority.new_key()
        self._write(f"{name}-key.pem", authority.key_bytes(key))
        return key.public_key()

    def _write(self, name: str, content: bytes) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        authority.write_private(self.path / name, content)

    def _write_json(self, name: str, content: Any) -> None:
        self._write(name, json.dumps(content, indent=1, sort_keys=True).encode())


def public_key(pem: bytes) -> authority.PublicKey:
    """The key of a signing request (PKCS#10, its own signature checked) or of a public key (PEM).

    :raises NotEnrolled: when the file is neither, or the key is no P-256 or RSA key of 3072 bits.
    """
    try:
        key = _of_request(pem) if b"CERTIFICATE REQUEST" in pem else serialization.load_pem_public_key(pem)
    except (ValueError, InvalidSignature):
        raise NotEnrolled("公開鍵または証明書署名要求(PEM)を読めません。") from None
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= 3072:
        return key
    raise NotEnrolled("鍵は ECDSA P-256 または RSA 3072ビット以上にしてください。")


def read_keys(path: Path, institution: str) -> dict[str, dict[str, Any]]:
    """``signing_key`` and ``sealing_key`` of what ``sesshu intermediate keys`` prints.

    :raises NotEnrolled: when a key is missing or private, or the file is another institution's.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        keys = {name: envelopes.imported(said[name]) for name in ("signing_key", "sealing_key")}
    except (OSError, ValueError, KeyError, TypeError):
        raise NotEnrolled(f"{path} から署名と封緘の公開鍵を読めません。") from None
    if any(key.is_private for key in keys.values()):
        raise NotEnrolled(f"{path} に秘密鍵があります。公開鍵だけのファイルを渡してください。")
    if said.get("institution") != institution:
        raise NotEnrolled(f"{path} は、機関「{institution}」の鍵のファイルではありません。")
    return {name: envelopes.public(key) for name, key in keys.items()}


def _of_request(pem: bytes) -> Any:
    request = x509.load_pem_x509_csr(pem)
    if not request.is_signature_valid:
        raise InvalidSignature
    return request.public_key()
