"""``sesshu questionnaires`` and ``sesshu reminders``: extract, print, issue."""

from __future__ import annotations

import argparse
from pathlib import Path

from sesshu.health.eligibility import cli as eligibility
from sesshu.health.eligibility.choices import Purpose
from sesshu.health.notices.printing import AlreadyPrinting, Printed, print_run
from sesshu.kernel import clock
from sesshu.kernel.command import Outcome, Refused


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    questionnaires = subparsers.add_parser("questionnaires", help="予診票を印刷する")
    questionnaires.add_argument("--reissue", action="store_true", help="発行済みの人にも再発行する")
    questionnaires.set_defaults(handler=_print, purpose=Purpose.QUESTIONNAIRE)
    reminders = subparsers.add_parser("reminders", help="再勧奨通知を印刷する")
    reminders.set_defaults(handler=_print, purpose=Purpose.REMINDER, reissue=False)
    for parser in (questionnaires, reminders):
        eligibility.add_arguments(parser)
        parser.add_argument("--out", required=True, type=Path, metavar="FILE.pdf")


def _print(arguments: argparse.Namespace) -> Outcome:
    _check(arguments.out)
    extraction = eligibility.extraction(arguments, purpose=arguments.purpose)
    try:
        printed = print_run(
            extraction.municipality_code,
            extraction.pk,
            by=None,
            at=clock.now(),
            out=lambda run: arguments.out,
            reissue=arguments.reissue,
        )
    except (AlreadyPrinting, OSError) as error:
        raise Refused(f"印刷できませんでした。{error}") from error
    return Outcome(_data(printed, eligibility.data_of(extraction)), _text(printed))


def _check(out: Path) -> None:
    if out.suffix.lower() != ".pdf":
        raise Refused(f"出力先「{out}」の拡張子を .pdf にしてください。")
    if out.is_dir() or not out.parent.is_dir():
        raise Refused(f"出力先のフォルダー「{out.parent}」がありません。作成してから実行してください。")


def _data(printed: Printed, extracted: dict[str, object]) -> dict[str, object]:
    return extracted | {
        "documents": printed.documents,
        "pages": printed.pages,
        "file": str(printed.file) if printed.file else None,
        "refused": list(printed.refused),
        "dropped": printed.dropped,
        "run": printed.run.pk,
    }


def _text(printed: Printed) -> str:
    if not printed.file:
        return "印刷する対象者はいません。"
    lines = [f"{printed.documents:,}部（{printed.pages:,}ページ）を {printed.file} に印刷しました。"]
    lines += [f"  印刷できません: {one['addressee_number']} {one['message']}" for one in printed.refused]
    return "\n".join(lines)
