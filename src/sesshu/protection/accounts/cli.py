"""``sesshu accounts keep``: the way back in when a review locked everybody who could confirm."""

from __future__ import annotations

import argparse

from sesshu.kernel.command import Outcome, Refused
from sesshu.protection import audit
from sesshu.protection.accounts import review
from sesshu.protection.accounts.choices import Decision
from sesshu.protection.accounts.models import ReviewItem
from sesshu.protection.tenancy import acting_for


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    commands = subparsers.add_parser("accounts").add_subparsers(dest="action", required=True)
    keep = commands.add_parser("keep", help="棚卸しの期限切れで止まった利用者の権限を継続する")
    keep.add_argument("--municipality", required=True)
    keep.add_argument("--login", required=True)
    keep.set_defaults(handler=_keep)


def _keep(arguments: argparse.Namespace) -> Outcome:
    with acting_for(arguments.municipality):
        campaign = review.running()
        overdue = ReviewItem.objects.filter(
            campaign=campaign, grant__account__login=arguments.login, decision=Decision.OPEN
        )
        count = overdue.update(decision=Decision.KEPT, note="サーバーでの継続") if campaign else 0
        if not count:
            raise Refused("この利用者に、進行中の棚卸しで未確認の権限はありません。")
        audit.record("accounts.review.kept", by=None, count=0, detail={"rights": count})
    return Outcome({"rights": count}, f"{arguments.login} の権限{count}件を継続しました。")
