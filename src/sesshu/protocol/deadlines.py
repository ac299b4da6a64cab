"""Connections on which one exchange ends in time, however slowly the other side writes or reads.

The timeouts of an HTTP client count anew with each byte; a deadline counts once, for headers and body alike.
"""

from __future__ import annotations

import math
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

# One exchange is done by one thread from its beginning to its end.
_current = threading.local()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What this thread sends and receives on a :class:`Transport` ends by then, in httpx's timeout errors."""
    before = _ends_at()
    _current.ends_at = min(before, time.monotonic() + seconds)
    try:
        yield
    finally:
        _current.ends_at = before


class Transport(httpx.HTTPTransport):
    """httpx's own, over streams that heed the deadline."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        super().__init__(verify=True if tls is None else tls, trust_env=False)
        self._pool._network_backend = _Backend()  # httpx hands no backend on


class _Backend(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        allowed = _allowed(timeout, httpcore.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, allowed, local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _allowed(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _allowed(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        allowed = _allowed(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, allowed))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _allowed(timeout: float | None, late: type[Exception]) -> float | None:
    """What is left where that is less. :raises late: when nothing is."""
    remaining = _ends_at() - time.monotonic()
    if remaining <= 0:
        raise late("deadline")
    return remaining if timeout is None or remaining < timeout else timeout


def _ends_at() -> float:
    return getattr(_current, "ends_at", math.inf)
