"""``sesshu intermediate``: setting up, the dispatcher, files of 副本 and of inquiries, the state."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sesshu.kernel.command import DONE, DONE_WITH_REJECTED_ROWS, Outcome, Refused

_SHOWN = 20


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    commands = subparsers.add_parser("intermediate").add_subparsers(dest="what", required=True)

    def add(parent: Any, name: str, handler: Callable[..., Outcome], text: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = parent.add_parser(name, help=text)
        parser.add_argument("--municipality", help="市区町村コード(環境変数 SESSHU_INTERMEDIATE でもよい)")
        parser.set_defaults(handler=handler)
        return parser

    add(commands, "keys", _keys, "ネットワークに登録する公開鍵(JWK)を示す").add_argument(
        "--new", action="store_true", help="失われた鍵を作り直す(ネットワークに登録し直すまで連携は止まる)"
    )
    add(commands, "core", _core, "ネットワークの公開鍵(JWK)を登録する").add_argument("file", type=Path)
    add(commands, "refresh", _refresh, "照会許可用照合リストと機関の一覧を受信する")
    add(commands, "dispatch", _dispatch, "照会・回答の送受信を続ける").add_argument(
        "--once", action="store_true", help="今あるものだけを送って終わる"
    )
    add(commands, "state", _state, "稼動状態と利用の統計")
    add(commands, "expire", _expire, "保存期間を過ぎた情報を削除する")
    replica = commands.add_parser("replicas").add_subparsers(dest="act", required=True)
    load = add(replica, "load", _replicas, "副本のファイルを登録する")
    load.add_argument("file", type=Path)
    load.add_argument("--process", default="replica-file", help="登録の記録に残す処理名")
    inquiries = commands.add_parser("inquiries").add_subparsers(dest="act", required=True)
    add(inquiries, "load", _inquiries, "照会のファイル(.DAT)を登録する").add_argument("file", type=Path)
    results = commands.add_parser("results").add_subparsers(dest="act", required=True)
    write = add(results, "write", _results, "照会の結果をファイルに書き出す")
    write.add_argument("file", type=Path)
    write.add_argument("--batch", default="", help="一括照会の識別子。省くと最後に登録したもの")
    write.add_argument("--take", action="store_true", help="書き出した後、中間サーバーから内容を消す")


def _keys(arguments: argparse.Namespace) -> Outcome:
    from sesshu.intermediate import identity

    try:
        published = identity.published(new=arguments.new)
    except identity.NotSetUp as error:
        raise Refused(str(error)) from None
    return Outcome(published, json.dumps(published, ensure_ascii=False, indent=2))


def _core(arguments: argparse.Namespace) -> Outcome:
    from sesshu.intermediate import identity

    try:
        identity.trust_core(json.loads(_file(arguments.file).read_bytes()))
    except ValueError as error:
        raise Refused(f"ネットワークの公開鍵を読めません。{error}") from None
    return Outcome({"registered": True}, "ネットワークの公開鍵を登録しました。")


def _refresh(arguments: argparse.Namespace) -> Outcome:
    from sesshu.intermediate import refreshing

    if not refreshing.refresh():
        raise Refused("受信できませんでした。ネットワークのアドレス、公開鍵、証明書を確かめてください。")
    return Outcome({"refreshed": True}, "照会許可用照合リストと機関の一覧を受信しました。")


def _dispatch(arguments: argparse.Namespace) -> Outcome:
    from sesshu.intermediate import dispatching, place

    if arguments.once:
        done = dispatching.work_through(place.municipality())
        return Outcome({"done": done}, f"{done}件を処理しました。")
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    dispatching.run(stopped)
    return Outcome({"stopped": True}, "停止しました。")


def _state(arguments: argparse.Namespace) -> Outcome:
    from sesshu.intermediate import callers, place, state
    from sesshu.protection.tenancy import acting_for

    with acting_for(place.municipality()):
        found = state.overview(by=callers.Caller("command-line"))
    return Outcome(found, json.dumps(found, ensure_ascii=False, indent=2, default=str))


def _expire(arguments: argparse.Namespace) -> Outcome:
    from sesshu.intermediate import expiring, place
    from sesshu.protection.tenancy import acting_for

    with acting_for(place.municipality()):
        run = expiring.delete_expired()
    counts = {
        name: getattr(run, name)
        for name in ("records", "inquiries", "provisions", "acquisitions", "replicas", "persons")
    }
    return Outcome(counts, f"{sum(counts.values())}件を削除しました。")


def _replicas(arguments: argparse.Namespace) -> Outcome:
    from sesshu.intermediate import callers, replica_files
    from sesshu.intermediate.inquiry_files import BeingLoaded

    faults: list[dict[str, Any]] = []
    try:
        done = replica_files.load(
            _file(arguments.file),
            process=arguments.process,
            by=callers.Caller("command-line"),
            told=_tell,
            refused=lambda each: faults.append({"line": each.line, "message": each.message}),
        )
    except BeingLoaded as error:
        raise Refused(str(error)) from None
    counts = {name: getattr(done, name) for name in ("lines", "stored", "withdrawn", "known", "refused")}
    text = (
        f"{done.lines}行: 登録 {done.stored}件、取下げ {done.withdrawn}件、登録済み {done.known}件、"
        f"登録できなかった行 {done.refused}件"
    )
    lines = [f"{each['line']}行目: {each['message']}" for each in faults[:_SHOWN]]
    exit_code = DONE_WITH_REJECTED_ROWS if done.refused else DONE
    return Outcome(
        {"manifest": str(done.pk), **counts, "faults": faults}, "\n".join([text, *lines]), exit_code
    )


def _inquiries(arguments: argparse.Namespace) -> Outcome:
    from sesshu.intermediate import callers, inquiry_files

    try:
        done = inquiry_files.load(_file(arguments.file), by=callers.Caller("command-line"), told=_tell)
    except inquiry_files.BeingLoaded as error:
        raise Refused(str(error)) from None
    counts = {name: getattr(done, name) for name in ("lines", "accepted", "refused")}
    text = (
        f"{done.lines}行: 受付 {done.accepted}件、受け付けられなかった行 {done.refused}件"
        "(results write で確かめられます)"
    )
    exit_code = DONE_WITH_REJECTED_ROWS if done.refused else DONE
    return Outcome({"batch": str(done.pk), **counts}, text, exit_code)


def _results(arguments: argparse.Namespace) -> Outcome:
    from django.core.exceptions import ValidationError

    from sesshu.intermediate import callers, place, result_file
    from sesshu.protection.tenancy import acting_for

    try:
        with acting_for(place.municipality()):
            batch = result_file.newest(arguments.batch)
    except ValidationError:
        batch = None
    if batch is None:
        raise Refused("その一括照会はありません。inquiries load で登録してください。")
    counts = result_file.write(
        arguments.file, batch, by=callers.Caller("command-line"), take=arguments.take, told=_tell
    )
    text = f"{counts['rows']}行を書き出しました。回答待ち {counts['open']}件。個人の情報を含むファイルです。"
    return Outcome({"batch": str(batch.pk), **counts}, text)


def _file(path: Path) -> Path:
    if not path.is_file():
        raise Refused(f"ファイル {path} がありません。")
    return path


def _tell(done: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}行", end="", file=sys.stderr, flush=True)
