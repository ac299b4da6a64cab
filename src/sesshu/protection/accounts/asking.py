"""Ask for what widens somebody's rights: each request is checked now and again when it is approved."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.accounts import defining, separation
from sesshu.protection.accounts.choices import AccountKind, RequestKind
from sesshu.protection.accounts.models import AuthorityRequest, Contract, Grant, Profile, SharedIds
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.purposes import Purpose
from sesshu.protection.tenancy import current

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")


class NotAllowed(ValueError):
    """The act is against a rule; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A role asked for. ``programmes`` None: for every programme; dates ISO or empty."""

    role: str
    programmes: list[str] | None
    starts_on: str
    ends_on: str

    @classmethod
    def of(
        cls,
        role: str,
        *,
        starts_on: date,
        ends_on: date | None = None,
        programmes: Sequence[str] | None = None,
    ) -> Wanted:
        scope = None if programmes is None else sorted(programmes)
        return cls(role, scope, starts_on.isoformat(), ends_on.isoformat() if ends_on else "")


def ask_to_open(
    *,
    login: str,
    name: str,
    kind: str,
    section: str,
    employee_number: str,
    wanted: Sequence[Wanted],
    reason: str,
    by: Account,
    contract: Contract | None = None,
    members: Sequence[int] = (),
    terminals: Sequence[str] = (),
    serves_until: date | None = None,
) -> AuthorityRequest:
    """Ask for a new account.

    :raises NotAllowed: the id is taken or unfit, a contractor without a contract, a shared id that the city
        does not permit or that names nobody, or roles that may not be together.
    """
    _may(by, Action.ACCOUNTS_REQUEST)
    values: dict[str, Any] = {
        "login": login, "name": name.strip(), "kind": kind, "section": section.strip(),
        "employee_number": employee_number.strip(), "grants": [asdict(each) for each in wanted],
        "contract": contract.pk if contract else None, "members": list(members),
        "terminals": list(terminals), "serves_until": serves_until.isoformat() if serves_until else "",
    }  # fmt: skip
    check_opening(values)
    return _ask(RequestKind.OPEN, None, values, reason, by)


def check_opening(values: dict[str, Any]) -> None:
    """Whether an account with these values may be opened now."""
    if not LOGIN.fullmatch(values["login"]):
        raise NotAllowed("利用者IDは英小文字・数字・ . _ - の3〜40文字で、英数字から始めてください。")
    if Account.objects.filter(login=values["login"]).exists():
        raise NotAllowed(f"利用者ID「{values['login']}」は使われています。別のIDにしてください。")
    if not values["name"] or not values["grants"]:
        raise NotAllowed("氏名と、少なくとも1つの役割を入力してください。")
    number = values["employee_number"]
    if number and Profile.objects.filter(municipality_code=current(), employee_number=number).exists():
        raise NotAllowed(
            f"職員番号「{number}」の利用者は登録済みです。その利用者への権限の付与を申請してください。"
        )
    _check_kind(values)
    check_grants(values["grants"], held=(), contract=_contract(values["contract"]))


def _check_kind(values: dict[str, Any]) -> None:
    if values["kind"] == AccountKind.CONTRACTOR and not values["contract"]:
        raise NotAllowed("委託先の利用者には契約を選んでください。権限は契約の期間で終わります。")
    if values["kind"] == AccountKind.SHARED:
        if not shared_ids_permitted():
            raise NotAllowed(
                "この市では共用IDを認めていません。必要なときは先に共用IDの利用を申請してください。"
            )
        if not values["members"] or not values["terminals"] or not values["serves_until"]:
            raise NotAllowed("共用IDには、使う人、使える端末、有効期限を指定してください。")


def shared_ids_permitted() -> bool:
    """Whether the city's last word permits shared ids; off by default."""
    last = SharedIds.objects.filter(municipality_code=current()).order_by("-pk").first()
    return bool(last and last.permitted)


def ask_to_grant(
    account: Account, *, wanted: Wanted, reason: str, by: Account, contract: Contract | None = None
) -> AuthorityRequest:
    """Ask for one role more for an account.

    :raises NotAllowed: for oneself, or where the roles together would break the separation of duties.
    """
    _may(by, Action.ACCOUNTS_REQUEST)
    _not_oneself(account, by)
    tied = contract or _contract_of(account)
    values = {"grants": [asdict(wanted)], "contract": tied.pk if tied else None}
    check_grants(values["grants"], held=held_roles(account), contract=tied)  # type: ignore[arg-type]
    return _ask(RequestKind.GRANT, account, values, reason, by)


def check_grants(grants: list[dict[str, Any]], *, held: Sequence[str], contract: Contract | None) -> None:
    """Whether these roles may be held beside those held, and for these days."""
    known = defining.definitions()
    for each in grants:
        if each["role"] not in known or not known[each["role"]].actions:
            raise NotAllowed(f"役割「{each['role']}」はありません。役割の一覧から選んでください。")
        if each["ends_on"] and each["ends_on"] < each["starts_on"]:
            raise NotAllowed("最終日が開始日より前です。")
        if contract and not _inside(each, contract):
            raise NotAllowed(
                f"権限の期間が契約の期間（{contract.starts_on}〜{contract.ends_on}）の外です。期間を直してください。"
            )
    check_separation([*held, *(each["role"] for each in grants)])


