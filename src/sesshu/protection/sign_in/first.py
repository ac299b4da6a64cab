"""The first two administrators of a city. After them each account and ticket needs two persons."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from sesshu.protection import audit
from sesshu.protection.models import Account, Municipality
from sesshu.protection.roles import Role
from sesshu.protection.services import ensure_municipality, open_account
from sesshu.protection.sign_in import tickets
from sesshu.protection.sign_in.choices import TicketKind
from sesshu.protection.tenancy import acting_for

_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,39}")
# One asks, the other approves: one person can hold only one of them.
ROLES = (Role.SYSTEM, Role.MANAGER)


class NotFirst(ValueError):
    """The city has administrators already, or the two given cannot be them."""


@dataclass(frozen=True, slots=True)
class Opened:
    login: str
    role: str
    code: str
    expires_at: datetime


@transaction.atomic
def open_first(*, municipality_code: str, logins: Sequence[str], names: Sequence[str]) -> list[Opened]:
    """Open both accounts, each with a code for its enrolment that is returned this once.

    :raises NotFirst: when the city has an administrator, or an id is unfit, given twice or taken.
    :raises UnknownMunicipality: when the code's check digit is wrong.
    """
    municipality = ensure_municipality(municipality_code)
    # Two engineers at the same moment: the second one waits here and then finds the first one's.
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    _needs_none(municipality)
    _needs_fit(logins)
    with acting_for(municipality.code):
        return [
            _open(municipality, login, name, role)
            for login, name, role in zip(logins, names, ROLES, strict=True)
        ]


def _needs_none(municipality: Municipality) -> None:
    roles = [str(role) for role in ROLES]
    with acting_for(municipality.code):
        held = any(set(roles) & set(account.roles) for account in municipality.account_set.all())
    if held:
        raise NotFirst(
            f"{municipality.name}には管理者がすでに登録されています。"
            "利用者の追加や再登録は、画面の「管理」から2人の管理者で行ってください。"
        )


def _needs_fit(logins: Sequence[str]) -> None:
    for login in logins:
        if not _LOGIN.fullmatch(login):
            raise NotFirst(
                f"利用者ID「{login}」は使えません。"
                "半角の英数字と . _ - で、3文字以上40文字以内にしてください。"
            )
        if Account.objects.filter(login=login).exists():
            raise NotFirst(f"利用者ID「{login}」はすでに使われています。別の利用者IDにしてください。")
    if len(set(logins)) != len(logins):
        raise NotFirst("2人に同じ利用者IDは使えません。")


def _open(municipality: Municipality, login: str, name: str, role: Role) -> Opened:
    # The random password is void at once: the ticket makes it unusable.
    account = open_account(
        login=login, name=name, municipality=municipality, roles=[role], password=secrets.token_urlsafe(32)
    )
    audit.record("accounts.first", by=None, detail={"account": account.pk, "role": role.value})
    ticket, code = tickets.issue(account=account, kind=TicketKind.FIRST, requested_by=None, approved_by=None)
    return Opened(login, str(role.label), code, ticket.expires_at)
