"""``sesshu replicas``: begin with the 副本, send what waits, compare them with the ledger."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from sesshu.kernel.command import DONE, DONE_WITH_REJECTED_ROWS, Outcome, Refused


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    replicas = subparsers.add_parser("replicas", help="副本の登録と点検")
    actions = replicas.add_subparsers(dest="action", required=True)
    rebuild = _action(actions, "rebuild", "登録を始める。足りないものをすべて送信待ちにする", _rebuild)
    rebuild.add_argument("--resend", action="store_true", help="登録済みのものももう一度送る")
    _action(actions, "check", "台帳と副本の食い違いを数える", _check)
    _action(actions, "send", "送信待ちのものを送る", _send)


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    words: str,
    handler: Callable[[argparse.Namespace], Outcome],
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=words)
    parser.add_argument("--municipality", required=True, metavar="M", help="市区町村コード（6桁）")
    parser.set_defaults(handler=handler)
    return parser


def _municipality(code: str) -> str:
    from sesshu.protection.services import UnknownMunicipality, ensure_municipality

    try:
        return ensure_municipality(code).code
    except UnknownMunicipality as error:
        raise Refused(str(error)) from error


def _rebuild(arguments: argparse.Namespace) -> Outcome:
    from sesshu.health.replicas import upkeep
    from sesshu.kernel import clock
    from sesshu.protection.tenancy import acting_for

    with acting_for(_municipality(arguments.municipality)):
        done = upkeep.rebuild(by=None, at=clock.now(), today=clock.today(), resend=arguments.resend)
    text = (
        f"送信待ちにしました: 付番 {done['persons']:,}人、副本 {done['records']:,}件、"
        f"再送 {done['again']:,}件。1分ごとの処理が送ります。"
    )
    return Outcome(done, text)


def _check(arguments: argparse.Namespace) -> Outcome:
    from sesshu.health.replicas import upkeep
    from sesshu.protection.tenancy import acting_for

    with acting_for(_municipality(arguments.municipality)):
        found = upkeep.standing()
    lines = [
        f"台帳の接種記録 {found.doses:,}件、登録済みの副本 {found.registered:,}件",
        f"副本にないもの {found.missing:,}件、台帳で取り消されたのに残るもの {found.surplus:,}件",
        f"送信待ち {found.waiting:,}件、受け付けられなかったもの {found.refused:,}件",
    ]
    if not found.started:
        lines.append("まだ始めていません。sesshu replicas rebuild で始めます。")
    lines.append("食い違いはありません。" if found.agrees else "食い違いがあります。")
    return Outcome(found.data(), "\n".join(lines), DONE if found.agrees else DONE_WITH_REJECTED_ROWS)


def _send(arguments: argparse.Namespace) -> Outcome:
    from sesshu.health.replicas import sending

    done = sending.send(_municipality(arguments.municipality))
    data = {"sent": done.sent, "refused": done.refused, "put_off": done.put_off, "message": done.message}
    text = (
        f"送信 {done.sent:,}件、受け付けられなかったもの {done.refused:,}件、"
        f"あとで送るもの {done.put_off:,}件"
    )
    lines = [text, done.message] if done.message else [text]
    left = done.refused or done.put_off
    return Outcome(data, "\n".join(lines), DONE_WITH_REJECTED_ROWS if left else DONE)
