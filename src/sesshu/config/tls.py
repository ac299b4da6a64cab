"""TLS of the doors: 1.2 and 1.3 with forward secrecy, and a client certificate of the city's own authority.

ECDHE and AEAD only. A context is made for each connection (gunicorn asks for it so), hence no session is
resumed and each handshake reads the present revocation list.
"""

from __future__ import annotations

import socket
import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.conf import settings

from sesshu.kernel import clock
from sesshu.protection import authority
from sesshu.protection.terminals import revocation

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
# A peer that says nothing for so long loses its connection: it must not hold one of the door's threads.
PATIENCE = 20  # seconds
_RENEWED_BEFORE = timedelta(days=30)


class _DoorSocket(ssl.SSLSocket):
    """Blocks no longer than :data:`PATIENCE` in one read or write."""

    def setblocking(self, flag: bool) -> None:
        self.settimeout(PATIENCE if flag else 0.0)


class _DoorContext(ssl.SSLContext):
    def wrap_socket(self, sock: socket.socket, *args: Any, **options: Any) -> ssl.SSLSocket:
        sock.settimeout(PATIENCE)  # for the handshake
        return super().wrap_socket(sock, *args, **options)


_DoorContext.sslsocket_class = _DoorSocket


def door_context() -> ssl.SSLContext:
    """The server's context of a door: shows the door's certificate, wants one of our authority."""
    context = _DoorContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= (
        ssl.OP_NO_TICKET | ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    )
    context.num_tickets = 0
    context.load_cert_chain(door_certificate(), door_certificate().with_name("door-key.pem"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cafile=authority.root_path())
    context.load_verify_locations(cafile=revocation.current())
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF | ssl.VERIFY_X509_STRICT
    return context


def door_certificate() -> Path:
    """The door's certificate (PEM) for ``settings.ALLOWED_HOSTS``, made anew when it ends soon."""
    path = Path(settings.AUTHORITY_FOLDER) / "door.pem"
    if not _serves(path):
        with authority.locked("door"):
            if not _serves(path):
                _issue_door_certificate(path)
    return path


def _serves(path: Path) -> bool:
    if not path.exists():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    if certificate.not_valid_after_utc - clock.now() < _RENEWED_BEFORE:
        return False
    if certificate.issuer != authority.root().subject:
        return False
    known = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    named = {*known.get_values_for_type(x509.DNSName), *map(str, known.get_values_for_type(x509.IPAddress))}
    return set(_hosts()) <= named


def _hosts() -> list[str]:
    named = [host.strip("[]").lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"]
    return list(dict.fromkeys([*named, "localhost", "127.0.0.1"]))


def _issue_door_certificate(path: Path) -> None:
    key, hosts = authority.new_key(), _hosts()
    certificate = authority.issue(
        authority.Subject(hosts[0]), key.public_key(), usage=authority.SERVER, hosts=hosts
    )
    authority.write_private(path.with_name("door-key.pem"), authority.key_bytes(key))
    authority.write_private(path, certificate.public_bytes(serialization.Encoding.PEM))
