"""``sesshu numbers api-clients``: the businesses that may call the API for 住登外者宛名番号."""

from __future__ import annotations

import argparse

from sesshu.kernel.command import Outcome, Refused


def add_commands(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True)
    allow = acts.add_parser("allow", help="業務を登録し、クライアントIDとシークレットを発行する")
    allow.add_argument("--name", required=True)
    allow.add_argument("--municipality", required=True)
    allow.add_argument("--business", required=True, help="業務ID(3桁)")
    allow.add_argument("--scopes", nargs="+", required=True)
    allow.set_defaults(handler=_allow)
    for word, handler, told in (
        ("renew", _renew, "シークレットを変える"),
        ("forbid", _forbid, "登録を止める"),
    ):
        act = acts.add_parser(word, help=told)
        act.add_argument("client")
        act.set_defaults(handler=handler)
    acts.add_parser("list").set_defaults(handler=_list)


def _allow(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers.unregistered import clients

    try:
        client = clients.allow(
            name=arguments.name,
            municipality=arguments.municipality,
            business=arguments.business,
            scopes=arguments.scopes,
        )
    except clients.NotListed as refused:
        raise Refused(str(refused)) from None
    return _told(client.client_id, clients.secret(client))


def _renew(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers.unregistered import clients

    try:
        client = clients.renew(arguments.client)
    except clients.NotListed as refused:
        raise Refused(str(refused)) from None
    return _told(client.client_id, clients.secret(client))


def _told(client: str, secret: str) -> Outcome:
    text = (
        f"クライアントID: {client}\nシークレット: {secret}\n"
        "シークレットは安全な方法で業務システムに渡してください。"
    )
    return Outcome({"client_id": client, "client_secret": secret}, text)


def _forbid(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers.unregistered import clients

    try:
        clients.forbid(arguments.client)
    except clients.NotListed as refused:
        raise Refused(str(refused)) from None
    return Outcome({"client": arguments.client}, f"「{arguments.client}」の登録を止めました。")


def _list(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers.unregistered.models import ApiClient

    rows = list(
        ApiClient.objects.order_by("city", "business").values(
            "client_id", "name", "city", "business", "scopes", "is_active"
        )
    )
    lines = [f"{r['client_id']}  {r['name']}  {'有効' if r['is_active'] else '停止'}" for r in rows]
    return Outcome({"clients": rows}, "\n".join(lines) or "登録した業務はありません。")
