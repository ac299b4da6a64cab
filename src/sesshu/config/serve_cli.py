"""``sesshu serve``: the staff door and the worker of a city's installation, behind its TLS proxy."""

from __future__ import annotations

import argparse

from sesshu.config.processes import serve
from sesshu.kernel.command import Outcome


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("serve")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=2)
    parser.set_defaults(handler=_serve)


def _serve(arguments: argparse.Namespace) -> Outcome:
    address = f"http://{arguments.host}:{arguments.port}/"
    code = serve(
        host=arguments.host,
        port=arguments.port,
        workers=arguments.workers,
        announce=f"職員画面: {address}",
    )
    return Outcome({"address": address}, "", code)
