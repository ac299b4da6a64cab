"""``sesshu intermediate staff serve``: an intermediate server's staff web, its worker and its sequencer."""

from __future__ import annotations

import argparse

from sesshu.config import doors, intermediate_staff
from sesshu.config.doors import Door
from sesshu.config.processes import serve
from sesshu.config.serve_cli import prepare
from sesshu.kernel.command import Outcome


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("serve")
    parser.add_argument("--municipality", help="市区町村コード（環境変数 SESSHU_INTERMEDIATE でもよい）")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8500)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--tls", action="store_true", help="TLS と端末の証明書による認証をこの画面で行う")
    parser.set_defaults(handler=_serve)


def _serve(arguments: argparse.Namespace) -> Outcome:
    from django.conf import settings

    code = str(settings.INTERMEDIATE)
    door = Door(
        arguments.host, arguments.port, arguments.workers, tls=arguments.tls,
        application=doors.INTERMEDIATE_STAFF, environment=intermediate_staff.environment(code),
    )  # fmt: skip
    prepare(door)
    ended = serve(
        door,
        others=intermediate_staff.processes(code),
        announce=f"中間サーバー（{code}）の職員画面: {door.address}",
    )
    return Outcome({"address": door.address}, "", ended)
