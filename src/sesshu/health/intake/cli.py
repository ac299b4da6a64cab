"""``results import``: a clinic's file of results into the ledger."""

from __future__ import annotations

import argparse
from pathlib import Path

from sesshu.kernel.command import DONE, DONE_WITH_REJECTED_ROWS, Outcome, Refused

_SHOWN = 20


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The commands of this room."""
    results = subparsers.add_parser("results", help="接種結果ファイルの取込")
    actions = results.add_subparsers(dest="action", required=True)
    importing = actions.add_parser("import", help="接種結果ファイル（CSV）を台帳に取り込む")
    importing.add_argument(
        "file", type=Path, metavar="FILE", help="接種結果ファイル（docs/formats/results.md）"
    )
    importing.add_argument("--municipality", required=True, metavar="M", help="市区町村コード（6桁）")
    importing.add_argument("--provider", required=True, metavar="P", help="送った医療機関のコード")
    importing.add_argument("--strict", action="store_true", help="誤りが1行でもあれば、1行も取り込まない")
    importing.set_defaults(handler=import_file)


def import_file(arguments: argparse.Namespace) -> Outcome:
    """Run ``results import``."""
    from sesshu.health.intake.services import import_results
    from sesshu.health.providers.services import ProviderRefused
    from sesshu.kernel import clock
    from sesshu.kernel.cells import TableError
    from sesshu.protection.services import UnknownMunicipality, ensure_municipality
    from sesshu.protection.tenancy import acting_for

    if not arguments.file.is_file():
        raise Refused(f"ファイル「{arguments.file}」がありません。")
    try:
        municipality = ensure_municipality(arguments.municipality)
        with acting_for(municipality.code):
            report = import_results(
                arguments.file,
                provider_code=arguments.provider,
                by=None,
                at=clock.now(),
                strict=arguments.strict,
            )
    except (TableError, UnknownMunicipality, ProviderRefused) as error:
        raise Refused(str(error)) from error
    return Outcome(report.data(), _text(report.data()), DONE_WITH_REJECTED_ROWS if report.rejected else DONE)


def _text(data: dict[str, object]) -> str:
    errors, warnings = data["errors"], data["warnings"]
    assert isinstance(errors, list)
    assert isinstance(warnings, list)
    lines = [
        f"{data['rows']}行: 新規 {data['created']}、変更 {data['updated']}、"
        f"登録済み {data['unchanged']}、エラー {data['rejected']}"
    ]
    if data["held_back"]:
        lines.append("エラーの行があるため、1行も取り込みませんでした（--strict）。")
    if not data["rules_checked"]:
        lines.append(
            "行数が多いため、接種間隔などの注意は対象者情報の更新（eligibility refresh）で示します。"
        )
    lines += [error["message"] for error in errors[:_SHOWN]]
    if len(errors) > _SHOWN:
        lines.append(f"ほかに {len(errors) - _SHOWN} 件のエラーがあります（--json ですべて表示します）。")
    lines += [f"注意 {warning['message']}" for warning in warnings[:_SHOWN]]
    if len(warnings) > _SHOWN:
        lines.append(f"ほかに {len(warnings) - _SHOWN} 件の注意があります。")
    return "\n".join(lines)
