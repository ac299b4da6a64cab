"""S09: requests whose length can be read in two ways, sent as bytes to both servers of the staff web.

A second request hidden in the body of the first must never be answered.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.running import installation, staff_door, tls_door

HIDDEN = b"GET /health/?hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = b"0\r\n\r\n"
Connect = Callable[[], socket.socket]


def request(*headers: bytes, body: bytes = b"", line: bytes = b"POST /sign-in/ HTTP/1.1") -> bytes:
    return b"\r\n".join([line, b"Host: localhost", *headers, b"", body])


def length(of: bytes) -> bytes:
    return b"Content-Length: %d" % len(of)


SHAPES = {
    "length and chunks": request(
        length(CHUNKED + HIDDEN), b"Transfer-Encoding: chunked", body=CHUNKED + HIDDEN
    ),
    "chunks and length": request(
        b"Transfer-Encoding: chunked", length(CHUNKED + HIDDEN), body=CHUNKED + HIDDEN
    ),
    "two lengths": request(b"Content-Length: 0", length(HIDDEN), body=HIDDEN),
    "two lengths in one line": request(b"Content-Length: 0, %d" % len(HIDDEN), body=HIDDEN),
    "a length with a sign": request(b"Content-Length: +%d" % len(HIDDEN), body=HIDDEN),
    "a length below nothing": request(b"Content-Length: -1", body=HIDDEN),
    "a length in another base": request(b"Content-Length: 0x10", body=HIDDEN),
    "a length with a line folded": request(b"Content-Length:", b" 0", length(HIDDEN), body=HIDDEN),
    "a space before the colon": request(b"Content-Length : %d" % len(HIDDEN), body=HIDDEN),
    "a folded header": request(b"X-Other: a", b"\tTransfer-Encoding: chunked", length(HIDDEN), body=HIDDEN),
    "a folded encoding": request(b"Transfer-Encoding:", b" chunked", length(HIDDEN), body=HIDDEN),
    "an unknown encoding": request(b"Transfer-Encoding: xchunked", length(HIDDEN), body=HIDDEN),
    "chunked is not last": request(b"Transfer-Encoding: chunked, identity", body=CHUNKED + HIDDEN),
    "chunked twice": request(
        b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", length(HIDDEN), body=HIDDEN
    ),
    "a chunk longer than a number": request(b"Transfer-Encoding: chunked", body=b"f" * 17 + b"\r\n" + HIDDEN),
    "a chunk's size with a sign": request(b"Transfer-Encoding: chunked", body=b"-1\r\n" + HIDDEN),
    "a bare line feed in a header": request(b"X-Other: a\nContent-Length: 0", length(HIDDEN), body=HIDDEN),
    "bare line feeds alone": request(length(HIDDEN), body=b"").replace(b"\r\n", b"\n") + HIDDEN,
    "a bare carriage return in a header": request(
        b"X-Other: a\rContent-Length: 0", length(HIDDEN), body=HIDDEN
    ),
    "a null in a header": request(b"X-Other: a\0b", length(HIDDEN), body=HIDDEN),
    "a body after a GET": request(length(HIDDEN), body=HIDDEN, line=b"GET /health/ HTTP/1.1"),
}


def answers(connect: Connect, sent: bytes) -> bytes:
    """All that comes back until the door closes, or says nothing more for a while."""
    with closing(connect()) as link:
        link.settimeout(3)
        link.sendall(sent)
        got = b""
        try:
            while part := link.recv(65536):
                got += part
        except (TimeoutError, ConnectionError, ssl.SSLError):
            pass
        return got


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connect]:
    with installation(tmp_path_factory.mktemp("home")) as made, staff_door(made) as address:
        port = int(address.rpartition(":")[2])
        yield lambda: socket.create_connection(("127.0.0.1", port), timeout=10)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connect]:
    folder = tmp_path_factory.mktemp("terminals")
    settings = {"settings": "sesshu.config.settings.production"}
    with installation(tmp_path_factory.mktemp("home"), **settings) as made:
        opened = made.start("open", str(folder), module="tests.access.house")
        _, errors = opened.communicate()
        assert opened.returncode == 0, errors[-3000:]
        with tls_door(made) as port:
            root = made.home / "secrets" / "authority" / "authority.pem"
            context = ssl.create_default_context(cafile=root)
            context.load_cert_chain(folder / "242039-counter.pem")

            def connect() -> socket.socket:
                link = socket.create_connection(("127.0.0.1", port), timeout=10)
                return context.wrap_socket(link, server_hostname="localhost")

            yield connect


@pytest.fixture(params=["plain", "tls"])
def door(request: pytest.FixtureRequest) -> Connect:
    connect: Connect = request.getfixturevalue(request.param)
    return connect


def statuses(got: bytes) -> list[int]:
    return [int(part[:3]) for part in got.split(b"HTTP/1.1 ")[1:]]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_hidden_request_is_not_answered(door: Connect, shape: str) -> None:
    got = answers(door, SHAPES[shape])
    found = statuses(got)
    assert 200 not in found[1:], got
    assert len(found) <= 1 or found[1:] == [400], got
    # Whatever is wrong with the borders, the view behind must not take the rest for its own.
    assert found == [] or found[0] in (200, 400, 403, 411, 413, 501), got


def test_two_requests_with_clear_borders_are_both_answered(door: Connect) -> None:
    """Without this those above would pass for a door that answers once whatever comes."""
    first = request(line=b"GET /health/ HTTP/1.1")
    assert statuses(answers(door, first + HIDDEN)) == [200, 200]
