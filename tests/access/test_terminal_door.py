"""S03, S09: the staff door with real TLS on this machine: who gets in, with what, and how a loss tells."""

from __future__ import annotations

import json
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path

import pytest

from sesshu.config.doors import Door as StaffDoor
from tests.running import Installation, free_port, installation, tls_door, wait_until

ISE, KOFU = "242039", "192015"
REFUSALS = (ssl.SSLError, ConnectionError)


@dataclass(frozen=True)
class Door:
    made: Installation
    port: int
    folder: Path

    @property
    def root(self) -> Path:
        return self.made.home / "secrets" / "authority" / "authority.pem"

    def context(self, certificate: str | None, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        """A browser's side: knows the city's authority, shows this certificate."""
        context = ssl.create_default_context(cafile=self.root)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        if version:
            context.maximum_version = context.minimum_version = version
        if certificate:
            context.load_cert_chain(self.folder / f"{certificate}.pem")
        return context

    def connection(self, certificate: str | None) -> HTTPSConnection:
        return HTTPSConnection("localhost", self.port, context=self.context(certificate), timeout=30)

    def session(self, city: str) -> dict[str, str]:
        key = json.loads((self.folder / f"{city}.json").read_text())["session"]
        return {"Cookie": f"__Host-session={key}"}

    def act(self, *words: str) -> str:
        process = self.made.start(*words, module="tests.access.house")
        told, errors = process.communicate()
        assert process.returncode == 0, errors[-2000:]
        return told


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("terminals")
    settings = {"settings": "sesshu.config.settings.production"}
    with installation(tmp_path_factory.mktemp("home"), **settings) as made:
        opened = made.start("open", str(folder), module="tests.access.house")
        _, errors = opened.communicate()
        assert opened.returncode == 0, errors[-3000:]
        with tls_door(made) as port:
            yield Door(made, port, folder)


def ask(connection: HTTPSConnection, path: str, headers: dict[str, str] | None = None) -> HTTPResponse:
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    answer.read()
    return answer


@contextmanager
def handshake(door: Door, context: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
    with (
        socket.create_connection(("127.0.0.1", door.port), timeout=30) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as wrapped,
    ):
        yield wrapped


def test_a_registered_terminal_comes_in_and_is_seen(door: Door) -> None:
    connection = door.connection(f"{ISE}-counter")
    assert ask(connection, "/sign-in/").status == 200
    assert ask(connection, "/", door.session(ISE)).status == 200
    assert json.loads(door.act("seen", "T0001"))["seen"] is True


@pytest.mark.parametrize("certificate", [None, "foreign", "expired", "door"])
def test_the_handshake_itself_refuses(door: Door, certificate: str | None) -> None:
    """No certificate, one of another authority, one that has ended, one that is not for a client."""
    with pytest.raises(REFUSALS):
        ask(door.connection(certificate), "/health/")


def test_a_refused_handshake_stands_in_the_door_s_log(door: Door) -> None:
    """ASVS V16.3.4: as a line for machines, with the address that it came from."""
    port = free_port()
    words = ("--config", "python:sesshu.config.tls_door", "--bind", f"127.0.0.1:{port}", "--workers", "1")
    process = door.made.start("sesshu.config.wsgi:application", *words, module="gunicorn")
    opened = StaffDoor("127.0.0.1", port, tls=True)
    wait_until(opened.is_open, "the door shakes hands", process)
    process.send_signal(signal.SIGTERM)
    entries = [json.loads(line) for line in process.communicate(timeout=60)[1].splitlines() if "{" in line]
    told = [each["message"] for each in entries if "PEER_DID_NOT_RETURN_A_CERTIFICATE" in each["message"]]
    assert told
    assert all("127.0.0.1" in each for each in told)


def test_what_is_signed_but_not_in_the_register_opens_nothing(door: Door) -> None:
    connection = door.connection("unregistered")
    assert ask(connection, "/sign-in/").status == 403
    assert ask(connection, "/", door.session(ISE)).status == 403


def test_a_terminal_of_another_city_does_not_open_this_city_s_session(door: Door) -> None:
    assert ask(door.connection(f"{KOFU}-counter"), "/sign-in/").status == 200
    assert ask(door.connection(f"{KOFU}-counter"), "/", door.session(KOFU)).status == 200
    refused = ask(door.connection(f"{ISE}-counter"), "/", door.session(KOFU))
    assert refused.status == 403


def test_a_header_with_a_certificate_counts_for_nothing_at_this_door(door: Door) -> None:
    connection = door.connection(f"{ISE}-counter")
    assert ask(connection, "/sign-in/", {"Client-Cert": ":AAAA:"}).status == 403
    assert ask(connection, "/sign-in/", {"Client_Cert": ":AAAA:"}).status in (200, 400)


def test_a_loss_tells_at_the_next_request_of_a_connection_that_was_kept_open(door: Door) -> None:
    """S03, within 60 s: the same TCP connection, the same TLS session, the very next request."""
    connection = door.connection(f"{ISE}-spare")
    assert ask(connection, "/sign-in/").status == 200
    kept = connection.sock
    door.act("lost", "T0002")
    answer = ask(connection, "/sign-in/")
    assert connection.sock is kept
    assert answer.status == 403
    assert answer.headers["Cache-Control"] == "no-store"
    with pytest.raises(REFUSALS):  # and a new connection does not get through its handshake
        ask(door.connection(f"{ISE}-spare"), "/sign-in/")
    assert "lost" in json.loads(door.act("seen", "T0001"))["refusals"]


def test_noting_the_last_use_waits_for_nobody(door: Door) -> None:
    """Another request of the terminal holds the row: the next one does not stand behind it."""
    holder = door.made.start("hold", "T0001", module="tests.access.house")
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        connection = door.connection(f"{ISE}-counter")
        connection.timeout = 10
        assert ask(connection, "/sign-in/").status == 200
    finally:
        holder.communicate("\n")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_have_forward_secrecy_and_authenticated_encryption(
    door: Door, version: ssl.TLSVersion
) -> None:
    with handshake(door, door.context(f"{ISE}-counter", version)) as wrapped:
        name, _, bits = wrapped.cipher() or ("", "", 0)
        assert bits >= 128
        assert name.startswith(("TLS_", "ECDHE-"))
        assert "GCM" in name or "CHACHA20" in name
        assert wrapped.compression() is None


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_older_versions_are_refused(door: Door, version: ssl.TLSVersion) -> None:
    context = door.context(f"{ISE}-counter")
    context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")  # this side would do it, so that the refusal is the door's
    with pytest.raises(REFUSALS) as refusal, handshake(door, context):
        pass
    assert "NO_PROTOCOLS_AVAILABLE" not in str(refusal.value)


@pytest.mark.parametrize(
    "cipher", ["AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA"]
)
def test_weak_ciphers_are_refused(door: Door, cipher: str) -> None:
    context = door.context(f"{ISE}-counter", ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(f"{cipher}:@SECLEVEL=0")
    with pytest.raises(REFUSALS), handshake(door, context):
        pass


def test_no_session_is_resumed(door: Door) -> None:
    """A resumed session would pass by the revocation list."""
    context = door.context(f"{ISE}-counter", ssl.TLSVersion.TLSv1_2)
    with handshake(door, context) as first:
        session = first.session
    with (
        socket.create_connection(("127.0.0.1", door.port), timeout=30) as plain,
        context.wrap_socket(plain, server_hostname="localhost", session=session) as second,
    ):
        assert second.session_reused is False


def test_plain_http_is_refused(door: Door) -> None:
    with socket.create_connection(("127.0.0.1", door.port), timeout=30) as plain:
        plain.sendall(b"GET /health/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" not in plain.recv(4096)


def test_the_door_keeps_browsers_on_tls_and_its_cookies_to_itself(door: Door) -> None:
    answer = ask(door.connection(f"{ISE}-counter"), "/sign-in/")
    assert int(answer.headers["Strict-Transport-Security"].split("=")[1].split(";")[0]) >= 31_536_000
    cookies = answer.headers.get_all("Set-Cookie") or []
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie
        assert "HttpOnly" in cookie
        assert "Path=/" in cookie
        assert "SameSite" in cookie


def test_a_host_name_that_is_not_ours_is_refused(door: Door) -> None:
    connection = door.connection(f"{ISE}-counter")
    assert ask(connection, "/sign-in/", {"Host": "elsewhere.example"}).status == 400


def test_without_tls_or_a_proxy_the_house_does_not_open(door: Door) -> None:
    answer = door.made.sesshu("serve", "--port", "1")
    assert answer.exit_code == 2
    assert "SESSHU_TRUSTED_PROXIES" in answer.data["error"]


def test_without_tls_the_house_does_not_open_on_the_network(door: Door) -> None:
    answer = door.made.sesshu("serve", "--host", "0.0.0.0", "--port", "1")
    assert answer.exit_code == 2
    assert "127.0.0.1" in answer.data["error"]
