"""Approve or refuse a request: always another person than who asked, never the one it is about."""

from __future__ import annotations

from datetime import date
from typing import Any

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.accounts import asking
from sesshu.protection.accounts.asking import NotAllowed
from sesshu.protection.accounts.choices import AccountKind, RequestKind, RequestState
from sesshu.protection.accounts.models import (
    AuthorityRequest,
    Contract,
    Grant,
    Profile,
    RoleVersion,
    SharedIds,
    SharedMember,
)
from sesshu.protection.actions import Action
from sesshu.protection.models import Account, Municipality
from sesshu.protection.tenancy import current


def approve(request: AuthorityRequest, *, by: Account, note: str = "") -> AuthorityRequest:
    """Do what the request asks for; what it wants is checked again, for much may have happened since.

    :raises NotAllowed: by who asked or whom it is about, when decided already, or when a rule forbids it now.
    """
    held = _held(request, by)
    _APPROVED[RequestKind(held.kind)](held, by)
    return _decide(held, RequestState.APPROVED, by, note)


def refuse(request: AuthorityRequest, *, by: Account, note: str) -> AuthorityRequest:
    """Refuse with a reason. :raises NotAllowed: as :func:`approve`, or without a reason."""
    held = _held(request, by)
    if not note.strip():
        raise NotAllowed("却下の理由を入力してください。")
    return _decide(held, RequestState.REFUSED, by, note)


def take_back(request: AuthorityRequest, *, by: Account) -> AuthorityRequest:
    """Who asked takes the request back before it is decided."""
    held = AuthorityRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if held.asked_by_id != by.pk or held.state != RequestState.WAITING:
        raise NotAllowed("承認待ちの自分の申請だけを取り下げられます。")
    return _decide(held, RequestState.TAKEN_BACK, by, "")


def _held(request: AuthorityRequest, by: Account) -> AuthorityRequest:
    if not by.may(Action.ACCOUNTS_APPROVE):
        raise NotAllowed("この操作をする権限がありません。")
    held = AuthorityRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if held.state != RequestState.WAITING:
        raise NotAllowed("この申請は決裁済みです。一覧を開き直してください。")
    if by.pk in (held.asked_by_id, held.account_id):
        raise NotAllowed("自分の申請、自分についての申請は決められません。別の承認者に依頼してください。")
    if by.pk in held.values.get("members", ()):
        raise NotAllowed("自分が使う共用IDは承認できません。別の承認者に依頼してください。")
    return held


def _decide(held: AuthorityRequest, state: RequestState, by: Account, note: str) -> AuthorityRequest:
    held.state, held.decided_by, held.decided_at = state, by, clock.now()
    held.decision_note = note.strip()
    held.save()
    audit.record(
        f"accounts.request.{state}",
        by=by,
        count=0,
        detail={"request": held.pk, "kind": held.kind, "account": held.account_id},
    )
    return held


def _open(request: AuthorityRequest, by: Account) -> None:
    values = request.values
    asking.check_opening(values)
    account = Account(
        login=values["login"],
        name=values["name"],
        municipality=Municipality.objects.get(code=current()),
        serves_until=_day(values["serves_until"]),
    )
    account.set_unusable_password()
    account.save(force_insert=True)
    Profile.objects.create(
        account=account,
        kind=values["kind"],
        section=values["section"],
        employee_number=values["employee_number"],
        contract_id=values["contract"],
        terminals=values["terminals"],
    )
    for member in values["members"]:
        SharedMember.objects.create(shared=account, member_id=member)
    request.account = account
    _give(request, account, by)


def _grant(request: AuthorityRequest, by: Account) -> None:
    account = _account(request)
    contract = Contract.objects.filter(pk=request.values["contract"]).first()
    asking.check_grants(request.values["grants"], held=asking.held_roles(account), contract=contract)
    _give(request, account, by)


def _give(request: AuthorityRequest, account: Account, by: Account) -> None:
    for each in request.values["grants"]:
        Grant.objects.create(
            account=account,
            role=each["role"],
            programmes=each["programmes"],
            starts_on=_day(each["starts_on"]),
            ends_on=_day(each["ends_on"]),
            reason=request.reason,
            contract_id=request.values["contract"],
            asked_by_id=request.asked_by_id,
            approved_by=by,
            granted_at=clock.now(),
        )


def _resume(request: AuthorityRequest, by: Account) -> None:
    account = _account(request)
    if account.serves_until and account.serves_until < clock.today():
        profile = Profile.objects.filter(account=account).first()
        if profile is not None and profile.kind != AccountKind.STAFF:
            raise NotAllowed("期限の過ぎた委託先・共用の利用者は再開できません。新しく登録してください。")
        account.serves_until = None
    account.is_active = True
    account.save(update_fields=["is_active", "serves_until"])


def _role(request: AuthorityRequest, by: Account) -> None:
    values = request.values
    asking.check_role(values)
    RoleVersion.objects.create(
        role=values["role"],
        label=values["label"],
        actions=values["actions"],
        purposes=values["purposes"],
        reason=request.reason,
        asked_by_id=request.asked_by_id,
        approved_by=by,
        recorded_at=clock.now(),
    )


def _shared_ids(request: AuthorityRequest, by: Account) -> None:
    SharedIds.objects.create(
        permitted=request.values["permitted"],
        reason=request.reason,
        asked_by_id=request.asked_by_id,
        approved_by=by,
        recorded_at=clock.now(),
    )


_APPROVED = {
    RequestKind.OPEN: _open,
    RequestKind.GRANT: _grant,
    RequestKind.RESUME: _resume,
    RequestKind.ROLE: _role,
    RequestKind.SHARED_IDS: _shared_ids,
}


def _account(request: AuthorityRequest) -> Account:
    found = Account.objects.filter(municipality_id=current(), pk=request.account_id or 0).first()
    if found is None:
        raise NotAllowed("対象の利用者がいません。")
    return found


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None
