"""``sesshu numbers codes`` and ``media``: 符号, certificates, the offline link; at the vault's server."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sesshu.kernel.command import DONE, DONE_WITH_REJECTED_ROWS, Outcome, Refused

_SHOWN = 50


def add_commands(numbers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    codes = numbers.add_parser("codes", help="符号の取得を今すぐ行い、状態を示す")
    codes.add_argument("--municipality", required=True)
    codes.add_argument("--addressee", nargs="*", default=[], help="この宛名番号の方の符号を取得し直す")
    codes.add_argument("--business", default="019")
    codes.set_defaults(handler=_codes)
    requests = numbers.add_parser("exchange-keys", help="ネットワークへの証明書署名要求を作る")
    requests.add_argument("--municipality", required=True)
    requests.add_argument("--out", type=Path, required=True, help="書き出すフォルダー")
    requests.set_defaults(handler=_requests)
    _add_media(numbers.add_parser("media", help="中間サーバーとのオフライン連携の媒体"))


def _add_media(parser: argparse.ArgumentParser) -> None:
    media = parser.add_subparsers(dest="act", required=True)
    for word, told in (("write", "照会を媒体のファイルに書き出す"), ("read", "結果のファイルを読み込む")):
        act = media.add_parser(word, help=told)
        act.add_argument("file", type=Path)
        act.add_argument("--out", type=Path, required=True, help="書き出すフォルダー")
        act.add_argument("--serial", required=True, help="媒体の製造番号")
        act.add_argument("--business", default="019")
        act.set_defaults(handler=_write if word == "write" else _read)
        if word == "read":
            act.add_argument("--passphrase-file", type=Path, required=True)
    carry = media.add_parser("carried", help="搬送を記録する")
    carry.add_argument("--to", required=True)
    carry.set_defaults(handler=_carry)
    erase = media.add_parser("erased", help="消去を記録する")
    erase.add_argument("--method", required=True)
    erase.add_argument("--seen-by", required=True)
    erase.set_defaults(handler=_erase)
    for act in (carry, erase):
        act.add_argument("medium", type=int, help="媒体管理簿の番号")
    listed = media.add_parser("list", help="媒体管理簿")
    listed.set_defaults(handler=_list)
    for name, act in media.choices.items():
        act.add_argument("--municipality", required=True)
        if name != "list":
            act.add_argument("--by", required=True, help="担当者")


def _codes(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers.exchange import state

    told = state.acquire_now(arguments.municipality, arguments.business, arguments.addressee)
    text = (
        f"完了 {told['done']}件、失敗 {told['failed']}件、送信待ち {told['waiting']}件、"
        f"住民票コードなし {told['without_resident_code']}件"
    )
    lines = [text, *(f"  {trouble}: {many}件" for trouble, many in told["troubles"].items())]
    return Outcome(told, "\n".join(lines), DONE_WITH_REJECTED_ROWS if told["failed"] else DONE)


def _requests(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers.exchange import certificates

    try:
        made = certificates.requests(arguments.municipality)
        arguments.out.mkdir(parents=True, exist_ok=True)
        for part, pem in made.items():
            (arguments.out / f"{arguments.municipality}-{part}.csr").write_text(pem, encoding="ascii")
    except (ValueError, OSError) as refused:
        raise Refused(str(refused)) from None
    return Outcome({"parts": list(made)}, f"証明書署名要求を {arguments.out} に書き出しました。")


def _write(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers.exchange import media_writing

    return _file(
        arguments,
        lambda wrote: media_writing.write(
            arguments.file, arguments.out, municipality=arguments.municipality, wrote=wrote
        ),
    )


def _read(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers.exchange import media_reading

    return _file(
        arguments,
        lambda wrote: media_reading.read(
            arguments.file,
            arguments.out,
            municipality=arguments.municipality,
            wrote=wrote,
            passphrase=arguments.passphrase_file.read_text(encoding="utf-8").strip(),
        ),
    )


def _file(arguments: argparse.Namespace, act: Any) -> Outcome:
    from sesshu.numbers.exchange import media, media_sealing
    from sesshu.protection.services import UnknownMunicipality, ensure_municipality

    wrote = media_sealing.Wrote(arguments.serial, arguments.by, arguments.business)
    try:
        ensure_municipality(arguments.municipality)
        made = act(wrote)
    except (media_sealing.BadFile, media.NotAllowed, UnknownMunicipality, OSError) as refused:
        raise Refused(str(refused)) from None
    lines = [
        f"{made.path} に {made.medium.rows}件を書き出しました(媒体管理簿の番号 {made.medium.pk})。",
        f"合言葉: {made.passphrase}",
        "合言葉はここに一度だけ表示されます。媒体とは別の経路で渡してください。",
        *made.refused[:_SHOWN],
    ]
    data = {
        "medium": made.medium.pk, "path": str(made.path), "rows": made.medium.rows,
        "files": made.medium.files, "passphrase": made.passphrase, "refused": made.refused,
    }  # fmt: skip
    return Outcome(data, "\n".join(lines), DONE_WITH_REJECTED_ROWS if made.refused else DONE)


def _carry(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers.exchange import media

    return _noted(arguments, lambda: media.carry(arguments.medium, by=arguments.by, to=arguments.to))


def _erase(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers.exchange import media

    return _noted(
        arguments,
        lambda: media.erase(
            arguments.medium, by=arguments.by, method=arguments.method, seen_by=arguments.seen_by
        ),
    )


def _noted(arguments: argparse.Namespace, act: Any) -> Outcome:
    from sesshu.numbers.exchange import media
    from sesshu.protection.tenancy import acting_for

    try:
        with acting_for(arguments.municipality):
            medium = act()
    except media.NotAllowed as refused:
        raise Refused(str(refused)) from None
    return Outcome({"medium": medium.pk}, "媒体管理簿に記録しました。")


def _list(arguments: argparse.Namespace) -> Outcome:
    from sesshu.numbers.exchange.models import Medium
    from sesshu.protection.tenancy import acting_for

    with acting_for(arguments.municipality):
        rows = list(Medium.objects.order_by("pk").values())
    lines = [
        f"{r['id']}  {r['written_at']:%Y-%m-%d %H:%M}  {r['serial_number']}  {r['file_name']}  "
        f"{r['rows']}件  "
        f"{'消去済み' if r['erased_at'] else '搬送済み' if r['carried_at'] else '未搬送'}"
        for r in rows
    ]
    return Outcome({"media": rows}, "\n".join(lines) or "媒体の記録はありません。")
