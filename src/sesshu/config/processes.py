"""The processes of one installation: the staff door, the worker and the log's sequencer, kept together."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType

from sesshu.config.doors import Door
from sesshu.kernel.command import Refused

_POLL = 0.2  # seconds


class Stopped(Exception):
    """Someone asked this installation to stop."""


def serve(
    *doors: Door, others: Sequence[list[str]], announce: str, first: Callable[[], None] | None = None
) -> int:
    """Run doors and other processes until a signal comes or one of them ends.

    :param others: commands, such as :func:`worker`.
    :param announce: printed once every door answers. :param first: what is done just before.
    :returns: 0 after a signal, 1 when a process ended by itself.
    :raises Refused: when the port of a door is taken.
    """
    for door in doors:
        if door.is_taken():
            raise Refused(
                f"ポート {door.port} は、ほかのプログラムが使っています。そのプログラムを止めるか、"
                "--port または --numbers-port で別の番号を指定してください。"
            )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    children = [_start(command) for command in (*(door.command() for door in doors), *others)]
    try:
        for door in doors:
            if not _opens(door, children):
                return 1
        if first:
            first()
        print(announce, flush=True)
        while all(child.poll() is None for child in children):
            time.sleep(_POLL)
        return 1
    except Stopped:
        return 0
    finally:
        _end(children)


def _stop(number: int, frame: FrameType | None) -> None:
    # Who presses Ctrl-C twice, or is told by two at once, must not leave half of them running.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    raise Stopped


def worker() -> list[str]:
    """The city's worker of jobs."""
    return [sys.executable, "-m", "sesshu.config.manage", "procrastinate", "worker", "--concurrency", "1"]


def sequencer() -> list[str]:
    """Gives committed events of the audit log their places in the Merkle tree."""
    return [sys.executable, "-m", "sesshu.config.cli", "audit", "sequence"]


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches this process first, which then ends the children in order.
    return subprocess.Popen(command, start_new_session=True)


def _opens(door: Door, children: list[subprocess.Popen[bytes]]) -> bool:
    """Wait until the door answers; False when a process ended before."""
    while not door.is_open():
        if any(child.poll() is not None for child in children):
            return False
        time.sleep(_POLL)
    return True


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
