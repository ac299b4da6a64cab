"""``sesshu database``: prepare or stop this installation's database."""

from __future__ import annotations

import argparse

from sesshu.config import database, postgres
from sesshu.kernel.command import Outcome, Refused


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    commands = subparsers.add_parser("database").add_subparsers(dest="action", required=True)
    commands.add_parser("prepare", help="作成・更新して起動する").set_defaults(handler=_prepare)
    commands.add_parser("stop", help="内蔵データベースを停止する").set_defaults(handler=_stop)


def _prepare(arguments: argparse.Namespace) -> Outcome:
    try:
        database.prepare()
    except postgres.ServerError as error:
        raise Refused(str(error)) from error
    return Outcome({"database": database.DATABASE}, "データベースの準備ができました。")


def _stop(arguments: argparse.Namespace) -> Outcome:
    stopped = postgres.stop()
    return Outcome({"stopped": stopped}, "停止しました。" if stopped else "起動していません。")
