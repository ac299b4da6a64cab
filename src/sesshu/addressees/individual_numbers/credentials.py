"""Who the city is towards the vault: a certificate of the city's authority, and its key."""

from __future__ import annotations

import ssl
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.conf import settings

from sesshu.kernel import clock
from sesshu.protection import authority

CLIENT = "city"
_RENEWED_BEFORE = timedelta(days=30)


def ensure() -> Path:
    """The client certificate (PEM), made by the authority of this installation when there is none.

    Where the authority is on another machine, certificate and key are put into the folder by hand.
    """
    path = folder() / "certificate.pem"
    if not _is_good(path):
        key = authority.new_key()
        certificate = authority.issue(
            authority.Subject(f"sesshu-{CLIENT}"), key.public_key(), usage=authority.CLIENT
        )
        authority.write_private(key_path(), authority.key_bytes(key))
        authority.write_private(path, certificate.public_bytes(serialization.Encoding.PEM))
    return path


def folder() -> Path:
    """Of certificate and key; readable by this user alone."""
    path = Path(settings.VAULT["folder"])
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def key_path() -> Path:
    """The private key (PEM)."""
    return folder() / "key.pem"


def context() -> ssl.SSLContext:
    """For connections to the vault: its certificate must be of the city's authority; ours is shown."""
    made = ssl.create_default_context(cafile=str(authority.root_path()))
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.load_cert_chain(ensure(), key_path())
    return made


def _is_good(path: Path) -> bool:
    if not path.exists() or not key_path().exists():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return certificate.not_valid_after_utc - clock.now() > _RENEWED_BEFORE
