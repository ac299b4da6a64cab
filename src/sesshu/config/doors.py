"""The server processes of a door: granian behind a city's own proxy, gunicorn where the door itself does TLS.

granian hands no client certificate to the application; gunicorn does.
"""

from __future__ import annotations

import socket
import ssl
import sys
from dataclasses import dataclass
from urllib.error import URLError
from urllib.request import urlopen

STAFF = "sesshu.config.wsgi:application"
NUMBERS = "sesshu.config.numbers_wsgi:application"
NETWORK = "sesshu.config.network_wsgi:application"
INTERMEDIATE = "sesshu.config.intermediate_wsgi:application"
INTERMEDIATE_STAFF = "sesshu.config.intermediate_staff_wsgi:application"
_EXCHANGE = "sesshu.config.exchange_door"
_CONFIGURATIONS = {
    STAFF: "sesshu.config.tls_door",
    NUMBERS: "sesshu.config.numbers_door",
    NETWORK: _EXCHANGE,
    INTERMEDIATE: _EXCHANGE,
    INTERMEDIATE_STAFF: _EXCHANGE,
}


@dataclass(frozen=True, slots=True)
class Door:
    """Where a door stands. With ``tls`` it wants a client certificate of the city's authority."""

    host: str
    port: int
    workers: int = 1
    tls: bool = False
    application: str = STAFF
    environment: tuple[tuple[str, str], ...] = ()

    @property
    def address(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}/"

    def command(self) -> list[str]:
        """The command that runs it."""
        return self._gunicorn() if self.tls else self._granian()

    def is_open(self) -> bool:
        """Whether it answers; at the TLS door a handshake is answer enough, as we have no certificate."""
        return self._shakes_hands() if self.tls else self._says_it_is_well()

    def is_taken(self) -> bool:
        """Whether somebody else listens there already."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError:
                return True
        return False

    def _granian(self) -> list[str]:
        named = ["env", *(f"{name}={value}" for name, value in self.environment)] if self.environment else []
        return [
            *named, sys.executable, "-m", "granian", "--interface", "wsgi", "--host", self.host,
            "--port", str(self.port), "--workers", str(self.workers), "--blocking-threads", "4",
            "--no-ws", "--log-level", "warning", self.application,
        ]  # fmt: skip

    def _gunicorn(self) -> list[str]:
        return [
            sys.executable, "-m", "gunicorn", "--config", f"python:{_CONFIGURATIONS[self.application]}",
            "--bind", f"{self.host}:{self.port}", "--workers", str(self.workers),
            *(f"--env={name}={value}" for name, value in self.environment), self.application,
        ]  # fmt: skip

    def _says_it_is_well(self) -> bool:
        try:
            with urlopen(f"{self.address}health/", timeout=5) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def _shakes_hands(self) -> bool:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            with socket.create_connection((self.host, self.port), timeout=5) as plain:
                plain.settimeout(5)
                with context.wrap_socket(plain) as wrapped:
                    return wrapped.version() is not None
        except (ssl.SSLError, OSError):
            return False
