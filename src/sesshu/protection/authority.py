"""The city's own certificate authority: who a terminal, a machine or a door is, signed by nobody else.

One root an installation (ECDSA P-256, X.509 v3, RFC 5280), made on first use in
``settings.AUTHORITY_FOLDER``. Only :func:`_signing_key` opens its private key, which lies there sealed under
the store of :mod:`sesshu.protection.keys.roots`.
"""

from __future__ import annotations

import fcntl
import ipaddress
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings

from sesshu.kernel import clock
from sesshu.protection.keys.roots import KeyTrouble
from sesshu.protection.keys.sealed_files import SealedFiles

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
ROOT_LASTS = timedelta(days=3653)
LEAF_LASTS = timedelta(days=365)
LIST_LASTS = timedelta(days=30)
# A terminal's clock may be behind ours; a certificate of this minute must not be one of the future to it.
_BACKDATED = timedelta(hours=1)
_KEY = "authority-key"
CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH
SERVER = ExtendedKeyUsageOID.SERVER_AUTH


@dataclass(frozen=True, slots=True)
class Subject:
    """What a certificate says of its holder: a number, never a person.

    :param common_name: the terminal's number, a machine's name or a door's host name.
    :param organization: the municipality code; empty for a door.
    """

    common_name: str
    organization: str = ""

    @property
    def name(self) -> x509.Name:
        parts = [x509.NameAttribute(NameOID.COMMON_NAME, self.common_name)]
        if self.organization:
            parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, self.organization))
        return x509.Name(parts)


def root_path() -> Path:
    """The file of the root certificate (PEM), made when there is none yet."""
    path = _folder() / "authority.pem"
    if not path.exists():
        _create_root(path)
    return path


def root() -> x509.Certificate:
    """The root certificate."""
    path = root_path()
    return _parsed(path, path.stat().st_mtime_ns)


def issue(
    subject: Subject,
    public_key: PublicKey,
    *,
    usage: x509.ObjectIdentifier,
    hosts: Sequence[str] = (),
    lasts: timedelta = LEAF_LASTS,
) -> x509.Certificate:
    """A certificate of this authority for a public key.

    :param usage: :data:`CLIENT` (terminals, machines) or :data:`SERVER` (doors).
    :param hosts: host names and addresses of a door (subject alternative names).
    """
    issuer, starts = root(), clock.now()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject.name)
        .issuer_name(issuer.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts - _BACKDATED)
        .not_valid_after(min(starts + lasts, issuer.not_valid_after_utc))
    )
    for extension, critical in _leaf_extensions(public_key, issuer, usage, hosts):
        builder = builder.add_extension(extension, critical)
    return builder.sign(_signing_key(), hashes.SHA256())


def revocation_list(revoked: Iterable[tuple[int, datetime]], *, lasts: timedelta = LIST_LASTS) -> bytes:
    """A revocation list (PEM, RFC 5280 §5) of serial numbers and the moments they were revoked."""
    at = clock.now()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root().subject)
        .last_update(at - _BACKDATED)
        .next_update(at + lasts)
        .add_extension(x509.CRLNumber(int(at.timestamp() * 1000)), False)
        .add_extension(_key_identifier(root()), False)
    )
    for serial, moment in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(moment).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(_signing_key(), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def new_key() -> ec.EllipticCurvePrivateKey:
    """A key pair for a holder that has none of its own."""
    return ec.generate_private_key(ec.SECP256R1())


def write_private(path: Path, content: bytes) -> None:
    """Put a file in its place whole, readable by this user alone."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)


def key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A private key as PKCS#8 PEM, for a file that :func:`write_private` writes."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@contextmanager
def locked(name: str) -> Iterator[None]:
    """One process at a time in this folder's ``name``."""
    with (_folder() / f".{name}.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _folder() -> Path:
    folder = Path(settings.AUTHORITY_FOLDER)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def sealed_files() -> SealedFiles:
    """Where the authority's private key is held: one for all systems of the installation."""
    return SealedFiles(_folder(), "authority")


def _signing_key() -> ec.EllipticCurvePrivateKey:
    key = sealed_files().read(_KEY)
    if key is None:
        raise KeyTrouble(
            f"認証局の秘密鍵が {_folder()} にありません。secrets のバックアップから戻してください。"
        )
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


@lru_cache(maxsize=2)
def _parsed(path: Path, changed: int) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _create_root(path: Path) -> None:
    with locked("authority"):
        if path.exists():
            return
        key = new_key()
        certificate = _self_signed(key)
        sealed_files().write(_KEY, key)
        write_private(path, certificate.public_bytes(serialization.Encoding.PEM))


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    # The random part keeps the roots of two cities apart on a terminal that trusts both.
    name = Subject(f"Sesshu authority {x509.random_serial_number() % 16**8:08x}").name
    starts = clock.now() - _BACKDATED
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts)
        .not_valid_after(starts + ROOT_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .add_extension(_key_usage(signs_certificates=True), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )
    return builder.sign(key, hashes.SHA256())


def _leaf_extensions(
    public_key: PublicKey, issuer: x509.Certificate, usage: x509.ObjectIdentifier, hosts: Sequence[str]
) -> Iterator[tuple[x509.ExtensionType, bool]]:
    yield x509.BasicConstraints(ca=False, path_length=None), True
    yield _key_usage(signs_certificates=False), True
    yield x509.ExtendedKeyUsage([usage]), False
    yield x509.SubjectKeyIdentifier.from_public_key(public_key), False
    yield _key_identifier(issuer), False
    if hosts:
        yield x509.SubjectAlternativeName([_host(host) for host in hosts]), False


def _key_identifier(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return x509.DNSName(host)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
