"""An installation of its own with real processes, for tests that need more than one transaction."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Answer:
    exit_code: int
    data: dict[str, Any]
    stderr: str


@dataclass
class Installation:
    """One home; commands run as a city's engineer runs them."""

    home: Path
    settings: str = "sesshu.config.settings.development"
    environment: dict[str, str] = field(default_factory=dict)

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "SESSHU_HOME": str(self.home),
            "DJANGO_SETTINGS_MODULE": self.settings,
            "SESSHU_PG_DURABLE": os.environ.get("SESSHU_PG_DURABLE", "0"),
            "SESSHU_PG_SHARED_BUFFERS": "128MB",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            **self.environment,
        }

    def sesshu(self, *words: str | Path) -> Answer:
        """Run one command with ``--json`` and read its answer."""
        done = subprocess.run(
            [sys.executable, "-m", "sesshu.config.cli", *map(str, words), "--json"],
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        lines = done.stdout.strip().splitlines()
        return Answer(done.returncode, json.loads(lines[-1]) if lines else {}, done.stderr)

    def start(self, *words: str | Path, module: str = "sesshu.config.cli") -> subprocess.Popen[str]:
        """Start a command and go on; the caller ends it."""
        return subprocess.Popen(
            [sys.executable, "-m", module, *map(str, words)],
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def start_worker(self) -> subprocess.Popen[str]:
        return self.start("procrastinate", "worker", "--concurrency", "1", module="sesshu.config.manage")

    def stop(self) -> None:
        self.sesshu("database", "stop")


@contextmanager
def installation(home: Path, **options: Any) -> Iterator[Installation]:
    home.chmod(0o711)
    made = Installation(home, **options)
    try:
        yield made
    finally:
        made.stop()


@contextmanager
def staff_door(made: Installation) -> Iterator[str]:
    """The staff door and the worker, as ``serve`` runs them; yields the address."""
    port = free_port()
    process = made.start("serve", "--only", "city", "--port", str(port), "--workers", "1")
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(f"{address}/health/"), "the staff door answers", process)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


@contextmanager
def both_doors(made: Installation) -> Iterator[str]:
    """City and vault together, as ``serve`` runs them; yields the staff door's address. Commands after it
    reach the same vault.
    """
    port, numbers = free_port(), free_port()
    words = ("--port", str(port), "--numbers-port", str(numbers), "--workers", "1")
    made.environment["SESSHU_NUMBERS_ADDRESS"] = f"https://localhost:{numbers}"
    process = made.start("serve", *words)
    address = f"http://localhost:{port}"
    try:
        wait_until(lambda: _answers(f"{address}/health/"), "the staff door answers", process)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


@contextmanager
def intermediate_door(made: Installation, municipality: str) -> Iterator[str]:
    """An intermediate server's staff web with its worker and sequencer; yields the address."""
    port = free_port()
    process = made.start(
        "intermediate", "staff", "serve", "--municipality", municipality, "--port", str(port)
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(f"{address}/health/"), "the staff door answers", process)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


@contextmanager
def tls_door(made: Installation) -> Iterator[int]:
    """The staff door that does its own TLS (``serve --tls``); yields its port."""
    port = free_port()
    process = made.start("serve", "--only", "city", "--tls", "--port", str(port), "--workers", "1")
    # What the door warns of (refused handshakes) must not fill the pipe.
    assert process.stdout is not None
    try:
        announced = process.stdout.readline()
        assert "https://" in announced, process.communicate()[1][-2000:]
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def wait_until(
    condition: Callable[[], bool],
    what: str,
    process: subprocess.Popen[str] | None = None,
    seconds: float = 60,
    pause: float = 0.05,
) -> None:
    """Poll ``condition`` until it holds; fail with ``what`` when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        if process is not None and process.poll() is not None:
            raise AssertionError(f"ended before {what}: {process.communicate()[1][-2000:]}")
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain until {what}")
        time.sleep(pause)


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
