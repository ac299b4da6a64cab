"""``sesshu accounts first``: the first two administrators of a city, when there is nobody yet to approve."""

from __future__ import annotations

import argparse

from sesshu.kernel.command import Outcome, Refused


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    commands = subparsers.add_parser("accounts").add_subparsers(dest="action", required=True)
    first = commands.add_parser("first", help="最初の管理者2人を登録し、登録コードを1度だけ表示する")
    first.add_argument("--municipality", required=True, help="市区町村コード（検査数字を含む6桁）")
    first.add_argument(
        "--login", action="append", required=True, help="利用者ID。2回指定する: システム管理、承認者の順"
    )
    first.add_argument("--name", action="append", default=[], help="氏名。--login と同じ順に2回")
    first.set_defaults(handler=_first)


def _first(arguments: argparse.Namespace) -> Outcome:
    from sesshu.protection.services import UnknownMunicipality
    from sesshu.protection.sign_in.first import NotFirst, open_first

    if len(arguments.login) != 2:
        raise Refused("--login を2回指定してください（1人目はシステム管理、2人目は承認者になります）。")
    if len(arguments.name) not in (0, 2):
        raise Refused("--name は、--login と同じ順に2回指定するか、指定しないでください。")
    try:
        opened = open_first(
            municipality_code=arguments.municipality,
            logins=arguments.login,
            names=arguments.name or arguments.login,
        )
    except (UnknownMunicipality, NotFirst) as error:
        raise Refused(str(error)) from error
    data = [
        {"login": each.login, "role": each.role, "code": each.code, "expires_at": each.expires_at}
        for each in opened
    ]
    lines = [f"  {each.role}  {each.login}  登録コード {each.code}" for each in opened]
    text = "\n".join(
        [
            "管理者を登録しました。登録コードは二度と表示できません。それぞれの本人に直接渡してください。",
            *lines,
            f"有効期限は {opened[0].expires_at:%Y-%m-%d %H:%M} です。"
            "サインイン画面の「登録票を受け取った方」から登録します。",
        ]
    )
    return Outcome({"accounts": data}, text)
