"""``sesshu institutions import``: whom one may ask. ``sesshu inquiries turn``: send and collect now."""

from __future__ import annotations

import argparse
from pathlib import Path

from sesshu.kernel.command import DONE, DONE_WITH_REJECTED_ROWS, Outcome, Refused

_SHOWN = 20


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    institutions = subparsers.add_parser("institutions", help="照会先の機関の一覧")
    actions = institutions.add_subparsers(dest="action", required=True)
    importing = actions.add_parser("import", help="照会先の機関の一覧（CSV）を取り込む")
    importing.add_argument("file", type=Path, metavar="FILE", help="一覧（docs/formats/institutions.md）")
    importing.add_argument("--municipality", required=True, metavar="M", help="市区町村コード（6桁）")
    importing.set_defaults(handler=_import)
    inquiries = subparsers.add_parser("inquiries", help="情報照会")
    actions = inquiries.add_subparsers(dest="action", required=True)
    turn = actions.add_parser("turn", help="待っている照会を送り、届いた回答を受け取る")
    turn.add_argument("--municipality", required=True, metavar="M", help="市区町村コード（6桁）")
    turn.set_defaults(handler=_turn)


def _import(arguments: argparse.Namespace) -> Outcome:
    from sesshu.health.inquiries import institutions
    from sesshu.kernel.cells import TableError
    from sesshu.protection.tenancy import acting_for

    if not arguments.file.is_file():
        raise Refused(f"ファイル「{arguments.file}」がありません。")
    try:
        with acting_for(_municipality(arguments.municipality)):
            report = institutions.load(arguments.file, by=None)
    except TableError as error:
        raise Refused(str(error)) from error
    lines = [
        f"{report.rows}行: 新規 {report.created}、変更 {report.updated}、"
        f"選べなくなったもの {report.unlisted}、エラー {len(report.errors)}"
    ]
    lines += [error.message for error in report.errors[:_SHOWN]]
    code = DONE_WITH_REJECTED_ROWS if report.errors else DONE
    return Outcome(report.data(), "\n".join(lines), code)


def _turn(arguments: argparse.Namespace) -> Outcome:
    from django.conf import settings

    from sesshu.health.inquiries import asking, collecting

    if not settings.VAULT["address"]:
        raise Refused("個人番号システムの接続先が設定されていません（SESSHU_NUMBERS_ADDRESS）。")
    code = _municipality(arguments.municipality)
    data = {"sent": asking.send(code), "cancelled": asking.cancel(code), "received": collecting.collect(code)}
    text = f"送信 {data['sent']}件、取りやめ {data['cancelled']}件、受け取った回答 {data['received']}件"
    return Outcome(data, text)


def _municipality(code: str) -> str:
    from sesshu.protection.services import UnknownMunicipality, ensure_municipality

    try:
        return ensure_municipality(code).code
    except UnknownMunicipality as error:
        raise Refused(str(error)) from error
