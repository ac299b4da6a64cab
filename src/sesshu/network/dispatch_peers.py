"""The core as a client of the intermediate servers: its own certificate, one open connection each."""

from __future__ import annotations

import ssl
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.conf import settings

from sesshu.kernel import clock
from sesshu.network import core
from sesshu.network.choices import Part
from sesshu.protection import authority
from sesshu.protocol import peers

PATIENCE = 15.0  # seconds
_RENEWED_BEFORE = timedelta(days=30)


@lru_cache(maxsize=4096)
def peer_of(address: str) -> peers.Peer:
    """The door of an intermediate server."""
    tls = None if address in peers.transports else _context()
    return peers.Peer(address, tls, timeout=PATIENCE, largest=peers.LARGEST_OF_STATES)


def forget() -> None:
    """Open all connections anew (after a change of certificates, and in tests)."""
    peer_of.cache_clear()


def client_certificate() -> tuple[Path, Path]:
    """The core's certificate and key (PEM), made anew when it ends soon."""
    path = Path(settings.AUTHORITY_FOLDER) / "core.pem"
    key_path = path.with_name("core-key.pem")
    with authority.locked("core"):
        if not path.exists() or _ends_soon(path):
            key = authority.new_key()
            subject = authority.Subject(str(Part.CORE), core.INSTITUTION)
            made = authority.issue(subject, key.public_key(), usage=authority.CLIENT)
            authority.write_private(key_path, authority.key_bytes(key))
            authority.write_private(path, made.public_bytes(serialization.Encoding.PEM))
    return path, key_path


def _ends_soon(path: Path) -> bool:
    held = x509.load_pem_x509_certificate(path.read_bytes())
    return held.not_valid_after_utc - clock.now() < _RENEWED_BEFORE


def _context() -> ssl.SSLContext:
    return peers.context(authority.root_path(), *client_certificate())
