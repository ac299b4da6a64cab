"""The whole exchange on one machine: the network, an intermediate server for each city, and the files by
which they know one another. Where each stands on a server of its own, the same files are carried there
(docs/operator/network.md, docs/operator/intermediate.md).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sesshu.config import database, doors, intermediate_staff
from sesshu.config.doors import Door
from sesshu.config.home import home
from sesshu.kernel.command import Refused

_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Site:
    """A city's intermediate server."""

    municipality: str
    name: str
    port: int

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def environment(self) -> tuple[tuple[str, str], ...]:
        return (("SESSHU_INTERMEDIATE", self.municipality),)

    @property
    def folder(self) -> Path:
        """What the network handed to it."""
        return home() / "secrets" / f"intermediate-{self.municipality}"


def set_up(sites: Sequence[Site], network_port: int) -> None:
    """Databases, enrolment, the permission list and certificates; does nothing where they are.

    The addresses go into this process's environment, from which its children have them.

    :raises Refused: with what the command said that failed.
    """
    network = f"https://localhost:{network_port}"
    os.environ["SESSHU_NETWORK_ADDRESS"] = network
    os.environ["SESSHU_INTERMEDIATES"] = ",".join(f"{site.municipality}={site.address}" for site in sites)
    database.prepare(database.NETWORK, *(database.intermediate(site.municipality) for site in sites))
    for site in sites:
        _enrol(site)
        _hand_to_numbers(site)
    _once("network-list", "first", "network", "list", "publish")


def doors_of(sites: Sequence[Site], network_port: int) -> list[Door]:
    """Mutual TLS, all of them."""
    network = Door(_HOST, network_port, tls=True, application=doors.NETWORK)
    servers = [
        Door(_HOST, site.port, tls=True, application=doors.INTERMEDIATE, environment=site.environment)
        for site in sites
    ]
    return [network, *servers]


def staff_doors_of(sites: Sequence[Site]) -> list[Door]:
    """The staff web of each intermediate server, ten ports behind its door for machines."""
    return [
        Door(
            _HOST, site.port + 10, application=doors.INTERMEDIATE_STAFF,
            environment=intermediate_staff.environment(site.municipality),
        )
        for site in sites
    ]  # fmt: skip


def staff_processes(sites: Sequence[Site]) -> list[list[str]]:
    """What runs beside them."""
    return [command for site in sites for command in intermediate_staff.processes(site.municipality)]


def open_demo_accounts(sites: Sequence[Site]) -> None:
    """Invented staff of each intermediate server. :raises Refused: outside a demo."""
    for site in sites:
        _once(
            f"intermediate-{site.municipality}-staff", "opened",
            "intermediate", "staff", "demo-accounts", "--municipality", site.municipality,
        )  # fmt: skip


def dispatchers(sites: Sequence[Site]) -> list[list[str]]:
    """The processes beside the doors, which carry what is in the outboxes."""
    own = [_command("intermediate", "dispatch", "--municipality", site.municipality) for site in sites]
    return [_command("network", "dispatch"), *own]


def _enrol(site: Site) -> None:
    _once(
        f"enrolled-{site.municipality}", site.address,
        "network", "enrol", site.municipality, "--name", f"{site.name}長", "--address", site.address,
        "--folder", str(site.folder),
    )  # fmt: skip


def _hand_to_numbers(site: Site) -> None:
    """The city's part of what was handed over: its certificates as 統合宛名 and as 統合端末."""
    folder = home() / "secrets" / "numbers-exchange"
    own = folder / site.municipality
    own.mkdir(parents=True, exist_ok=True, mode=0o700)
    for part in ("numbers", "juki"):
        for name in (f"{part}.pem", f"{part}-key.pem"):
            _copy(site.folder / name, own / name)
    _copy(site.folder / "authority.pem", folder / "network-authority.pem")


def _copy(source: Path, target: Path) -> None:
    if not target.exists() or target.read_bytes() != source.read_bytes():
        shutil.copy(source, target)
        target.chmod(0o600)


def _once(marker: str, state: str, *words: str) -> None:
    """Run a command unless it was run for this state before."""
    done = home() / marker
    if done.exists() and done.read_text(encoding="utf-8") == state:
        return
    ran = run(*words)
    if ran.returncode:
        raise Refused(f"情報連携を準備できません。\n{ran.stdout}{ran.stderr}")
    done.write_text(state, encoding="utf-8")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """``sesshu …`` in a process of its own, with its own settings and database role."""
    return subprocess.run(_command(*words), capture_output=True, text=True, check=False)


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "sesshu.config.cli", *words]
