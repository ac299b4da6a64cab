"""``sesshu retention``: the end of a whole municipality, asked for and done here, approved on the screen."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sesshu.kernel.command import Outcome, Refused


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    commands = subparsers.add_parser("retention").add_subparsers(dest="what", required=True)
    ask = commands.add_parser("request-municipality", help="市区町村のすべてのデータの消去を申請する")
    ask.add_argument("--municipality", required=True)
    ask.add_argument("--by", required=True, help="申請する職員の利用者ID")
    ask.add_argument("--reason", required=True, help="氏名は書かない")
    ask.set_defaults(handler=_request)
    erase = commands.add_parser("erase-municipality", help="承認された消去を行い、消去証明を作る")
    erase.add_argument("--municipality", required=True)
    erase.add_argument("--system", choices=("city", "numbers"), default="city", help="どのシステムのデータか")
    erase.add_argument("--run", type=int, help="cityのとき: 承認された申請の番号")
    erase.add_argument("--order", type=Path, help="numbersのとき: cityの消去証明")
    erase.add_argument("--public-key", type=Path, help="numbersのとき: cityの公開鍵（sesshu keys public）")
    erase.add_argument("--receipt", type=Path, required=True, help="消去証明を書き出すファイル")
    erase.set_defaults(handler=_erase)


def _request(arguments: argparse.Namespace) -> Outcome:
    from sesshu.protection.models import Account
    from sesshu.protection.retention import whole
    from sesshu.protection.retention.services import NotAllowed
    from sesshu.protection.tenancy import acting_for

    by = Account.objects.filter(login=arguments.by).first()
    if by is None:
        raise Refused(f"利用者ID「{arguments.by}」はありません。")
    try:
        with acting_for(arguments.municipality):
            run = whole.request(reason=arguments.reason, by=by)
    except NotAllowed as refusal:
        raise Refused(str(refusal)) from None
    text = (
        f"申請{run.pk}を登録しました。承認者が画面「消去の承認」で承認したあと、次を実行してください。\n"
        f"sesshu retention erase-municipality --municipality {arguments.municipality} --run {run.pk} …"
    )
    return Outcome({"run": run.pk}, text)


def _erase(arguments: argparse.Namespace) -> Outcome:
    from sesshu.protection.keys.destruction import NotAllowed
    from sesshu.protection.keys.emptying import StillWrittenTo
    from sesshu.protection.keys.ordering import NotOrdered
    from sesshu.protection.keys.signing import BadSignature

    if not arguments.receipt.absolute().parent.is_dir():
        raise Refused(f"フォルダ {arguments.receipt.parent} がありません。")
    erase = _erase_numbers if arguments.system == "numbers" else _erase_city
    try:
        receipt = erase(arguments)
        arguments.receipt.write_text(receipt + "\n", encoding="ascii")
    except (NotAllowed, StillWrittenTo, NotOrdered, BadSignature) as refusal:
        raise Refused(str(refusal)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"ファイルを扱えません: {error}。同じコマンドをもう一度実行してください。") from None
    return Outcome({"receipt": receipt}, f"消去を終えました。消去証明: {arguments.receipt}")


def _erase_city(arguments: argparse.Namespace) -> str:
    from sesshu.protection.keys import destruction
    from sesshu.protection.retention import whole
    from sesshu.protection.retention.services import NotAllowed

    if arguments.run is None:
        raise Refused("承認された申請の番号を --run で指定してください。")
    try:
        return whole.execute(arguments.municipality, arguments.run, tell=_told).receipt
    except NotAllowed as refusal:
        raise destruction.NotAllowed(str(refusal)) from None


def _erase_numbers(arguments: argparse.Namespace) -> str:
    from sesshu.protection.keys import ordering, signing

    if arguments.order is None or arguments.public_key is None:
        raise Refused("cityの消去証明を --order で、cityの公開鍵を --public-key で指定してください。")
    return ordering.obey(
        arguments.order.read_text(encoding="ascii"),
        municipality=arguments.municipality,
        public=signing.load_public(arguments.public_key.read_bytes()),
        tell=_told,
    )


def _told(table: str, done: int) -> None:
    print(f"{table}: {done}行を消去しました", file=sys.stderr, flush=True)
