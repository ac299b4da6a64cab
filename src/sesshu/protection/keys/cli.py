"""``sesshu keys [--system numbers]``: state, rotation, destruction and receipts of one system's keys."""

from __future__ import annotations

import argparse
from pathlib import Path

from sesshu.kernel.command import Outcome, Refused


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    keys = subparsers.add_parser("keys").add_subparsers(dest="what", required=True)
    for name, handler, explanation in (
        ("status", _status, "鍵の版と件数"),
        ("rotate", _rotate, "市区町村の鍵を新しくする(業務は止まらない)"),
        ("rotate-root", _rotate_root, "ルート鍵を新しくし、前の版を廃棄する"),
        ("rotate-private", _rotate_private, "認証局と署名の秘密鍵を包む鍵を新しくする"),
        ("destroy", _destroy, "対象または市区町村の鍵を廃棄し、廃棄証明を作る"),
        ("public", _public, "廃棄証明などを検証する公開鍵"),
        ("verify-receipt", _verify, "廃棄証明・消去証明を検証する"),
        ("carry-out", _carry_out, "復元に使う、包まれた鍵の写し"),
        ("carry-in", _carry_in, "復元したデータベースに今日の鍵を入れる"),
    ):
        parser = keys.add_parser(name, help=explanation)
        parser.add_argument(
            "--system", choices=("city", "numbers", "network"), default="city", help="どのシステムの鍵か"
        )
        parser.set_defaults(handler=handler)
        _add_options(name, parser)


def _add_options(name: str, parser: argparse.ArgumentParser) -> None:
    if name in ("rotate", "destroy"):
        parser.add_argument("--municipality", required=True)
    if name == "destroy":
        parser.add_argument("--subject", default="", help="省略すると市区町村の全ての鍵")
        for option in ("--reason", "--requested-by", "--approved-by"):
            parser.add_argument(option, required=True)
        parser.add_argument("--receipt", type=Path, required=True, help="廃棄証明を書き出すファイル")
    if name == "verify-receipt":
        parser.add_argument("file", type=Path)
        parser.add_argument("--public-key", type=Path)
    if name in ("carry-out", "carry-in"):
        parser.add_argument("file", type=Path)


def _status(arguments: argparse.Namespace) -> Outcome:
    from sesshu.protection.keys import selectors

    found = selectors.status()
    lines = [
        f"ルート鍵: {found['store']} 第{'、'.join(map(str, found['root_versions'])) or 'なし'}版",
        *(
            f"{c['municipality']}: 鍵 第{'、'.join(map(str, c['versions'])) or 'なし'}版、"
            f"対象 {c['subjects']}件、旧版に残る {c['behind']}件、廃棄待ち {c['waiting']}件"
            for c in found["municipalities"]
        ),
    ]
    return Outcome(found, "\n".join(lines))


def _rotate(arguments: argparse.Namespace) -> Outcome:
    from sesshu.protection.keys import rotation

    done = rotation.rotate_tenant(arguments.municipality, by="command-line")
    return Outcome(
        {"version": done.version, "rewrapped": done.rewrapped},
        f"鍵を第{done.version}版にしました({done.rewrapped}件を掛け替え)。",
    )


def _rotate_root(arguments: argparse.Namespace) -> Outcome:
    from sesshu.protection.keys import rotation

    done = rotation.rotate_root(by="command-line")
    return Outcome(
        {"version": done.version, "rewrapped": done.rewrapped},
        f"ルート鍵を第{done.version}版にし、前の版を廃棄しました。",
    )


def _rotate_private(arguments: argparse.Namespace) -> Outcome:
    from sesshu.protection import authority
    from sesshu.protection.keys import signing

    versions = {held.system: held.rotate() for held in (authority.sealed_files(), signing.sealed_files())}
    told = "、".join(f"{system} 第{version}版" for system, version in versions.items())
    return Outcome(versions, f"秘密鍵を包む鍵を新しくし、前の版を廃棄しました: {told}")


def _destroy(arguments: argparse.Namespace) -> Outcome:
    from sesshu.protection.keys import destruction

    try:
        receipt = destruction.destroy(
            subject=arguments.subject,
            reason=arguments.reason,
            requested_by=arguments.requested_by,
            approved_by=arguments.approved_by,
            municipality=arguments.municipality,
        )
    except destruction.NotAllowed as refused:
        raise Refused(str(refused)) from None
    arguments.receipt.write_text(receipt + "\n", encoding="ascii")
    return Outcome({"receipt": receipt}, f"鍵を廃棄しました。廃棄証明: {arguments.receipt}")


def _public(arguments: argparse.Namespace) -> Outcome:
    from sesshu.protection.keys import signing

    pem = signing.public_pem()
    return Outcome({"public_key": pem}, pem.strip())


def _verify(arguments: argparse.Namespace) -> Outcome:
    from sesshu.protection.keys import destruction, ordering, signing

    kinds = (destruction.RECEIPT, ordering.RECEIPT)
    try:
        public = signing.load_public(arguments.public_key.read_bytes()) if arguments.public_key else None
        said = signing.verified(arguments.file.read_text(encoding="ascii"), typ=kinds, public=public)
    except (signing.BadSignature, OSError, UnicodeDecodeError) as refused:
        raise Refused(f"証明を確かめられません: {refused}") from None
    lines = [f"{name}: {value}" for name, value in said.items()]
    return Outcome(said, "\n".join(["署名は正しいです。", *lines]))


def _carry_out(arguments: argparse.Namespace) -> Outcome:
    from sesshu.protection.keys import carrying

    with arguments.file.open("w", encoding="ascii") as stream:
        arguments.file.chmod(0o600)
        count = sum(1 for line in carrying.lines() if stream.write(line + "\n"))
    return Outcome({"keys": count}, f"{count}件の包まれた鍵を書き出しました: {arguments.file}")


def _carry_in(arguments: argparse.Namespace) -> Outcome:
    from sesshu.protection.keys import carrying

    with arguments.file.open(encoding="ascii") as stream:
        counts = carrying.bring_in(stream)
    return Outcome(counts, f"{sum(counts.values())}件の鍵を入れました。")
