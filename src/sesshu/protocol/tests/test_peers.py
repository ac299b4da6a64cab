"""A door that answers too much, too slowly or in nonsense is out of reach, and harms nobody who asked it."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from sesshu.protocol.peers import LARGEST_OF_STATES, Peer, Refused, Unreachable

Answering = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Doors:
    """Doors on this machine, each says to one caller what it likes. ``heard``: what they were asked."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._opened: list[socket.socket] = []

    def __call__(self, answering: Answering) -> str:
        """Open one; its address."""
        listening = socket.create_server(("127.0.0.1", 0))
        self._opened.append(listening)
        threading.Thread(target=self._serve, args=(listening, answering), daemon=True).start()
        return f"http://127.0.0.1:{listening.getsockname()[1]}"

    def close(self) -> None:
        for each in self._opened:
            each.close()

    def _serve(self, listening: socket.socket, answering: Answering) -> None:
        with contextlib.suppress(OSError), listening.accept()[0] as caller:  # the caller goes, as it should
            heard = b""
            while not heard.endswith(b"[]"):  # closed with something unread, it would be a broken line
                heard += caller.recv(65_536)
            self.heard.append(heard)
            answering(caller)


@pytest.fixture
def door() -> Iterator[Doors]:
    made = Doors()
    yield made
    made.close()


def _saying(body: bytes, more: bytes = b"", head: bytes = OK) -> Answering:
    whole = head + more + b"Content-Length: %d\r\n\r\n" % len(body) + body
    return lambda caller: caller.sendall(whole)


def _endless(caller: socket.socket) -> None:
    caller.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        caller.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


def _drop_by_drop(first: bytes) -> Answering:
    def answering(caller: socket.socket) -> None:
        caller.sendall(first)
        while True:
            caller.sendall(b"x")
            time.sleep(0.02)

    return answering


def test_an_answer_is_read(door: Doors) -> None:
    said = [{"state": "accepted", "permit": f"m{'0' * 32}", "refusal": None}] * 1_000
    assert (
        Peer(door(_saying(json.dumps(said).encode())), None, largest=LARGEST_OF_STATES).post("/", []) == said
    )


def test_what_is_packed_is_not_unpacked(door: Doors) -> None:
    """16 MB of one letter are 16 kB: whoever unpacks it before he counts has lost."""
    bomb = gzip.compress(b'"' + b"x" * 16_000_000 + b'"')
    with pytest.raises(Unreachable, match="compressed"):
        Peer(door(_saying(bomb, b"Content-Encoding: gzip\r\n")), None).post("/", [])


def test_nothing_packed_is_asked_for(door: Doors) -> None:
    Peer(door(_saying(b"[]")), None).post("/", [])
    assert b"accept-encoding: identity\r\n" in door.heard[0].lower()


def test_what_is_without_end_is_read_to_a_limit(door: Doors) -> None:
    with pytest.raises(Unreachable, match="too large"):
        Peer(door(_endless), None, largest=1_000_000).post("/", [])


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\nX: ", OK + b"Content-Length: 100000\r\n\r\n"])
def test_what_comes_drop_by_drop_is_given_up(door: Doors, first: bytes) -> None:
    """Each drop comes well within the timeout for one; the whole has its own."""
    begun = time.monotonic()
    with pytest.raises(Unreachable, match="Timeout"):
        Peer(door(_drop_by_drop(first)), None, timeout=10.0, longest=0.3).post("/", [])
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("body", [b"[" * 200_000, b"", b"\xff", b"9" * 5_000, b'{"a":'])
def test_what_cannot_be_read_is_no_answer(door: Doors, body: bytes) -> None:
    with pytest.raises(Unreachable, match="HTTP 200"):
        Peer(door(_saying(body)), None).post("/", [])


@pytest.mark.parametrize("address", ["https://[", "https://a:99999999"])
def test_an_address_that_is_none_is_out_of_reach(address: str) -> None:
    with pytest.raises(Unreachable):
        Peer(address, None).post("/", [])


def test_a_refusal_says_only_what_a_table_and_a_log_can_hold(door: Doors) -> None:
    body = json.dumps({"error": "in\0valid", "message": "不可\0\ud800\n" + "x" * 10_000}).encode()
    answering = _saying(body, head=b"HTTP/1.1 422 Unprocessable\r\n")
    with pytest.raises(Refused) as refused:
        Peer(door(answering), None).post("/", [])
    assert (refused.value.status, refused.value.code) == (422, "")
    assert str(refused.value).startswith("不可xxx")
    assert len(str(refused.value)) <= 500


@pytest.mark.parametrize("said", [{"error": ["x"], "message": {"a": 1}}, {}])
def test_a_refusal_without_words_is_a_refusal(door: Doors, said: dict[str, object]) -> None:
    answering = _saying(json.dumps(said).encode(), head=b"HTTP/1.1 403 Forbidden\r\n")
    with pytest.raises(Refused) as refused:
        Peer(door(answering), None).post("/", [])
    assert (refused.value.status, refused.value.code, str(refused.value)) == (403, "", "")
