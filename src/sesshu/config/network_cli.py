"""``sesshu network serve``: the core's door and its dispatcher on one server."""

from __future__ import annotations

import argparse
import sys

from sesshu.config import doors, tls
from sesshu.config.doors import Door
from sesshu.config.processes import serve
from sesshu.kernel.command import Outcome


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    network = subparsers.add_parser("network").add_subparsers(dest="what", required=True)
    parser = network.add_parser("serve")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8460)
    parser.add_argument("--workers", type=int, default=2)
    parser.set_defaults(handler=_serve)


def dispatcher() -> list[str]:
    """The process that takes the outbox to the institutions."""
    return [sys.executable, "-m", "sesshu.config.cli", "network", "dispatch"]


def _serve(arguments: argparse.Namespace) -> Outcome:
    tls.door_context()  # makes the door's certificate, and fails here where the engineer sees it
    door = Door(arguments.host, arguments.port, arguments.workers, tls=True, application=doors.NETWORK)
    code = serve(door, others=[dispatcher()], announce=f"情報提供ネットワークシステム: {door.address}")
    return Outcome({"address": door.address}, "", code)
