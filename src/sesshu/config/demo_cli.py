"""``bin/demo``: two invented cities, loaded and running, for a newcomer to walk about in."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from sesshu.config import demo_exchange, demo_numbers, exchange, vault
from sesshu.config.doors import Door
from sesshu.config.home import home
from sesshu.config.processes import sequencer, serve, worker
from sesshu.kernel.command import Outcome, Refused

_CITIES = (("242039", "ise", 1.0), ("192015", "kofu", 0.3))
# Families move from the second to the first.
_LEFT, _REACHED = "192015", "242039"
_NAMES = {"242039": "伊勢市", "192015": "甲府市"}


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("demo")
    parser.add_argument("--residents", type=int, default=12_000, help="伊勢市の住民数")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--numbers-port", type=int, default=8443, help="個人番号システムのポート")
    parser.add_argument("--exchange-port", type=int, default=8460, help="情報連携の最初のポート")
    parser.add_argument("--no-serve", action="store_true", help="データだけを用意する")
    parser.set_defaults(handler=_demo)


def _demo(arguments: argparse.Namespace) -> Outcome:
    from django.conf import settings

    if not settings.DEMO_SIGN_IN:
        raise Refused("デモは本番の設定では動きません。bin/demo から起動してください。")
    for municipality, login, share in _CITIES:
        _prepare(municipality, login, max(200, int(arguments.residents * share)), arguments.seed)
    came = demo_exchange.move(_LEFT, _REACHED, _folder())
    # For the processes to come and for this one, whose settings are read already.
    settings.VAULT["address"] = f"https://localhost:{arguments.numbers_port}"
    os.environ["SESSHU_NUMBERS_ADDRESS"] = settings.VAULT["address"]
    vault.connect_city([city for city, _, _ in _CITIES])
    for city, _, _ in _CITIES:
        known = {here: f"{_LEFT}/{there}" for here, there in came.items()} if city == _REACHED else {}
        demo_numbers.give(city, _folder() / city, seed=arguments.seed, came=known)
    if arguments.no_serve:
        return Outcome({"folder": str(_folder())}, f"デモのデータを用意しました: {_folder()}")
    sites = _sites(arguments.exchange_port)
    servers = list(sites.values())
    exchange.set_up(servers, arguments.exchange_port)
    exchange.open_demo_accounts(servers)
    address = f"http://localhost:{arguments.port}/"
    code = serve(
        Door("127.0.0.1", arguments.port),
        vault.door("127.0.0.1", arguments.numbers_port),
        *exchange.doors_of(servers, arguments.exchange_port),
        *exchange.staff_doors_of(servers),
        others=[
            worker(),
            sequencer(),
            vault.keeper(),
            *exchange.dispatchers(servers),
            *exchange.staff_processes(servers),
        ],
        announce=_announcement(address, settings.DEMO_PASSWORD, servers),
        first=lambda: demo_exchange.begin(sites[_LEFT], sites[_REACHED], "demo-ise", _folder(), _tell),
    )
    return Outcome({"address": address}, "", code)


def _sites(network_port: int) -> dict[str, exchange.Site]:
    """An intermediate server for each city, on the ports after the network's."""
    return {
        city: exchange.Site(city, _NAMES[city], network_port + place)
        for place, (city, _, _) in enumerate(_CITIES, 1)
    }


def _tell(text: str) -> None:
    print(text, flush=True)


def _folder() -> Path:
    return home() / "demo"


def _announcement(address: str, password: str, servers: list[exchange.Site]) -> str:
    return "\n".join(
        [
            "",
            f"  Sesshu（接種）のデモが動いています: {address}",
            f"  利用者ID demo-ise または demo-kofu、パスワード {password}",
            *(
                f"  {site.name}の中間サーバー: http://localhost:{site.port + 10}/"
                f"（demo-desk、demo-decider など）、本人の画面 http://localhost:{site.port + 10}/own/"
                for site in servers
            ),
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
        tell=_tell,
    )
