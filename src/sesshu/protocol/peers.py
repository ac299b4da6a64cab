"""A system of the exchange as a client of another's door: mutual TLS, JSON, nothing kept and nothing logged.

A failure of the network is told apart from a refusal: after :class:`Unreachable` the same message may be
sent again, for every door answers a repeated message with what it answered first.
"""

from __future__ import annotations

import json
import re
import ssl
from pathlib import Path
from typing import Any

import httpx

from sesshu.protocol import deadlines

# The largest reply to anything but results is the network's directory: 1,800 institutions, 3 MB.
LARGEST = 16 * 1024 * 1024  # bytes
# What is said to a batch of letters: a state of 120 bytes for each of some hundreds.
LARGEST_OF_STATES = 1024 * 1024
# In all, from the connection to the last byte; a sender gives what it has claimed up after 60.
LONGEST = 50.0  # seconds
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_LONGEST_MESSAGE = 500
# Another way to an address, for tests that run all systems in one process.
transports: dict[str, httpx.BaseTransport] = {}


class Unreachable(RuntimeError):
    """No answer came, or none that can be read."""


class Refused(ValueError):
    """The other side said no. ``code`` is for the program, the text for the log."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def context(root: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.3; the other side's certificate must be of ``root``, ours is shown."""
    made = ssl.create_default_context(cafile=str(root))
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.load_cert_chain(certificate, key)
    return made


class Peer:
    """One door. Connections are kept open and shared by the threads of a process.

    Whoever answers there is not trusted to end: a reply is read up to ``largest`` bytes and until ``longest``
    seconds have passed, and never decompressed.
    """

    def __init__(
        self,
        address: str,
        tls: ssl.SSLContext | None,
        *,
        timeout: float = 30.0,
        largest: int = LARGEST,
        longest: float = LONGEST,
    ) -> None:
        """:raises Unreachable: when the address is none."""
        self.address, self._largest, self._longest = address, largest, longest
        try:
            self._http = httpx.Client(
                base_url=address,
                transport=transports.get(address) or deadlines.Transport(tls),
                timeout=timeout,
                headers={"Accept-Encoding": "identity"},
                follow_redirects=False,
                trust_env=False,
            )
        except httpx.InvalidURL as error:
            raise Unreachable(type(error).__name__) from error

    def post(self, path: str, body: Any, *, headers: dict[str, str] | None = None) -> Any:
        """:raises Unreachable: when there is no answer. :raises Refused: when the answer is no."""
        try:
            with (
                deadlines.within(self._longest),
                self._http.stream("POST", path, json=body, headers=headers) as answer,
            ):
                return _read(answer.status_code, self._received(answer))
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Unreachable(type(error).__name__) from error

    def _received(self, answer: httpx.Response) -> bytes:
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise Unreachable(f"HTTP {answer.status_code} compressed")
        received = bytearray()
        for chunk in answer.iter_bytes():
            received += chunk
            if len(received) > self._largest:
                raise Unreachable(f"HTTP {answer.status_code} too large")
        return bytes(received)


def _read(status: int, text: bytes) -> Any:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreachable(f"HTTP {status}") from None
    if status == 200:
        return said
    if status >= 500 or not isinstance(said, dict):
        raise Unreachable(f"HTTP {status}")
    raise _refused(status, said)


def _refused(status: int, said: dict[str, Any]) -> Refused:
    """Code and text go into tables and logs: only what they can hold."""
    code, message = (text if isinstance(text := said.get(name), str) else "" for name in ("error", "message"))
    printable = "".join(filter(str.isprintable, message[:_LONGEST_MESSAGE]))
    return Refused(status, code if _CODE.fullmatch(code) else "", printable)
