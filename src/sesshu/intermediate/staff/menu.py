"""The entries of the main navigation."""

from __future__ import annotations

from sesshu.protection.actions import Action
from sesshu.web import navigation
from sesshu.web.navigation import NavItem

_ENTRIES = (
    ("提供の確認待ち", "exchange:provisions", Action.INTERMEDIATE_PROVISIONS),
    ("照会", "exchange:inquiries", Action.INTERMEDIATE_INQUIRIES),
    ("情報提供等記録", "exchange:records", Action.INTERMEDIATE_RECORDS),
    ("フラグ", "exchange:flags", Action.INTERMEDIATE_FLAGS),
    ("副本", "exchange:registrations", Action.INTERMEDIATE_REPLICAS),
    ("照合リスト", "exchange:lists", Action.INTERMEDIATE_LIST),
    ("システム管理", "exchange:system", Action.INTERMEDIATE_STATE),
)


def register() -> None:
    """Add them; where this system's addresses are not, the navigation leaves them out."""
    for order, (title, url_name, action) in enumerate(_ENTRIES):
        navigation.register(NavItem(title, url_name, action, 10 + order))
