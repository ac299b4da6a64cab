"""The vault on the same machine as the city: its door, its keeper, and the city's place on its list."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from sesshu.config import doors
from sesshu.config.doors import Door
from sesshu.config.home import home

_SETTINGS = "sesshu.config.settings.numbers"


class NotConnected(Exception):
    """The vault does not take the city on its list; the message is the command's."""


def door(host: str, port: int, workers: int = 1) -> Door:
    """The vault's own door; mutual TLS always."""
    return Door(host, port, workers, tls=True, application=doors.NUMBERS)


def keeper() -> list[str]:
    """The process that completes erasures."""
    return [sys.executable, "-m", "sesshu.config.numbers_keeper"]


def command(*words: str, owner: bool = False) -> subprocess.CompletedProcess[str]:
    """``sesshu …`` in the vault's own process, settings and database role."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": _SETTINGS}
    if owner:
        environment["SESSHU_DB_ROLE"] = "owner"
    return subprocess.run(
        [sys.executable, "-m", "sesshu.config.cli", *words],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def connect_city(municipalities: Sequence[str]) -> None:
    """Put the city on the vault's list, with these municipalities. Does nothing when it stands there so.

    :raises NotConnected: with what the command said.
    """
    from sesshu.addressees.individual_numbers import credentials
    from sesshu.addressees.individual_numbers.choices import SCOPES, NumberPurpose

    certificate = credentials.ensure()
    words = [
        "numbers", "systems", "allow", credentials.CLIENT, "--name", "宛名管理・健康管理システム",
        "--certificate", str(certificate), "--scopes", *SCOPES, "--purposes", *NumberPurpose.values,
        "--municipalities", *sorted(municipalities),
    ]  # fmt: skip
    marker = home() / "numbers-connected"
    state = _state(words, certificate)
    if marker.exists() and marker.read_text(encoding="ascii") == state:
        return
    done = command(*words, owner=True)
    if done.returncode:
        raise NotConnected(done.stderr.strip())
    marker.write_text(state, encoding="ascii")


def _state(words: Sequence[str], certificate: Path) -> str:
    return hashlib.sha256("\0".join(words).encode() + certificate.read_bytes()).hexdigest()
