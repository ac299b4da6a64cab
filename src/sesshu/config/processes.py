"""The processes of one installation: the staff door and the worker, kept together."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from types import FrameType

from sesshu.config.doors import Door

_POLL = 0.2  # seconds


class Stopped(Exception):
    """Someone asked this installation to stop."""


def serve(door: Door, *, announce: str) -> int:
    """Run the door and the worker until a signal comes or one of them ends.

    :param announce: printed once the door answers.
    :returns: 0 after a signal, 1 when a process ended by itself.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    children = [_start(door.command()), _start(_worker())]
    try:
        _wait_until_open(door, children)
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


def _worker() -> list[str]:
    return [sys.executable, "-m", "sesshu.config.manage", "procrastinate", "worker", "--concurrency", "1"]


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches this process first, which then ends the children in order.
    return subprocess.Popen(command, start_new_session=True)


def _wait_until_open(door: Door, children: list[subprocess.Popen[bytes]]) -> None:
    while all(child.poll() is None for child in children) and not door.is_open():
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
