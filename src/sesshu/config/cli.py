"""``sesshu``: the whole house from the command line.

Each room keeps its commands in its own ``cli.py``; this module finds the room by the first word, so that a
command loads no more than it needs. Exit status: 0 done, 1 done with rejected rows, 2 refused.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import json
import os
import sys
from dataclasses import dataclass
from typing import Any, NoReturn

from sesshu.config import intermediate_staff
from sesshu.kernel.command import REFUSED, Outcome, Refused


@dataclass(frozen=True)
class _Room:
    module: str
    database: bool
    summary: str
    system: str = "city"
    role: str = "application"


_ROOMS = {
    "schedule": _Room("sesshu.schedule.cli", False, "接種スケジュールの判定"),
    "schedule impact": _Room("sesshu.health.eligibility.impact_cli", True, "改正や基準日の違いの影響"),
    "demo-data": _Room("sesshu.demo.cli", False, "架空の住民・接種記録ファイルの作成"),
    "residents": _Room("sesshu.addressees.cli", True, "住民ファイルの取込"),
    "results": _Room("sesshu.health.intake.cli", True, "接種結果ファイルの取込"),
    "eligibility": _Room("sesshu.health.eligibility.cli", True, "対象者情報の更新と点検"),
    "targets": _Room("sesshu.health.eligibility.cli", True, "対象者の抽出"),
    "questionnaires": _Room("sesshu.health.notices.cli", True, "予診票の印刷"),
    "reminders": _Room("sesshu.health.notices.cli", True, "再勧奨通知の印刷"),
    "unvaccinated": _Room("sesshu.health.reporting.cli", True, "未接種者一覧"),
    "roster": _Room("sesshu.health.reporting.cli", True, "接種名簿"),
    "report": _Room("sesshu.health.reporting.cli", True, "報告の集計"),
    "accounts first": _Room("sesshu.protection.sign_in.cli", True, "最初の管理者2人の登録"),
    "terminals": _Room("sesshu.protection.terminals.cli", True, "最初の端末の登録、失効リスト"),
    "keys": _Room("sesshu.protection.keys.cli", True, "暗号鍵の状態・更新・廃棄"),
    "retention": _Room("sesshu.protection.retention.cli", True, "市区町村のすべてのデータの消去"),
    "numbers": _Room("sesshu.numbers.cli", True, "個人番号の取込・消去", "numbers"),
    "network": _Room("sesshu.network.cli", True, "ネットワークの配信とその状況", "network"),
    "network enrol": _Room("sesshu.network.cli", True, "機関の登録", "network", "owner"),
    "network institutions": _Room("sesshu.network.cli", True, "登録した機関", "network", "owner"),
    "network list": _Room("sesshu.network.cli", True, "照会許可用照合リスト", "network", "owner"),
    "network records": _Room("sesshu.network.cli", True, "古い記録の消去", "network", "owner"),
    "network serve": _Room("sesshu.config.network_cli", True, "ネットワークの起動", "network"),
    "number-uses": _Room("sesshu.addressees.individual_numbers.cli", True, "個人番号の利用記録の照合"),
    "intermediate": _Room(
        "sesshu.intermediate.cli", True, "中間サーバーの準備・送受信・登録", "intermediate"
    ),
    "intermediate staff": _Room("", True, "中間サーバーの職員画面", "intermediate-staff"),
    "numbers systems": _Room("sesshu.numbers.cli", True, "接続を許可するシステム", "numbers", "owner"),
    "numbers api-clients": _Room("sesshu.numbers.cli", True, "住登外者宛名番号のAPI", "numbers", "owner"),
    "accounts keep": _Room("sesshu.protection.accounts.cli", True, "棚卸しで止まった権限の継続"),
    "audit": _Room("sesshu.protection.trail.cli", True, "操作記録の検証・書出し・署名"),
    "audit witness": _Room("sesshu.protection.trail.files_cli", False, "ほかの団体の操作記録の証人"),
    "audit verify-files": _Room("sesshu.protection.trail.files_cli", False, "書き出した操作記録の検証"),
    "institutions": _Room("sesshu.health.inquiries.cli", True, "照会先の機関の一覧の取込"),
    "inquiries": _Room("sesshu.health.inquiries.cli", True, "情報照会の送信と回答の受取"),
    "replicas": _Room("sesshu.health.replicas.cli", True, "副本の登録と点検"),
    "database": _Room("sesshu.config.database_cli", False, "データベースの準備・停止"),
    "demo": _Room("sesshu.config.demo_cli", True, "架空の2市でデモを起動", "all"),
    "serve": _Room("sesshu.config.serve_cli", True, "職員画面の起動", "all"),
}


# What follows the words "intermediate staff": the same commands, on that system's own database.
_STAFF_ROOMS = {
    "serve": _Room("sesshu.config.intermediate_staff_cli", True, "職員画面の起動"),
    "demo-accounts": _Room("sesshu.config.intermediate_demo_cli", True, "デモの利用者の登録（デモのみ）"),
    "own-view": _Room("sesshu.intermediate.own_view.cli", True, "本人の画面のデモ用コード（デモのみ）"),
    **{
        name: room
        for name, room in _ROOMS.items()
        if name.split()[0] in ("accounts", "terminals", "audit") and room.database
    },
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Refused(f"{message}\n使い方: {self.format_usage().removeprefix('usage: ').strip()}")


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        outcome = _outcome(words)
        _print(outcome, wants_json="--json" in words)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads on; nothing to say
        return REFUSED
    return outcome.exit_code


def _outcome(words: list[str]) -> Outcome:
    try:
        return _run(words)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return Outcome({"error": str(refusal)}, "", REFUSED)


def _run(words: list[str], rooms: dict[str, _Room] = _ROOMS, system: str = "") -> Outcome:
    name = _name(words, rooms)
    if name is None:
        return Outcome({"commands": sorted(rooms)}, _overview(rooms))
    room = rooms.get(name)
    if room is None:
        raise Refused(f"「{name}」というコマンドはありません。\n{_overview(rooms)}")
    if name == "intermediate staff":
        return _run([word for word in words if word not in name.split()], _STAFF_ROOMS, room.system)
    if room.database:
        system = system or _system_asked(words) or room.system
        if system.startswith("intermediate"):
            _choose_intermediate(words)
        # The end of a municipality takes with it what the vault's own role may never remove.
        is_the_end = (name, system) == ("retention", "numbers")
        _prepare_database(system, "owner" if is_the_end else room.role)
    parser = _parser(room.module)
    parsed = parser.parse_args(words)
    return _handled(parsed, room.database)


def _handled(parsed: argparse.Namespace, database: bool) -> Outcome:
    outcome: Outcome
    if not database:
        outcome = parsed.handler(parsed)
        return outcome
    from sesshu.protection.audit import NotRecorded

    try:
        outcome = parsed.handler(parsed)
    except NotRecorded as error:
        raise Refused(str(error)) from error
    return outcome


def _name(words: list[str], rooms: dict[str, _Room]) -> str | None:
    """The first word, or the first two where a room answers to both; a file of persons needs no database."""
    plain = [word for word in words if not word.startswith("-")]
    both = " ".join(plain[:2])
    if both in rooms and "--persons" not in words:
        return both
    return plain[0] if plain else None


def _parser(module: str) -> argparse.ArgumentParser:
    parser = _Parser(prog="sesshu")
    parser.add_argument("--json", action="store_true", help="結果を JSON で出力する")
    subparsers = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    importlib.import_module(module).add_commands(subparsers)
    for choice in _leaves(subparsers):
        if "--json" not in choice._option_string_actions:
            choice.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    return parser


def _leaves(subparsers: Any) -> list[argparse.ArgumentParser]:
    found = []
    for parser in subparsers.choices.values():
        nested = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
        found += [leaf for action in nested for leaf in _leaves(action)] if nested else [parser]
    return found


def _system_asked(words: list[str]) -> str:
    """Of ``--system``, where it names one with a database of its own."""
    told = [value for option, value in itertools.pairwise(words) if option == "--system"]
    told += [word.partition("=")[2] for word in words if word.startswith("--system=")]
    return next((each for each in told if each in ("numbers", "network", "intermediate")), "")


def _choose_intermediate(words: list[str]) -> None:
    """Of which municipality: each has a process, a database and keys of its own."""
    from sesshu.kernel.check_digits import is_municipality_code

    told = [value for option, value in itertools.pairwise(words) if option == "--municipality"]
    told += [word.partition("=")[2] for word in words if word.startswith("--municipality=")]
    code = told[0] if told else os.environ.get("SESSHU_INTERMEDIATE", "")
    if not is_municipality_code(code):
        raise Refused("--municipality に、検査数字を含む6桁の市区町村コードを指定してください。")
    os.environ["SESSHU_INTERMEDIATE"] = code


def _prepare_database(system: str, role: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sesshu.config.settings.production")
    if role != "application":
        os.environ["SESSHU_DB_ROLE"] = role
    if system in ("numbers", "network", "intermediate"):
        os.environ["DJANGO_SETTINGS_MODULE"] = f"sesshu.config.settings.{system}"
    if system == "intermediate-staff":
        os.environ["DJANGO_SETTINGS_MODULE"] = intermediate_staff.settings_module()
    from sesshu.config import database
    from sesshu.config.postgres import ServerError

    systems = {
        "city": (database.CITY,), "numbers": (database.NUMBERS,), "network": (database.NETWORK,),
    }.get(system, ())  # fmt: skip
    if system.startswith("intermediate"):
        systems = (database.intermediate(os.environ["SESSHU_INTERMEDIATE"]),)
    try:
        database.prepare(*systems)
        import django

        django.setup()
    except ServerError as error:
        raise Refused(str(error)) from error


def _print(outcome: Outcome, wants_json: bool) -> None:
    if wants_json:
        print(json.dumps(outcome.data, ensure_ascii=False, default=str))
    elif outcome.text:
        print(outcome.text)


def _overview(rooms: dict[str, _Room]) -> str:
    width = max(map(len, rooms))
    lines = [f"  {name:<{width}}  {room.summary}" for name, room in rooms.items()]
    return "\n".join(["使い方: sesshu コマンド [--json] …", *lines])


if __name__ == "__main__":
    sys.exit(main())
