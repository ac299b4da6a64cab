"""What the page 管理 offers of this room."""

from __future__ import annotations

from sesshu.protection.accounts import review, selectors
from sesshu.protection.actions import Action
from sesshu.protection.administration import Entry, register
from sesshu.protection.models import Account

GROUP = "利用者と権限"


def waiting_requests(account: Account) -> int:
    """Requests that this account can decide."""
    return selectors.waiting_for(account) if account.may(Action.ACCOUNTS_APPROVE) else 0


def register_all() -> None:
    for order, (title, words, url, action, waiting) in enumerate(
        (
            ("利用者", "だれが何をできるか。停止・異動・退職", "accounts:list", Action.ACCOUNTS_READ, None),
            (
                "申請と承認",
                "登録・付与・役割変更の申請",
                "accounts:requests",
                Action.ACCOUNTS_READ,
                waiting_requests,
            ),
            ("役割と操作", "役割ごとにできる操作の表", "accounts:roles", Action.ACCOUNTS_READ, None),
            (
                "棚卸し",
                "利用者IDと権限の定期点検",
                "accounts:reviews",
                Action.ACCOUNTS_REVIEW,
                review.waiting_for,
            ),
            (
                "使われていない権限",
                "90日使われていない権限と利用者",
                "accounts:unused",
                Action.ACCOUNTS_READ,
                None,
            ),
            ("委託契約", "委託先・再委託先と契約期間", "accounts:contracts", Action.ACCOUNTS_READ, None),
            (
                "人事異動の取込",
                "異動・退職の日に権限を終える",
                "accounts:personnel",
                Action.ACCOUNTS_REQUEST,
                None,
            ),
            ("共用ID", "複数の人で使うIDを認めるか", "accounts:shared-ids", Action.ACCOUNTS_REQUEST, None),
        )
    ):
        register(Entry(GROUP, title, words, url, action, order, waiting))
