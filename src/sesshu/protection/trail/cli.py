"""``sesshu audit``: verify, export and sign the audit log, and have it witnessed."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from pathlib import Path

from django.db import close_old_connections

from sesshu.kernel.command import DONE_WITH_REJECTED_ROWS, Outcome, Refused
from sesshu.protection.models import Municipality
from sesshu.protection.tenancy import acting_for
from sesshu.protection.trail import asking, checkpoints, exporting, services, signing, verifying, watching
from sesshu.protection.trail.notes import BadNote
from sesshu.protection.trail.sequencing import MOST, Sequencer
from sesshu.protection.trail.verifier import add_arguments, said, trusted_of

logger = logging.getLogger(__name__)
_PAUSE = 1.0  # seconds between two looks for new events


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    commands = subparsers.add_parser("audit", help="操作記録").add_subparsers(dest="action", required=True)
    verify = _of_city(commands, "verify", "記録がすべて揃い、書き換えられていないことを確かめる", _verify)
    add_arguments(verify)
    export = _of_city(commands, "export", "誰でも検証できる形で書き出す", _export)
    export.add_argument("--out", type=Path, required=True, help="新しいフォルダ")
    _of_city(commands, "key", "署名の公開鍵を示す", _key)
    checkpoint = _of_city(commands, "checkpoint", "今の記録に署名し、証人に依頼する", _checkpoint)
    checkpoint.add_argument("--out", type=Path, help="証人に渡す依頼のファイル")
    checkpoint.add_argument("--since", type=int, help="証人が最後に見た件数（分からないときは省略）")
    cosigned = _of_city(commands, "add-cosignature", "証人の回答を取り込む", _add_cosignature)
    cosigned.add_argument("answer", type=Path)
    witness = _of_city(commands, "register-witness", "証人を登録する", _register_witness)
    witness.add_argument("--key", required=True)
    witness.add_argument("--body", default="", help="団体名")
    witness.add_argument("--url", default="", help="HTTP で依頼するときの依頼先")
    commands.add_parser("sequence", help="新しい記録を検証用の木に入れ続ける").set_defaults(handler=_sequence)


def _of_city(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, words: str, handler: object
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words)
    parser.add_argument("--municipality", required=True, help="市区町村コード（6桁）")
    parser.set_defaults(handler=_known(handler))
    return parser


def _known(handler: object) -> object:
    def checked(arguments: argparse.Namespace) -> Outcome:
        if not Municipality.objects.filter(code=arguments.municipality).exists():
            raise Refused(f"市区町村コード「{arguments.municipality}」は登録されていません。")
        try:
            return handler(arguments)  # type: ignore[operator, no-any-return]
        except (BadNote, OSError, asking.NotSigned) as error:
            raise Refused(str(error)) from error

    return checked


def _verify(arguments: argparse.Namespace) -> Outcome:
    trusted = trusted_of(arguments)
    with acting_for(arguments.municipality):
        checkpoints.make()
    with acting_for(arguments.municipality):
        verdict = verifying.verify(
            told=lambda done: None, keys=trusted.keys, witnesses=trusted.witnesses, seen=trusted.seen
        )
        services.tell_verdict(verdict, by=None)
    data = {
        "size": verdict.size, "root": verdict.root.hex(), "checkpoints": verdict.checkpoints,
        "cosigned": verdict.cosigned_size, "findings": verdict.findings,
    }  # fmt: skip
    text = said(verdict, own_keys=not arguments.key)
    return Outcome(data, text) if verdict.holds else Outcome(data, text, DONE_WITH_REJECTED_ROWS)


def _export(arguments: argparse.Namespace) -> Outcome:
    with acting_for(arguments.municipality):
        try:
            count = exporting.export(arguments.out, by=None, told=lambda done: None)
        except ValueError as error:
            raise Refused(str(error)) from error
    return Outcome(
        {"events": count, "folder": str(arguments.out)}, f"{count:,}件を {arguments.out} に書き出しました。"
    )


def _key(arguments: argparse.Namespace) -> Outcome:
    key = str(signing.public_key(arguments.municipality))
    return Outcome({"key": key}, key)


def _checkpoint(arguments: argparse.Namespace) -> Outcome:
    with acting_for(arguments.municipality):
        made = services.make_checkpoint(by=None)
    if arguments.out:
        with acting_for(arguments.municipality):
            try:
                request = checkpoints.request_for(made, arguments.since or _seen_by_file_witness())
            except ValueError as error:
                raise Refused(str(error)) from error
        arguments.out.write_text(str(request), encoding="utf-8")
    failures = asking.ask_all(arguments.municipality)
    text = "\n".join([f"{made.size:,}件までの記録に署名しました。", *failures])
    return Outcome(
        {"size": made.size, "failures": failures}, text, DONE_WITH_REJECTED_ROWS if failures else 0
    )


def _seen_by_file_witness() -> int:
    sizes = [checkpoints.last_seen_by(each) for each in services.witnesses() if not each.url]
    return min(sizes, default=0)


def _add_cosignature(arguments: argparse.Namespace) -> Outcome:
    answer = arguments.answer.read_text(encoding="utf-8")
    with acting_for(arguments.municipality):
        kept = services.add_cosignature(answer=answer, by=None)
    return Outcome(
        {"size": kept.checkpoint.size}, f"{kept.checkpoint.size:,}件までの記録に証人の署名を付けました。"
    )


def _register_witness(arguments: argparse.Namespace) -> Outcome:
    with acting_for(arguments.municipality):
        made = services.register_witness(key=arguments.key, body=arguments.body, url=arguments.url, by=None)
    return Outcome({"witness": made.pk}, f"証人「{made.body}」を登録しました。")


def _watch(code: str) -> None:
    try:
        watching.watch(code)
    except Exception as error:
        # What has its place keeps it; the rules take it up again with the next event.
        logger.error("watching %s: %s", code, type(error).__name__)


def _sequence(arguments: argparse.Namespace) -> Outcome:
    """Until a signal comes. One process is enough; a second one waits for the first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    sequencer, placed = Sequencer(), 0
    while not stop.is_set():
        close_old_connections()
        busy = False
        for code in Municipality.objects.order_by("code").values_list("code", flat=True):
            with acting_for(code):
                count = sequencer.run()
            placed, busy = placed + count, busy or count == MOST
            if count:
                _watch(code)
        if not busy:
            stop.wait(_PAUSE)
    return Outcome({"placed": placed})
