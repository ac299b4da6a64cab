"""The vault as a real process for tests: its own database and roles, gunicorn, mutual TLS, OAuth.

Started once for a test process and only when a test asks for it.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sesshu.kernel import clock
from sesshu.kernel.check_digits import individual_number_check_digit, resident_code_check_digit
from sesshu.protection.authority import Subject
from sesshu.protocol.codes import institution_of

from .exchange.whole.doubles import Authority, Doubles, Intermediate, Network

ISE, KOFU = "242039", "192015"
ALL_SCOPES = (
    "numbers.write", "numbers.search", "numbers.reveal", "numbers.resolve", "numbers.tokens",
    "numbers.alarms", "numbers.erase", "numbers.accesses", "integrated", "exchange", "replica", "records",
)  # fmt: skip
_LETTERS = str.maketrans("0123456789", "ghijklmnop")  # digits could look like a number by chance
PURPOSES = ("vaccination", "relief", "exchange", "correction")


def invented_number() -> str:
    """A number with the right check digit that nobody has."""
    first = f"{secrets.randbelow(10**11):011d}"
    return first + str(individual_number_check_digit(first))


def invented_resident_code() -> str:
    """A 住民票コード with the right check digit that nobody has."""
    first = f"{secrets.randbelow(10**10):010d}"
    return first + str(resident_code_check_digit(first))


def invented_addressee() -> str:
    return f"9{secrets.randbelow(10**13):013d}"


@dataclass
class RunningVault:
    """``address`` of the door, the environment of its process, and its command line."""

    address: str
    database: str
    environment: dict[str, str]
    log: Path
    clients: dict[str, Any] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    def cli(self, *words: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        """``sesshu`` in the vault's own settings and database."""
        done = subprocess.run(
            [sys.executable, "-m", "sesshu.config.cli", *words],
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        return done

    def python(self, script: str) -> str:
        """Run a script inside the vault's settings."""
        environment = self.environment | {"DJANGO_SETTINGS_MODULE": "sesshu.config.settings.numbers"}
        done = subprocess.run(
            [sys.executable, "-c", f"import django; django.setup()\n{script}"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def allow(
        self,
        client: str,
        certificate: Path,
        *,
        scopes: Sequence[str] = ALL_SCOPES,
        purposes: Sequence[str] = PURPOSES,
        municipalities: Sequence[str] = (ISE, KOFU),
        business: str = "019",
        own_numbers: bool = False,
    ) -> None:
        """Put a system on the list."""
        self.cli(
            "numbers", "systems", "allow", client, "--name", client, "--certificate", str(certificate),
            "--scopes", *scopes, "--purposes", *purposes, "--municipalities", *municipalities,
            "--business", business, *(["--own-numbers"] if own_numbers else []),
        )  # fmt: skip

    def asking(self, municipality: str = ISE, actor: str = "") -> dict[str, Any]:
        """The fields that every request has; each call another actor, so that limits do not meet."""
        return {
            "municipality": municipality,
            "actor": actor or f"actor-{uuid.uuid4().hex.translate(_LETTERS)}",
            "terminal": "T-1",
            "request_id": str(uuid.uuid4()),
        }


@pytest.fixture(scope="session")
def vault(django_db_setup: None) -> Iterator[RunningVault]:
    """The vault, with the city on its list."""
    from sesshu.addressees.individual_numbers import credentials
    from sesshu.config import database
    from sesshu.config.doors import NUMBERS, Door

    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"numbers_{worker}"
    database.prepare(database.NUMBERS)
    reached = database.server()
    database.drop_database(reached, name)
    database.create_database(reached, name, template=database.NUMBERS.database, system=database.NUMBERS)
    door = Door("127.0.0.1", _free_port(), tls=True, application=NUMBERS)
    log = Path(os.environ["SESSHU_HOME"]) / f"{name}.log"
    # Keys belong to one database: a rotation by another worker's vault would destroy this one's.
    own = {"SESSHU_DB_NAME": name, "SESSHU_KEYS_FOLDER": str(log.with_name(f"keys-{worker}"))}
    ports = {ISE: _free_port(), KOFU: _free_port(), "network": _free_port()}
    own |= _exchange(ports, log.with_name(f"exchange-{worker}"))
    running = RunningVault(f"https://localhost:{door.port}", name, os.environ | own, log, ports=ports)
    running.allow("city", credentials.ensure())
    with log.open("wb") as stream:
        process = subprocess.Popen(
            door.command(),
            env=running.environment | {"DJANGO_SETTINGS_MODULE": "sesshu.config.settings.numbers"},
            stdout=stream,
            stderr=stream,
        )
    try:
        _wait(door, process, log)
        yield running
    finally:
        process.terminate()
        process.wait(timeout=30)
        database.drop_database(reached, name)


def _exchange(ports: dict[str, int], folder: Path) -> dict[str, str]:
    """Where the vault looks for intermediate servers and network; nobody is there until a test opens them."""
    addresses = {name: f"https://localhost:{port}" for name, port in ports.items()}
    return {
        "SESSHU_INTERMEDIATES": ",".join(f"{city}={addresses[city]}" for city in (ISE, KOFU)),
        "SESSHU_NETWORK_ADDRESS": addresses["network"],
        "SESSHU_NUMBERS_EXCHANGE_FOLDER": str(folder),
    }


@pytest.fixture(scope="session")
def _doubles(vault: RunningVault) -> Doubles:
    """Certificates of both cities' parts stand where the vault looks for them."""
    folder = Path(vault.environment["SESSHU_NUMBERS_EXCHANGE_FOLDER"])
    certificates = Authority(folder.with_name(f"{folder.name}-authority"))
    folder.mkdir()
    (folder / "network-authority.pem").write_bytes(certificates.root.read_bytes())
    for city in (ISE, KOFU):
        for part in ("numbers", "juki"):
            certificates.issue(
                folder / city / f"{part}.pem", folder / city / f"{part}-key.pem",
                Subject(part, institution_of(city)), server=False,
            )  # fmt: skip
    return Doubles(
        certificates,
        {city: Intermediate(vault.ports[city], certificates, city) for city in (ISE, KOFU)},
        Network(vault.ports["network"], certificates),
    )


@pytest.fixture
def doubles(_doubles: Doubles) -> Iterator[Doubles]:
    """Intermediate servers and network, open and with nothing heard."""
    for door in _doubles.all():
        door.heard.clear()
        door.refusal = None
        door.open()
    for intermediate in _doubles.intermediates.values():
        intermediate.results.clear()
    yield _doubles
    for door in _doubles.all():
        door.close()


@pytest.fixture
def city_vault(vault: RunningVault, settings: Any) -> RunningVault:
    """The vault as the one that the city's screens speak with."""
    settings.VAULT = settings.VAULT | {"address": vault.address}
    return vault


class Api:
    """The city's own client, with the requests' common fields filled in."""

    def __init__(self, running: RunningVault) -> None:
        from sesshu.addressees.individual_numbers.client import Vault

        self.running, self.client = running, Vault(running.address)

    def __call__(
        self, path: str, *, municipality: str = ISE, actor: str = "", key: str = "", **fields: Any
    ) -> Any:
        from sesshu.addressees.individual_numbers.client import Asking

        who = self.running.asking(municipality, actor)
        asking = Asking(municipality, who["actor"], "T-1", uuid.UUID(who["request_id"]))
        return self.client.ask(path, asking, key=key, **fields)

    def register(self, number: str = "", addressee: str = "", **others: Any) -> tuple[str, str]:
        """A number and the 宛名番号 that it stands under."""
        number, addressee = number or invented_number(), addressee or invented_addressee()
        self(
            "/v1/numbers/register", key=f"k-{uuid.uuid4()}", number=number, addressee_number=addressee,
            identity_check=checked(), **others,
        )  # fmt: skip
        return number, addressee

    def token(self, addressee: str, purpose: str = "vaccination", **others: Any) -> str:
        return str(self("/v1/tokens", addressee_number=addressee, purpose=purpose, **others)["token"])

    def reveal(self, token: str, purpose: str = "vaccination", **others: Any) -> str:
        shown = clock.now().isoformat()
        said = self("/v1/numbers/reveal", token=token, purpose=purpose, factor_shown_at=shown, **others)
        return str(said["number"])

    def search(self, number: str, **others: Any) -> Any:
        return self("/v1/numbers/search", number=number, **others)["addressee_number"]


@pytest.fixture(scope="session")
def api(vault: RunningVault) -> Api:
    """Calls of the vault as the city."""
    return Api(vault)


def checked() -> dict[str, str]:
    """An identity check."""
    return {"method": "card", "on": clock.today().isoformat(), "by": "試験 職員"}


def answered(done: subprocess.CompletedProcess[str]) -> Any:
    """The JSON of a command."""
    return json.loads(done.stdout)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(door: Any, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while not door.is_open():
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(log.read_text(encoding="utf-8", errors="replace")[-3000:])
        time.sleep(0.05)
