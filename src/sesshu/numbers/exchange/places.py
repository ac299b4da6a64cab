"""The other doors: a municipality's own intermediate server, and the network for the 統合端末."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from django.conf import settings

from sesshu.protocol import messages, peers
from sesshu.protocol.peers import Peer

NUMBERS, TERMINAL = "numbers", "juki"
# Of 500 results, each with as large an answer as an intermediate server takes in.
_LARGEST = 500 * (messages.LARGEST_ANSWER + 1024)
_peers: dict[tuple[str, str, int], Peer] = {}
_lock = threading.Lock()


class Away(RuntimeError):
    """There is no such door, or it does not answer; the message says in Japanese what to do."""


def intermediate(municipality: str) -> Peer:
    """Its own intermediate server, as 統合宛名. :raises Away: when none is set up."""
    address = _set_up()["intermediates"].get(municipality, "")
    if not address:
        raise Away("この市区町村の中間サーバーが設定されていません。システム管理者に連絡してください。")
    return _peer(address, municipality, NUMBERS)


def network(municipality: str) -> Peer:
    """The network's core, as the municipality's 統合端末. :raises Away: when none is set up."""
    address = _set_up()["network"]
    if not address:
        raise Away("情報提供ネットワークが設定されていません。システム管理者に連絡してください。")
    return _peer(address, municipality, TERMINAL)


def ask(peer: Peer, path: str, body: Any) -> Any:
    """Its answer. :raises Away: when there is none. :raises peers.Refused: when it says no."""
    try:
        return peer.post(path, body)
    except peers.Unreachable as error:
        raise Away(
            "中間サーバーに接続できません。何も登録していません。時間をおいてやり直してください。"
        ) from error


def configured() -> tuple[str, ...]:
    """The municipalities with an intermediate server."""
    return tuple(_set_up()["intermediates"])


def _set_up() -> dict[str, Any]:
    chosen: dict[str, Any] = settings.NUMBERS_EXCHANGE
    return chosen


def root_file() -> Path:
    """The certificate of the network's authority (PEM)."""
    return Path(_set_up()["folder"]) / "network-authority.pem"


def files(municipality: str, part: str) -> tuple[Path, Path]:
    """Certificate and private key (PEM) for the part played: ``numbers`` or ``juki``."""
    folder = Path(_set_up()["folder"]) / municipality
    return folder / f"{part}.pem", folder / f"{part}-key.pem"


def _peer(address: str, municipality: str, part: str) -> Peer:
    certificate, key = files(municipality, part)
    try:
        changed = certificate.stat().st_mtime_ns
        with _lock:
            name = (address, f"{municipality}/{part}", changed)
            if name not in _peers:
                tls = peers.context(root_file(), certificate, key)
                _peers[name] = Peer(address, tls, largest=_LARGEST)
            return _peers[name]
    except OSError:
        raise Away(
            f"証明書のファイル({certificate.name})を読めません。ネットワークの証明書を置いてください。"
        ) from None
