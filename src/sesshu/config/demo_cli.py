"""``bin/demo``: two invented cities, loaded and running, for a newcomer to walk about in."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from sesshu.config import demo_numbers, vault
from sesshu.config.doors import Door
from sesshu.config.home import home
from sesshu.config.processes import sequencer, serve, worker
from sesshu.kernel.command import Outcome, Refused

_CITIES = (("242039", "ise", 1.0), ("192015", "kofu", 0.3))


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("demo")
    parser.add_argument("--residents", type=int, default=12_000, help="伊勢市の住民数")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--numbers-port", type=int, default=8443, help="個人番号システムのポート")
    parser.add_argument("--no-serve", action="store_true", help="データだけを用意する")
    parser.set_defaults(handler=_demo)


def _demo(arguments: argparse.Namespace) -> Outcome:
    from django.conf import settings

    if not settings.DEMO_SIGN_IN:
        raise Refused("デモは本番の設定では動きません。bin/demo から起動してください。")
    for municipality, login, share in _CITIES:
        _prepare(municipality, login, max(200, int(arguments.residents * share)), arguments.seed)
    os.environ["SESSHU_NUMBERS_ADDRESS"] = f"https://localhost:{arguments.numbers_port}"
    vault.connect_city([city for city, _, _ in _CITIES])
    for city, _, _ in _CITIES:
        demo_numbers.give(city, _folder() / city, seed=arguments.seed)
    if arguments.no_serve:
        return Outcome({"folder": str(_folder())}, f"デモのデータを用意しました: {_folder()}")
    address = f"http://localhost:{arguments.port}/"
    announce = _announcement(address, settings.DEMO_PASSWORD)
    code = serve(
        Door("127.0.0.1", arguments.port),
        vault.door("127.0.0.1", arguments.numbers_port),
        others=[worker(), sequencer(), vault.keeper()],
        announce=announce,
    )
    return Outcome({"address": address}, "", code)


def _folder() -> Path:
    return home() / "demo"


def _announcement(address: str, password: str) -> str:
    return "\n".join(
        [
            "",
            f"  Sesshu（接種）のデモが動いています: {address}",
            f"  利用者ID demo-ise または demo-kofu、パスワード {password}",
            f"  取込に使うファイル: {_folder()}",
            "  終了は Ctrl-C",
            "",
        ]
    )


def _prepare(code: str, login: str, residents: int, seed: int) -> None:
    from django.conf import settings

    from sesshu.demo.installing import install

    install(
        municipality_code=code,
        login=f"demo-{login}",
        password=settings.DEMO_PASSWORD,
        residents=residents,
        seed=seed,
        folder=_folder() / code,
        tell=lambda text: print(text, flush=True),
    )
