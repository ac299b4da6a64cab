"""Who this server is on the network: its two key pairs, the core's public key, its certificate as a client.

Files of ``secrets/intermediate-<団体コード>``: ``signing.json`` and ``sealing.json`` (made on first use, and
never in silence once the network's directory names us with others),
``core.json`` (brought by ``sesshu intermediate core``), ``intermediate.pem`` and ``intermediate-key.pem``
(issued by the network).
"""

from __future__ import annotations

import json
import ssl
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from joserfc.jwk import ECKey

from sesshu.intermediate import place
from sesshu.protection import authority
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import envelopes, peers

_NAMES = {"signing": "署名", "sealing": "封緘"}


class NotSetUp(RuntimeError):
    """A file of the network is missing; the message says in Japanese which and what to do."""


def folder() -> Path:
    made = Path(settings.EXCHANGE["secrets"]) / f"intermediate-{place.municipality()}"
    made.mkdir(parents=True, exist_ok=True, mode=0o700)
    return made


def signing_key() -> ECKey:
    return _own("signing")


def sealing_key() -> ECKey:
    return _own("sealing")


def core_key() -> ECKey:
    """The key that permits, lists and directories must be signed with. :raises NotSetUp: without it."""
    path = folder() / "core.json"
    if not path.exists():
        raise NotSetUp(
            "ネットワークの公開鍵がありません。sesshu intermediate core ファイル で登録してください。"
        )
    return _read(path, path.stat().st_mtime_ns)


def trust_core(jwk: dict[str, Any]) -> None:
    """The core's public key, alone or in what the network hands over (``core.json``).

    :raises BadEnvelope: when it is no P-256 public key.
    """
    key = envelopes.imported(jwk.get("signing_key", jwk))
    authority.write_private(folder() / "core.json", json.dumps(envelopes.public(key)).encode())


def published(*, new: bool = False) -> dict[str, Any]:
    """What the network's directory has to hold of us.

    :param new: make a key anew where its file is gone, also when the directory names another.
    :raises NotSetUp: without ``new``, when it does.
    """
    if new:
        for name in _NAMES:
            _make(_path(name))
    return {
        "institution": place.institution(),
        "signing_key": envelopes.public(signing_key()),
        "sealing_key": envelopes.public(sealing_key()),
    }


def tls() -> ssl.SSLContext | None:
    """For our calls; none where no certificate was issued yet, and then no real door lets us in.

    :raises NotSetUp: when a file of them cannot be read.
    """
    certificate, key = (folder() / name for name in ("intermediate.pem", "intermediate-key.pem"))
    if not certificate.exists() or not key.exists():
        return None
    try:
        return peers.context(authority.root_path(), certificate, key)
    except OSError:  # ssl.SSLError is one
        raise NotSetUp(
            "中間サーバーの証明書か鍵(intermediate.pem、intermediate-key.pem)、またはネットワークの証明書を"
            "読めません。発行されたファイルを置き直してください。"
        ) from None


def _own(name: str) -> ECKey:
    path = _path(name)
    if not path.exists():
        _refuse_if_known(name)
        _make(path)
    return _read(path, path.stat().st_mtime_ns)


def _path(name: str) -> Path:
    return folder() / f"{name}.json"


def _refuse_if_known(name: str) -> None:
    """With a key that nobody knows, all that we sign would be forged, and all that is sealed to us lost."""
    from sesshu.intermediate import network_copies

    with acting_for(place.municipality()):
        listed = network_copies.own()
    if listed is not None:
        raise NotSetUp(
            f"{_NAMES[name]}の鍵のファイル({name}.json)がありません。ネットワークの機関の一覧には、"
            "この機関の鍵がすでに登録されています。"
            f"控えから {folder().name} に {name}.json を戻してください。"
            "控えがないときは sesshu intermediate keys --new で鍵を作り直し、"
            "示された公開鍵をネットワークに登録し直してください。"
        )


def _make(path: Path) -> None:
    with authority.locked(f"{path.parent.name}-{path.stem}"):
        if not path.exists():
            key = envelopes.new_key()
            authority.write_private(path, json.dumps(key.as_dict(private=True)).encode())


@lru_cache(maxsize=64)
def _read(path: Path, changed: int) -> ECKey:
    held = json.loads(path.read_bytes())
    return envelopes.imported(held.get("signing_key", held))
