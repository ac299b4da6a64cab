"""``sesshu terminals``: a city's first terminal, and the revocation list."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from sesshu.kernel.command import Outcome, Refused
from sesshu.protection.services import UnknownMunicipality, ensure_municipality
from sesshu.protection.tenancy import acting_for
from sesshu.protection.terminals import revocation, services
from sesshu.protection.terminals.choices import Kind
from sesshu.protection.terminals.policies import TerminalRefused
from sesshu.protection.terminals.signing_requests import Package


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    commands = subparsers.add_parser("terminals").add_subparsers(dest="action", required=True)
    first = commands.add_parser("first", help="最初の端末を登録し、証明書のファイルを書き出す")
    first.add_argument("--municipality", required=True)
    first.add_argument("--name", required=True, help="例 健康課窓口1")
    first.add_argument("--place", required=True, help="設置場所")
    first.add_argument("--kind", choices=Kind.values, default=Kind.OFFICE)
    first.add_argument("--section", required=True, help="管理課")
    first.add_argument("--takes-out", action="store_true", help="持出しファイルの受取りを許可する")
    first.add_argument("--out", type=Path, required=True, help="書き出すファイル（.p12）")
    first.set_defaults(handler=_first)
    commands.add_parser("revocations", help="失効リストを作り直す").set_defaults(handler=_revocations)


def _first(arguments: argparse.Namespace) -> Outcome:
    if arguments.out.exists():
        raise Refused(f"{arguments.out} はすでにあります。別の名前を指定してください。")
    if not arguments.out.parent.is_dir():
        raise Refused(f"フォルダ {arguments.out.parent} がありません。")
    try:
        municipality = ensure_municipality(arguments.municipality)
        with acting_for(municipality.code):
            terminal, package = services.register_first(
                name=arguments.name,
                place=arguments.place,
                kind=Kind(arguments.kind),
                section=arguments.section,
                may_take_out=arguments.takes_out,
            )
            _write(arguments.out, package)
    except (UnknownMunicipality, TerminalRefused) as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(
            f"{arguments.out} に書き出せません: {error.strerror}。登録は行いませんでした。"
        ) from error
    data = {"terminal": terminal.identifier, "file": str(arguments.out), "passphrase": package.passphrase}
    text = f"端末 {terminal} を登録しました。\n証明書: {arguments.out}\nパスフレーズ: {package.passphrase}"
    return Outcome(data, text)


def _write(path: Path, package: Package) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(package.content)


def _revocations(arguments: argparse.Namespace) -> Outcome:
    revocation.write()
    return Outcome({"file": str(revocation.path())}, f"失効リストを作り直しました: {revocation.path()}")
