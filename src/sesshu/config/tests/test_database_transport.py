"""S09: a database over a network is reached by TLS with its certificate and name checked, or not at all."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from cryptography.hazmat.primitives import serialization

from sesshu.config import database, postgres
from sesshu.protection import authority

_SSL_REQUEST = 80877103
_URL = "postgresql://{user}:{password}@localhost:{port}/?{query}"


@dataclass
class Relay:
    """The suite's own PostgreSQL behind a TLS port; without a certificate it says that it has no TLS."""

    certificate: Path | None
    listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    plain_begun: int = 0

    @property
    def port(self) -> int:
        return int(self.listening.getsockname()[1])

    def run(self) -> None:
        with suppress(OSError):
            while True:
                link, _ = self.listening.accept()
                threading.Thread(target=self._serve, args=[link], daemon=True).start()

    def _serve(self, link: socket.socket) -> None:
        asked = link.recv(8, socket.MSG_WAITALL)
        if int.from_bytes(asked[4:8], "big") != _SSL_REQUEST:
            self.plain_begun += 1
            return link.close()
        link.sendall(b"S" if self.certificate else b"N")
        if not self.certificate:
            self.plain_begun += bool(link.recv(1))
            return link.close()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate)
        with (
            suppress(OSError),
            context.wrap_socket(link, server_side=True) as wrapped,
            self._behind() as behind,
        ):
            threading.Thread(target=_pass_on, args=[behind, wrapped], daemon=True).start()
            _pass_on(wrapped, behind)
        return None

    def _behind(self) -> socket.socket:
        reached = postgres.address()
        link = socket.socket(socket.AF_UNIX)
        link.connect(f"{reached.host}/.s.PGSQL.{reached.port}")
        return link


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def relay(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Relay]:
    name = request.param
    path = None
    if name:
        key = authority.new_key()
        made = authority.issue(
            authority.Subject(name), key.public_key(), usage=authority.SERVER, hosts=[name]
        )
        path = tmp_path / "server.pem"
        path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + authority.key_bytes(key))
    made_relay = Relay(path)
    threading.Thread(target=made_relay.run, daemon=True).start()
    with closing(made_relay.listening):
        yield made_relay


def reach(relay: Relay, monkeypatch: pytest.MonkeyPatch, root: Path) -> object:
    reached = postgres.address()
    url = _URL.format(
        user=quote(reached.user), password=quote(reached.password), port=relay.port,
        query=f"sslrootcert={quote(str(root))}",
    )  # fmt: skip
    monkeypatch.setenv("SESSHU_POSTGRES_URL", url)
    with database._administrator(database.server(), "postgres") as link:
        return link.execute("SELECT 1").fetchone(), link.pgconn.ssl_in_use


@pytest.mark.parametrize("relay", ["localhost"], indirect=True)
def test_a_server_of_the_authority_named_is_reached_by_tls(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reach(relay, monkeypatch, authority.root_path()) == ((1,), True)


@pytest.mark.parametrize("relay", ["elsewhere.example"], indirect=True)
def test_a_server_of_another_name_is_not_reached(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        reach(relay, monkeypatch, authority.root_path())


@pytest.mark.parametrize("relay", ["localhost"], indirect=True)
def test_a_server_of_another_authority_is_not_reached(
    relay: Relay, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any
) -> None:
    settings.AUTHORITY_FOLDER = tmp_path / "other"
    other = authority.root_path()
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        reach(relay, monkeypatch, other)


@pytest.mark.parametrize("relay", [""], indirect=True)
def test_a_server_without_tls_gets_not_one_byte_more(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(psycopg.OperationalError, match="does not support SSL"):
        reach(relay, monkeypatch, authority.root_path())
    assert relay.plain_begun == 0


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca"])
def test_less_cannot_be_asked_for(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    monkeypatch.setenv("SESSHU_POSTGRES_URL", f"postgresql://a:b@db.example/?sslmode={mode}")
    with pytest.raises(postgres.ServerError, match="verify-full"):
        database.connection_settings()


def test_nor_anything_else_that_libpq_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSHU_POSTGRES_URL", "postgresql://a:b@db.example/?gssencmode=prefer")
    with pytest.raises(postgres.ServerError, match="gssencmode"):
        database.connection_settings()


def test_a_socket_of_this_machine_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSHU_POSTGRES_URL", "postgresql://a:b@/?host=/var/run/postgresql")
    settings = database.connection_settings()
    assert (settings["HOST"], settings["OPTIONS"]) == ("/var/run/postgresql", {})
