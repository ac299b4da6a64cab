"""``sesshu numbers``: the feed, the list of systems, duplicates and erasures, at the vault's own server."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from sesshu.kernel.command import DONE, DONE_WITH_REJECTED_ROWS, Outcome, Refused
from sesshu.kernel.text_files import NotText
from sesshu.numbers.exchange import cli as exchange_cli
from sesshu.numbers.integrated import cli as integrated_cli
from sesshu.numbers.unregistered import cli as clients_cli
from sesshu.protection.services import UnknownMunicipality, ensure_municipality

_SHOWN = 50


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    numbers = subparsers.add_parser("numbers").add_subparsers(dest="what", required=True)
    load = numbers.add_parser("import", help="宛名番号と個人番号のファイルを取り込む")
    load.add_argument("file", type=Path)
    load.add_argument("--municipality", required=True)
    load.add_argument("--erase-file", action="store_true", help="取込後にファイルを上書きして削除する")
    load.set_defaults(handler=_import)
    erasures = numbers.add_parser("erasures", help="承認済みの消去を完了し、廃棄証明を作る")
    erasures.set_defaults(handler=_erasures)
    alarms = numbers.add_parser("alarms", help="確認待ちの重複警告")
    alarms.add_argument("--municipality", required=True)
    alarms.set_defaults(handler=_alarms)
    _add_systems(numbers.add_parser("systems", help="接続を許可するシステム"))
    integrated_cli.add_commands(numbers.add_parser("integrated", help="団体内統合宛名の名寄せと解除"))
    clients_cli.add_commands(numbers.add_parser("api-clients", help="住登外者宛名番号のAPIを使う業務"))
    exchange_cli.add_commands(numbers)


def _add_systems(parser: argparse.ArgumentParser) -> None:
    systems = parser.add_subparsers(dest="act", required=True)
    allow = systems.add_parser("allow")
    allow.add_argument("client")
    allow.add_argument("--name", required=True)
    allow.add_argument("--certificate", type=Path, required=True)
    allow.add_argument("--public-key", type=Path)
    for option in ("--scopes", "--purposes", "--municipalities"):
        allow.add_argument(option, nargs="+", required=True)
    allow.add_argument("--business", default="019", help="業務ID(3桁)。019は健康管理")
    allow.add_argument(
        "--own-numbers", action="store_true", help="宛名番号が市共通でなく、その業務独自のもの"
    )
    allow.set_defaults(handler=_allow)
    forbid = systems.add_parser("forbid")
    forbid.add_argument("client")
    forbid.set_defaults(handler=_forbid)
    systems.add_parser("list").set_defaults(handler=_list)


def _import(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers import importing

    path: Path = arguments.file
    if not path.is_file():
        raise Refused(f"ファイル {path} がありません。")
    try:
        ensure_municipality(arguments.municipality)
        loaded = importing.load(path, municipality=arguments.municipality, told=_tell)
    except (importing.BadFile, NotText, UnknownMunicipality) as refused:
        raise Refused(str(refused)) from None
    if arguments.erase_file:
        _erase(path)
    counts = {"registered": loaded.registered, "changed": loaded.changed, "unchanged": loaded.unchanged}
    if loaded.codes:
        counts["resident_codes"] = loaded.codes
    text = (
        f"登録 {loaded.registered}件、変更 {loaded.changed}件、変わりなし {loaded.unchanged}件、"
        f"取り込めなかった行 {len(loaded.refused)}件"
    ) + (f"、住民票コード {loaded.codes}件" if loaded.codes else "")
    lines = [text, *loaded.refused[:_SHOWN], *_left_off(loaded.refused), _reminder(arguments.erase_file)]
    code = DONE_WITH_REJECTED_ROWS if loaded.refused else DONE
    return Outcome(counts | {"refused": loaded.refused}, "\n".join(filter(None, lines)), code)


def _tell(done: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}件", end="", file=sys.stderr, flush=True)


def _left_off(refused: Sequence[str]) -> list[str]:
    return [f"ほか{len(refused) - _SHOWN}行。全件は --json で出力できます。"] if len(refused) > _SHOWN else []


def _reminder(erased: bool) -> str:
    return "" if erased else "ファイルには個人番号があります。不要になったら消去してください(--erase-file)。"


def _erase(path: Path) -> None:
    with path.open("r+b") as stream:
        left = path.stat().st_size
        while left > 0:
            left -= stream.write(secrets.token_bytes(min(left, 1 << 20)))
        stream.flush()
    path.unlink()


def _erasures(arguments: argparse.Namespace) -> Outcome:
    from sesshu.protection.keys import destruction
    from sesshu.protection.models import Municipality

    done = [
        row
        for code in Municipality.objects.values_list("code", flat=True)
        for row in destruction.complete(code)
    ]
    return Outcome(
        {"completed": [{"id": str(row.pk), "receipt": row.receipt} for row in done]},
        f"{len(done)}件の消去を完了しました。",
    )


def _alarms(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers import alarms
    from sesshu.protection.tenancy import acting_for

    with acting_for(arguments.municipality):
        rows = [
            {"id": a.pk, "at": a.at, "offered_for": a.offered_for, "held_by": a.held_by, "origin": a.origin}
            for a in alarms.waiting()
        ]
    lines = [f"{r['at']:%Y-%m-%d %H:%M} {r['offered_for']} に登録済みの番号({r['held_by']})" for r in rows]
    return Outcome({"alarms": rows}, "\n".join(lines) or "確認待ちの重複警告はありません。")


def _allow(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers import systems

    try:
        system = systems.allow(
            client=arguments.client,
            name=arguments.name,
            certificate=arguments.certificate.read_bytes(),
            public_key=arguments.public_key.read_bytes() if arguments.public_key else None,
            scopes=arguments.scopes,
            purposes=arguments.purposes,
            municipalities=arguments.municipalities,
            business=arguments.business,
            own_numbers=arguments.own_numbers,
        )
    except (systems.NotListed, OSError) as refused:
        raise Refused(str(refused)) from None
    return Outcome({"client": system.client}, f"「{system.name}」の接続を許可しました。")


def _forbid(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers import systems

    try:
        systems.forbid(arguments.client)
    except systems.NotListed as refused:
        raise Refused(str(refused)) from None
    return Outcome({"client": arguments.client}, f"「{arguments.client}」の接続を止めました。")


def _list(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers.models import System

    rows = list(
        System.objects.order_by("client").values(
            "client", "name", "business", "scopes", "purposes", "is_active"
        )
    )
    lines = [f"{r['client']}  {r['name']}  {'有効' if r['is_active'] else '停止'}" for r in rows]
    return Outcome({"systems": rows}, "\n".join(lines) or "許可したシステムはありません。")
