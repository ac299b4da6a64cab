"""``sesshu serve``: the staff door and the worker of a city's installation.

With ``--tls`` the door itself speaks TLS and wants a terminal's certificate; without, the city's proxy does.
"""

from __future__ import annotations

import argparse

from sesshu.config.doors import Door
from sesshu.config.processes import serve
from sesshu.kernel.command import Outcome, Refused


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("serve")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--tls", action="store_true", help="TLS と端末の証明書による認証をこの画面で行う")
    parser.set_defaults(handler=_serve)


def _serve(arguments: argparse.Namespace) -> Outcome:
    door = Door(arguments.host, arguments.port, arguments.workers, tls=arguments.tls)
    _prepare(door)
    code = serve(door, announce=f"職員画面: {door.address}")
    return Outcome({"address": door.address}, "", code)


def _prepare(door: Door) -> None:
    from django.conf import settings

    if door.tls:
        from sesshu.config import tls

        tls.door_context()  # makes the door's certificate, and fails here where the engineer sees it
    elif settings.TERMINALS_REQUIRED and not settings.TRUSTED_PROXIES:
        raise Refused(
            "端末の証明書を確かめられないため起動しません。--tls を付けるか、TLS を行うプロキシのアドレスを"
            "環境変数 SESSHU_TRUSTED_PROXIES に設定してください（docs/operator/terminals.md）。"
        )
