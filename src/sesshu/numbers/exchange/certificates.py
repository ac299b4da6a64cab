"""Who a municipality is towards its intermediate server and the network: keys made here, certified there."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from sesshu.numbers.exchange import places
from sesshu.protection import authority
from sesshu.protocol.codes import institution_of


def requests(municipality: str) -> dict[str, str]:
    """Signing requests (PKCS#10, PEM) for both parts, 統合宛名 and 統合端末; keys are made when missing.

    :raises ValueError: for a wrong municipality code.
    """
    return {part: _request(municipality, part) for part in (places.NUMBERS, places.TERMINAL)}


def _request(municipality: str, part: str) -> str:
    subject = authority.Subject(part, institution_of(municipality)).name
    _, path = places.files(municipality, part)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        authority.write_private(path, authority.key_bytes(authority.new_key()))
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    signed = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())  # type: ignore[arg-type]
    return signed.public_bytes(serialization.Encoding.PEM).decode()
