"""``sesshu serve``: the staff door and the worker of a city's installation.

With ``--tls`` the door itself speaks TLS and wants a terminal's certificate; without, the city's proxy does.
"""

from __future__ import annotations

import argparse
import os

from sesshu.config import vault
from sesshu.config.doors import Door
from sesshu.config.processes import sequencer, serve, worker
from sesshu.kernel.command import Outcome, Refused

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("serve")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--tls", action="store_true", help="TLS と端末の証明書による認証をこの画面で行う")
    parser.add_argument("--numbers-host", default="127.0.0.1", help="個人番号システムの待ち受けアドレス")
    parser.add_argument("--numbers-port", type=int, default=8443)
    parser.add_argument(
        "--only", choices=("city", "numbers"), help="別のサーバーに分けるとき、ここで動かすシステム"
    )
    parser.set_defaults(handler=_serve)


def _serve(arguments: argparse.Namespace) -> Outcome:
    numbers = vault.door(arguments.numbers_host, arguments.numbers_port, arguments.workers)
    if arguments.only == "numbers":
        code = serve(numbers, others=[vault.keeper()], announce=f"個人番号システム: {numbers.address}")
        return Outcome({"address": numbers.address}, "", code)
    door = Door(arguments.host, arguments.port, arguments.workers, tls=arguments.tls)
    prepare(door)
    announce = f"職員画面: {door.address}"
    if arguments.only == "city":
        code = serve(door, others=[worker(), sequencer()], announce=announce)
    else:
        _connect(arguments.numbers_port)
        code = serve(door, numbers, others=[worker(), sequencer(), vault.keeper()], announce=announce)
    return Outcome({"address": door.address}, "", code)


def _connect(port: int) -> None:
    """City and vault on one machine: the city is put on the vault's list and told its address."""
    from sesshu.protection.models import Municipality

    os.environ.setdefault("SESSHU_NUMBERS_ADDRESS", f"https://localhost:{port}")
    try:
        vault.connect_city(list(Municipality.objects.values_list("code", flat=True)))
    except vault.NotConnected as refused:
        raise Refused(f"個人番号システムへ接続できるようにできません。\n{refused}") from None


def prepare(door: Door) -> None:
    """What a staff door needs before it opens. :raises Refused: when it could not tell its terminals."""
    from django.conf import settings

    if door.tls:
        from sesshu.config import tls

        tls.door_context()  # makes the door's certificate, and fails here where the engineer sees it
    elif settings.TERMINALS_REQUIRED and door.host not in _THIS_MACHINE:
        raise Refused(
            f"TLS なしでは {door.host} で待ち受けません。--tls を付けるか、"
            "TLS を行うプロキシを同じサーバーに置き、"
            "--host を 127.0.0.1 にしてください（docs/operator/terminals.md）。"
        )
    elif settings.TERMINALS_REQUIRED and not settings.TRUSTED_PROXIES:
        raise Refused(
            "端末の証明書を確かめられないため起動しません。--tls を付けるか、TLS を行うプロキシのアドレスを"
            "環境変数 SESSHU_TRUSTED_PROXIES に設定してください（docs/operator/terminals.md）。"
        )
