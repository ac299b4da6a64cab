"""``sesshu accounts``: a city's first accounts, and the way back in when nobody is left who may approve."""

from __future__ import annotations

import argparse
import secrets

from sesshu.kernel.command import Outcome, Refused
from sesshu.protection import audit
from sesshu.protection.accounts import asking, review, selectors
from sesshu.protection.accounts.asking import NotAllowed
from sesshu.protection.accounts.choices import Decision
from sesshu.protection.accounts.models import ReviewItem
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.roles import Role
from sesshu.protection.services import UnknownMunicipality, ensure_municipality, open_account
from sesshu.protection.tenancy import acting_for

_NEEDED = (Action.ACCOUNTS_REQUEST, Action.ACCOUNTS_APPROVE)


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    commands = subparsers.add_parser("accounts").add_subparsers(dest="action", required=True)
    first = commands.add_parser("open", help="最初の利用者を登録する")
    first.add_argument("--municipality", required=True)
    first.add_argument("--login", required=True)
    first.add_argument("--name", required=True)
    first.add_argument("--role", action="append", required=True, choices=Role.values)
    first.set_defaults(handler=_open)
    keep = commands.add_parser("keep", help="棚卸しの期限切れで止まった利用者の権限を継続する")
    keep.add_argument("--municipality", required=True)
    keep.add_argument("--login", required=True)
    keep.set_defaults(handler=_keep)


def _open(arguments: argparse.Namespace) -> Outcome:
    try:
        city = ensure_municipality(arguments.municipality)
        with acting_for(city.code):
            _check(arguments)
            password = secrets.token_urlsafe(15)
            roles = [Role(role) for role in arguments.role]
            made = open_account(
                login=arguments.login, name=arguments.name, municipality=city, roles=roles, password=password
            )
            audit.record("accounts.open", by=None, count=0, detail={"account": made.pk, "roles": roles})
    except (UnknownMunicipality, NotAllowed) as refusal:
        raise Refused(str(refusal)) from refusal
    said = f"利用者ID {made.login} を登録しました。最初のパスワード（一度だけ表示）: {password}"
    return Outcome({"login": made.login, "password": password}, said)


def _check(arguments: argparse.Namespace) -> None:
    if not asking.LOGIN.fullmatch(arguments.login):
        raise NotAllowed("利用者IDは英小文字・数字・. _ - の3〜40文字で、英数字から始めてください。")
    if Account.objects.filter(login=arguments.login).exists():
        raise NotAllowed(f"利用者ID「{arguments.login}」は使われています。")
    asking.check_separation(list(arguments.role))
    able = [account for account in selectors.accounts() if account.in_service]
    if all(any(account.may(action) for account in able) for action in _NEEDED):
        raise NotAllowed("申請者と承認者がいるため、利用者は画面から申請して登録してください。")


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
