"""Certificates from keys: of a signing request made on the terminal, or of a key pair made here once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from sesshu.protection import authority
from sesshu.protection.terminals.models import LONGEST_REQUEST

_CURVES = (ec.SECP256R1, ec.SECP384R1)
_SHORTEST_RSA = 3072
# Without the letters and figures that are taken for one another when read from paper.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_GROUPS, _GROUP = 5, 4


class UnusableRequest(ValueError):
    """The signing request cannot be signed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Package:
    """A key pair with its certificate (PKCS#12) and the passphrase that opens it; kept nowhere."""

    file_name: str
    content: bytes
    passphrase: str


def public_key(text: str) -> authority.PublicKey:
    """The public key of a PEM signing request (PKCS#10) whose signature shows that its maker has the key.

    :raises UnusableRequest: for anything else, or a key that is too weak.
    """
    if len(text) > LONGEST_REQUEST:
        raise UnusableRequest(
            "証明書署名要求のファイルが大きすぎます。端末で作成した CSR を指定してください。"
        )
    try:
        request = x509.load_pem_x509_csr(text.encode("ascii"))
        key, sound = request.public_key(), request.is_signature_valid
    except (ValueError, InvalidSignature, UnsupportedAlgorithm, TypeError):
        raise UnusableRequest(
            "証明書署名要求（CSR）として読めません。PEM 形式のファイルを指定してください。"
        ) from None
    if not sound:
        raise UnusableRequest("証明書署名要求の署名が正しくありません。端末で作り直してください。")
    return _strong_enough(key)


def _strong_enough(key: object) -> authority.PublicKey:
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES):
        return key
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _SHORTEST_RSA:
        return key
    raise UnusableRequest(
        "鍵の種類または長さが使えません。ECDSA P-256・P-384、または RSA 3072 ビット以上で作り直してください。"
    )


def package(identifier: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> Package:
    """The file that is brought to the terminal once, under a passphrase of about 99 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    passphrase = "-".join(groups)
    content = pkcs12.serialize_key_and_certificates(
        identifier.encode("ascii"),
        key,
        certificate,
        [authority.root()],
        serialization.BestAvailableEncryption(passphrase.encode("ascii")),
    )
    return Package(f"{identifier}.p12", content, passphrase)
