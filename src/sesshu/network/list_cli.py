"""``sesshu network list``: look a list's file over, publish it, show and compare versions."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sesshu.kernel import clock
from sesshu.kernel.command import Outcome, Refused

if TYPE_CHECKING:
    from sesshu.protocol.messages import Row


def add_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="act", required=True)
    lint = commands.add_parser("lint", help="ファイルを点検する")
    publish = commands.add_parser("publish", help="新しい版として公開する")
    show = commands.add_parser("show", help="版の行を表示する")
    diff = commands.add_parser("diff", help="版とファイルの違いを表示する")
    for each in (lint, publish):
        each.add_argument("file", type=Path, nargs="?", help="省略すると付属のリスト")
    publish.add_argument("--from", dest="starts_on", type=_day, help="適用開始日。省略すると今日")
    show.add_argument("--version", type=int, help="省略すると今日有効な版")
    diff.add_argument("new", nargs="?", help="ファイルまたは版。省略すると付属のリスト")
    diff.add_argument("--from-version", type=int, help="比べる前の版。省略すると最も新しい版")
    for each, handler in ((lint, _lint), (publish, _publish), (show, _show), (diff, _diff)):
        each.set_defaults(handler=handler)


def _lint(arguments: argparse.Namespace) -> Outcome:
    rows = _rows_of_file(arguments.file)
    return Outcome({"rows": len(rows)}, f"誤りはありません({len(rows)}行)。")


def _publish(arguments: argparse.Namespace) -> Outcome:
    from sesshu.network import core, lists

    rows = _rows_of_file(arguments.file)
    try:
        with core.acting():
            version = lists.publish(rows, starts_on=arguments.starts_on or clock.today())
    except lists.NotPublished as refused:
        raise Refused(str(refused)) from None
    return Outcome(
        {"version": version.version, "rows": len(rows), "starts_on": version.starts_on},
        f"第{version.version}版({len(rows)}行)を公開しました。{version.starts_on}から適用されます。",
    )


def _show(arguments: argparse.Namespace) -> Outcome:
    from sesshu.network import differences, lists

    version = arguments.version or lists.version_in_force(clock.today())
    if version is None:
        raise Refused("今日有効な版はありません。sesshu network list publish で公開してください。")
    rows = _rows_of_version(version)
    data = {"version": version, "rows": [row.model_dump(mode="json") for row in rows]}
    return Outcome(data, "\n".join([f"第{version}版", *map(differences.line, rows)]))


def _diff(arguments: argparse.Namespace) -> Outcome:
    from sesshu.network import differences
    from sesshu.network.models import ListVersion

    last = ListVersion.objects.order_by("-version").values_list("version", flat=True).first()
    before = arguments.from_version or last
    old = _rows_of_version(before) if before else ()
    is_version = arguments.new is not None and arguments.new.isdigit()
    new = (
        _rows_of_version(int(arguments.new))
        if is_version
        else _rows_of_file(arguments.new and Path(arguments.new))
    )
    lines = list(differences.between(old, new))
    return Outcome({"differences": lines}, "\n".join(lines) or "違いはありません。")


def _rows_of_file(path: Path | None) -> tuple[Row, ...]:
    from sesshu.network import list_file

    try:
        return list_file.read(path or list_file.SHIPPED).rows()
    except list_file.BadList as bad:
        raise Refused(str(bad)) from None


def _rows_of_version(version: int) -> tuple[Row, ...]:
    from sesshu.network import lists

    try:
        return lists.rows_of(version)
    except lists.NotPublished as refused:
        raise Refused(str(refused)) from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("日付は 2027-04-01 の形で指定してください") from None
