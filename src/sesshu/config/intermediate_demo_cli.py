"""``sesshu intermediate staff demo-accounts``: one account of a demo's intermediate server for each role."""

from __future__ import annotations

import argparse

from sesshu.kernel.command import Outcome, Refused

_ENDINGS = {
    "desk": "情報連携担当（デモ）",
    "decider": "提供の決定者（デモ）",
    "records": "情報提供等記録担当（デモ）",
    "operator": "中間サーバー運用（デモ）",
}
_ACCOUNTS = {
    **{f"exchange-{ending}": (ending, name) for ending, name in _ENDINGS.items()},
    "system": ("system", "システム管理者（デモ）"),
    "manager": ("manager", "承認者・課長（デモ）"),
    "security": ("security", "情報セキュリティ責任者（デモ）"),
}


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("demo-accounts")
    parser.add_argument("--municipality", help="市区町村コード（環境変数 SESSHU_INTERMEDIATE でもよい）")
    parser.set_defaults(handler=_open)


def _open(arguments: argparse.Namespace) -> Outcome:
    from django.conf import settings

    from sesshu.protection.roles import Role
    from sesshu.protection.services import ensure_municipality, open_account

    if not settings.DEMO_SIGN_IN:
        raise Refused("デモの利用者は、本番の設定では登録できません。accounts first を使ってください。")
    municipality = ensure_municipality(settings.INTERMEDIATE)
    for role, (ending, name) in _ACCOUNTS.items():
        open_account(
            login=f"demo-{ending}", name=name, municipality=municipality, roles=[Role(role)],
            password=settings.DEMO_PASSWORD,
        )  # fmt: skip
    return Outcome({"accounts": len(_ACCOUNTS)}, f"デモの利用者 {len(_ACCOUNTS)}人を登録しました。")