def check_separation(roles: list[str]) -> None:
    """:raises NotAllowed: where roles held together hold what must lie with two persons."""
    if found := separation.conflicts(defining.actions_of(roles)):
        raise NotAllowed(str(found[0]))


def _inside(grant: dict[str, Any], contract: Contract) -> bool:
    last = min(contract.ends_on, contract.ended_on or contract.ends_on).isoformat()
    first = contract.starts_on.isoformat()
    return bool(first <= grant["starts_on"] <= (grant["ends_on"] or last) <= last)


def held_roles(account: Account) -> list[str]:
    """The roles of every right that stands or will: those of days to come count, too."""
    standing = Grant.objects.filter(account=account, withdrawn_at__isnull=True).exclude(
        ends_on__lt=clock.today()
    )
    return list(standing.values_list("role", flat=True).distinct())


def ask_to_resume(account: Account, *, reason: str, by: Account) -> AuthorityRequest:
    """Ask that a suspended account work again.

    :raises NotAllowed: for oneself, or when it is not suspended.
    """
    _may(by, Action.ACCOUNTS_REQUEST)
    _not_oneself(account, by)
    if account.in_service:
        raise NotAllowed("この利用者は停止していません。")
    return _ask(RequestKind.RESUME, account, {}, reason, by)


def ask_to_change_role(
    *, code: str, label: str, actions: Sequence[str], purposes: Sequence[str], reason: str, by: Account
) -> AuthorityRequest:
    """Ask that a role hold these actions; a new code makes a role of the city's own.

    :raises NotAllowed: unknown actions, or actions that must lie with two persons, in this role or together
        with another that some account holds.
    """
    _may(by, Action.ROLES_WRITE)
    values = {"role": code, "label": label.strip(), "actions": sorted(actions), "purposes": sorted(purposes)}
    check_role(values)
    return _ask(RequestKind.ROLE, None, values, reason, by)


def check_role(values: dict[str, Any]) -> None:
    """Whether a role may hold these actions now."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,29}", values["role"]) or not values["label"]:
        raise NotAllowed("役割のコード（英小文字・数字・-）と名称を入力してください。")
    if set(values["actions"]) - set(Action) or set(values["purposes"]) - set(Purpose.values):
        raise NotAllowed("知らない操作または目的が含まれています。画面から選び直してください。")
    if found := separation.conflicts(values["actions"]):
        raise NotAllowed(str(found[0]))
    known = defining.definitions()
    for account, roles in _holders(values["role"]):
        together = frozenset(values["actions"]).union(
            *(known[role].actions for role in roles if role != values["role"] and role in known)
        )
        if found := separation.conflicts(together):
            raise NotAllowed(f"この役割を持つ {account} さんの他の役割と両立しません。{found[0]}")


def _holders(code: str) -> list[tuple[str, set[str]]]:
    rows = Grant.objects.filter(municipality_code=current(), withdrawn_at__isnull=True).exclude(
        ends_on__lt=clock.today()
    )
    found: dict[int, tuple[str, set[str]]] = {}
    for account, name, role in rows.values_list("account_id", "account__name", "role"):
        found.setdefault(account, (name, set()))[1].add(role)
    return [(name, roles) for name, roles in found.values() if code in roles]


def ask_for_shared_ids(*, permitted: bool, reason: str, by: Account) -> AuthorityRequest:
    """Ask that the city permit shared ids, or no longer."""
    _may(by, Action.ACCOUNTS_REQUEST)
    return _ask(RequestKind.SHARED_IDS, None, {"permitted": permitted}, reason, by)


def _ask(
    kind: RequestKind, account: Account | None, values: dict[str, Any], reason: str, by: Account
) -> AuthorityRequest:
    if not reason.strip():
        raise NotAllowed("申請の理由を入力してください。")
    made = AuthorityRequest.objects.create(
        kind=kind, account=account, values=values, reason=reason.strip(), asked_by=by, asked_at=clock.now()
    )
    audit.record(
        f"accounts.request.{kind}", by=by, count=0, detail={"request": made.pk, "account": made.account_id}
    )
    return made


def _may(by: Account, action: Action) -> None:
    if not by.may(action):
        raise NotAllowed("この操作をする権限がありません。")


def _not_oneself(account: Account, by: Account) -> None:
    if account.pk == by.pk:
        raise NotAllowed("自分の権限は申請も承認もできません。別の担当者に依頼してください。")


def _contract(pk: int | None) -> Contract | None:
    return Contract.objects.filter(municipality_code=current(), pk=pk).first() if pk else None


def _contract_of(account: Account) -> Contract | None:
    found = Profile.objects.filter(account=account).select_related("contract").first()
    return found.contract if found else None
