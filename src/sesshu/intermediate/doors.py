"""The doors that we call: the core's and other institutions', kept open within a process."""

from __future__ import annotations

import threading
from typing import Any

from django.conf import settings

from sesshu.intermediate import identity, place
from sesshu.protocol.peers import LARGEST, LARGEST_OF_STATES, Peer

_open: dict[tuple[str, str], Peer] = {}
_lock = threading.Lock()


def post(peer: str, path: str, body: Any) -> Any:
    """Ask the door of an address, or the core's for none.

    :raises NotSetUp: without the core's address or our certificate.
    :raises peers.Unreachable, peers.Refused: as the door behaves.
    """
    return _door(peer or core()).post(path, body)


def core() -> str:
    address = str(settings.EXCHANGE["network"])
    if not address:
        raise identity.NotSetUp(
            "環境変数 SESSHU_NETWORK_ADDRESS にネットワークのアドレスを設定してください。"
        )
    return address


def close_all() -> None:
    """Forget the connections (tests, and after new certificates)."""
    with _lock:
        _open.clear()


def _door(address: str) -> Peer:
    name = (place.municipality(), address)
    with _lock:
        if name not in _open:
            largest = LARGEST if address == settings.EXCHANGE["network"] else LARGEST_OF_STATES
            _open[name] = Peer(address, identity.tls(), largest=largest)
        return _open[name]
