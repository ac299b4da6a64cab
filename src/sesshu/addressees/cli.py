"""``sesshu residents import FILE --municipality M [--strict]``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from sesshu.kernel.command import DONE, DONE_WITH_REJECTED_ROWS, Outcome, Refused

if TYPE_CHECKING:
    from sesshu.addressees.importing import ImportReport

_SHOWN = 50


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this room's commands to the parser."""
    commands = subparsers.add_parser("residents").add_subparsers(dest="action", required=True)
    command = commands.add_parser("import", help="住民ファイル（全件・異動）を取り込む")
    command.add_argument("file", type=Path, help="CSV（UTF-8 または CP932）")
    command.add_argument("--municipality", required=True, help="市区町村コード（検査数字を含む6桁）")
    command.add_argument(
        "--strict", action="store_true", help="誤りのある行が1行でもあれば、何も取り込まない"
    )
    command.set_defaults(handler=_import)


def _import(arguments: argparse.Namespace) -> Outcome:
    from sesshu.addressees.importing import UnreadableFile, import_residents
    from sesshu.kernel import clock
    from sesshu.protection.services import UnknownMunicipality, ensure_municipality
    from sesshu.protection.tenancy import acting_for

    try:
        municipality = ensure_municipality(arguments.municipality)
        with acting_for(municipality.code):
            report = import_residents(by=None, at=clock.now(), path=arguments.file, strict=arguments.strict)
    except (UnreadableFile, UnknownMunicipality) as error:
        raise Refused(str(error)) from error
    exit_code = DONE_WITH_REJECTED_ROWS if report.rejected else DONE
    return Outcome(report.data(), _text(report), exit_code)


def _text(report: ImportReport) -> str:
    lines = [
        f"{'異動' if report.is_changes else '全件'}ファイル {report.rows:,}行: 新規 {report.created:,}"
        f"、更新 {report.updated:,}、変更なし {report.unchanged:,}、履歴のみ {report.late:,}"
        f"、取り込めない行 {report.rejected:,}"
    ]
    if report.repeated:
        lines.append("取込済みのファイルです。登録済みの内容は変えていません。")
    if report.held_back:
        lines.append(f"取り込めない行があるため、{report.held_back:,}行の取込を見合わせました（--strict）。")
    if report.absent:
        lines.append(f"ファイルに無い住民: {report.absent:,}人（消除はしません）")
    for title, found in (("エラー", report.errors), ("注意", report.warnings)):
        lines += [f"[{title}] {error.message}" for error in found[:_SHOWN]]
        if len(found) > _SHOWN:
            lines.append(f"[{title}] ほか{len(found) - _SHOWN:,}件（--json ですべて出力します）")
    return "\n".join(lines)
