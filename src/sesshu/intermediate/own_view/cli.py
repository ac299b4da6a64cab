"""``sesshu intermediate staff own-view``: a one-time code for the demo's page of the person."""

from __future__ import annotations

import argparse
import re

from sesshu.kernel.command import Outcome, Refused
from sesshu.protocol.codes import INTEGRATED_NUMBER

_NUMBER = INTEGRATED_NUMBER


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("own-view")
    parser.add_argument("--municipality", help="市区町村コード（環境変数 SESSHU_INTERMEDIATE でもよい）")
    parser.add_argument("--person", required=True, help="団体内統合宛名番号（15桁）")
    parser.set_defaults(handler=_issue)


def _issue(arguments: argparse.Namespace) -> Outcome:
    from django.apps import apps

    from sesshu.intermediate import persons, place
    from sesshu.intermediate.sealing import cabinet
    from sesshu.protection.tenancy import acting_for

    if not apps.is_installed("sesshu.intermediate.own_view"):
        raise Refused("本人の画面は、本人確認をしないデモ専用の画面です。本番の設定では使えません。")
    from sesshu.intermediate.own_view import codes

    if not re.fullmatch(_NUMBER, arguments.person):
        raise Refused("--person に、15桁の団体内統合宛名番号を指定してください。")
    with acting_for(place.municipality()):
        if not persons.find([arguments.person], cabinet()):
            raise Refused("この番号の人は、中間サーバーに登録されていません。番号を確かめてください。")
        code = codes.issue(arguments.person)
    return Outcome({"code": code}, f"確認コード {code}（1回だけ、10分以内に /own/ で使えます）")
