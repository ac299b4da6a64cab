"""A system of the exchange as a client of another's door: mutual TLS, JSON, nothing kept and nothing logged.

A failure of the network is told apart from a refusal: after :class:`Unreachable` the same message may be
sent again, for every door answers a repeated message with what it answered first.
"""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import httpx

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
    """One door. Connections are kept open and shared by the threads of a process."""

    def __init__(self, address: str, tls: ssl.SSLContext | None, *, timeout: float = 30.0) -> None:
        transport = transports.get(address)
        self.address = address
        self._http = httpx.Client(
            base_url=address,
            verify=tls if tls is not None and transport is None else True,
            transport=transport,
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
        )

    def post(self, path: str, body: Any, *, headers: dict[str, str] | None = None) -> Any:
        """:raises Unreachable: when there is no answer. :raises Refused: when the answer is no."""
        try:
            answer = self._http.post(path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise Unreachable(type(error).__name__) from error
        return _read(answer)


def _read(answer: httpx.Response) -> Any:
    try:
        said = answer.json()
    except ValueError:
        raise Unreachable(f"HTTP {answer.status_code}") from None
    if answer.status_code == 200:
        return said
    if answer.status_code >= 500 or not isinstance(said, dict):
        raise Unreachable(f"HTTP {answer.status_code}")
    raise Refused(answer.status_code, str(said.get("error", "")), str(said.get("message", "")))
