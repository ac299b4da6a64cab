"""``sesshu network``: enrol and stop institutions, old records, the dispatcher; at the core's own server.

The list's commands stand in :mod:`sesshu.network.list_cli`.
"""

from __future__ import annotations

import argparse
import signal
from dataclasses import asdict
from pathlib import Path

from sesshu.kernel.command import Outcome, Refused
from sesshu.network import list_cli
from sesshu.network.choices import Kind, Part


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    network = subparsers.add_parser("network").add_subparsers(dest="what", required=True)
    _add_enrol(network.add_parser("enrol", help="機関を登録し、証明書と鍵をフォルダーに書き出す"))
    institutions = network.add_parser("institutions", help="登録した機関").add_subparsers(
        dest="act", required=True
    )
    institutions.add_parser("list").set_defaults(handler=_institutions)
    disable = institutions.add_parser("disable", help="機関の接続を止める")
    disable.add_argument("code")
    disable.set_defaults(handler=_disable)
    list_cli.add_commands(network.add_parser("list", help="照会許可用照合リスト"))
    records = network.add_parser("records", help="情報提供等の記録").add_subparsers(dest="act", required=True)
    records.add_parser("expire", help="保存期間(7年)を過ぎた記録を消去する").set_defaults(handler=_expire)
    network.add_parser("state", help="配信待ちの件数").set_defaults(handler=_state)
    network.add_parser("dispatch", help="配信のプロセス").set_defaults(handler=_dispatch)


def _add_enrol(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", help="機関コード(16桁)、市区町村は団体コード(6桁)でもよい")
    parser.add_argument("--name", required=True)
    parser.add_argument("--kind", choices=Kind.values, default=str(Kind.MUNICIPALITY))
    parser.add_argument("--address", required=True, help="中間サーバーの https://ホスト名:ポート")
    parser.add_argument("--folder", type=Path, required=True, help="渡すファイルを書き出すフォルダー")
    for part in (Part.INTERMEDIATE, Part.NUMBERS, Part.JUKI):
        parser.add_argument(
            f"--{part}-request", type=Path, help=f"{part.label}の公開鍵または証明書署名要求(PEM)"
        )
    parser.add_argument(
        "--keys", type=Path, help="sesshu intermediate keys が示した公開鍵のファイル。省略すると鍵も作る"
    )
    parser.set_defaults(handler=_enrol)


def _enrol(arguments: argparse.Namespace) -> Outcome:
    from sesshu.network import core, enrolling
    from sesshu.network.institutions import NotEnrolled

    requests = {
        part: getattr(arguments, f"{part}_request") for part in (Part.INTERMEDIATE, Part.NUMBERS, Part.JUKI)
    }
    try:
        with core.acting():
            institution = enrolling.enrol(
                arguments.code, name=arguments.name, kind=arguments.kind, address=arguments.address,
                folder=arguments.folder, requests=requests, keys=arguments.keys,
            )  # fmt: skip
    except (NotEnrolled, OSError) as refused:
        raise Refused(str(refused)) from None
    return Outcome(
        {"institution": institution.code, "folder": str(arguments.folder)},
        f"「{institution.name}」({institution.code})を登録しました。{arguments.folder} のファイルを、"
        "鍵を含むため安全な方法で渡してください。",
    )


def _institutions(arguments: argparse.Namespace) -> Outcome:
    from sesshu.network.models import Institution

    found = list(Institution.objects.order_by("code").values("code", "name", "kind", "address", "is_active"))
    lines = [
        f"{r['code']}  {Kind(r['kind']).label}  {r['name']}  {r['address']}  "
        + ("有効" if r["is_active"] else "停止")
        for r in found
    ]
    return Outcome({"institutions": found}, "\n".join(lines) or "登録した機関はありません。")


def _disable(arguments: argparse.Namespace) -> Outcome:
    from sesshu.network import core, institutions

    try:
        with core.acting():
            institutions.disable(arguments.code)
    except institutions.NotEnrolled as refused:
        raise Refused(str(refused)) from None
    return Outcome({"institution": arguments.code}, f"「{arguments.code}」の接続を止めました。")


def _expire(arguments: argparse.Namespace) -> Outcome:
    from sesshu.network import core, expiry

    with core.acting():
        done = expiry.expire()
    return Outcome(
        asdict(done),
        f"保存期間を過ぎた記録 {done.records}件(結果{done.endings}件、訂正{done.corrections}件)を消去し、"
        f"期限を過ぎた許可証の控え {done.replies}件、取得番号の控え {done.acquisitions}件を消去しました。",
    )


def _state(arguments: argparse.Namespace) -> Outcome:
    from sesshu.network import waiting

    rows = waiting.letters()
    lines = [
        f"{row['institution']}  {row['label']} {row['count']}件  最も古いもの {row['oldest']:%Y-%m-%d %H:%M}"
        + (f"  応答なし({row['attempts']}回、次は {row['next_at']:%H:%M:%S})" if row["attempts"] else "")
        for row in rows
    ]
    return Outcome({"waiting": rows}, "\n".join(lines) or "配信待ちはありません。")


def _dispatch(arguments: argparse.Namespace) -> Outcome:
    from sesshu.network.dispatcher import Dispatcher

    dispatcher = Dispatcher()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: dispatcher.stop())
    dispatcher.run()
    return Outcome({"stopped": True}, "配信を停止しました。")
