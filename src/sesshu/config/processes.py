"""The processes of one installation: the staff door, the worker and the log's sequencer, kept together."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

_POLL = 0.2  # seconds


class Stopped(Exception):
    """Someone asked this installation to stop."""


def serve(*, host: str, port: int, workers: int, announce: str) -> int:
    """Run the door, the worker and the sequencer until a signal comes or one of them ends.

    :param announce: printed once the door answers.
    :returns: 0 after a signal, 1 when a process ended by itself.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    children = [_start(_door(host, port, workers)), _start(_worker()), _start(_sequencer())]
    try:
        _wait_until_open(f"http://{host}:{port}/health/", children)
        print(announce, flush=True)
        while all(child.poll() is None for child in children):
            time.sleep(_POLL)
        return 1
    except Stopped:
        return 0
    finally:
        _end(children)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


def _door(host: str, port: int, workers: int) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "4", "--no-ws", "--log-level", "warning",
        "sesshu.config.wsgi:application",
    ]  # fmt: skip


def _worker() -> list[str]:
    return [sys.executable, "-m", "sesshu.config.manage", "procrastinate", "worker", "--concurrency", "1"]


def _sequencer() -> list[str]:
    return [sys.executable, "-m", "sesshu.config.cli", "audit", "sequence"]


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches this process first, which then ends the children in order.
    return subprocess.Popen(command, start_new_session=True)


def _wait_until_open(address: str, children: list[subprocess.Popen[bytes]]) -> None:
    while all(child.poll() is None for child in children):
        try:
            with urlopen(address, timeout=5) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(_POLL)


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
