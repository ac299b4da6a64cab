"""Commands that narrow rights. One person does them, and they hold at once; widening wants two (asking)."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.accounts.asking import NotAllowed
from sesshu.protection.accounts.choices import NarrowingKind
from sesshu.protection.accounts.holding import grants_in_force
from sesshu.protection.accounts.models import Contract, Grant, Narrowing, Profile
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

_ENDERS = (Action.ACCOUNTS_REQUEST, Action.ACCOUNTS_APPROVE, Action.ACCOUNTS_REVIEW)


def suspend(account: Account, *, reason: str, by: Account) -> None:
    """Let the account do nothing more, from its next request on.

    :raises NotAllowed: oneself, without a reason, or the last approver.
    """
    _check(account, reason, by)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    _note(NarrowingKind.SUSPENSION, account, clock.today(), reason, by)


def withdraw(grant: Grant, *, reason: str, by: Account) -> None:
    """End one right now. :raises NotAllowed: as :func:`suspend`."""
    _check(grant.account, reason, by, only=grant)
    _withdraw(Grant.objects.filter(pk=grant.pk), reason, by)
    audit.record(
        "accounts.withdraw",
        by=by,
        count=0,
        detail={"account": grant.account_id, "grant": grant.pk, "role": grant.role},
    )


def _withdraw(grants: object, reason: str, by: Account | None) -> None:
    grants.filter(withdrawn_at__isnull=True).update(  # type: ignore[attr-defined]
        withdrawn_at=clock.now(), withdrawn_by=by, withdraw_reason=reason
    )


def transfer(account: Account, *, on: date, section: str, reason: str, by: Account | None) -> int:
    """End every right the day before ``on``; the date may lie ahead. How many rights end.

    The account stays: in the new section it is given what it needs there by a request.
    """
    _check(account, reason, by)
    ended = _end_grants(account, on - timedelta(days=1))
    Profile.objects.update_or_create(account=account, defaults={"section": section})
    _note(NarrowingKind.TRANSFER, account, on, reason, by)
    return ended


def retire(account: Account, *, last_day: date, reason: str, by: Account | None) -> int:
    """End the account and every right with ``last_day``. How many rights end."""
    _check(account, reason, by)
    Account.objects.filter(pk=account.pk).update(serves_until=last_day)
    ended = _end_grants(account, last_day)
    _note(NarrowingKind.RETIREMENT, account, last_day, reason, by)
    return ended


def _end_grants(account: Account, last_day: date) -> int:
    """Shorten what lasts longer; a right that had not begun by then never will."""
    standing = Grant.objects.filter(account=account, withdrawn_at__isnull=True)
    return standing.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last_day)).update(ends_on=last_day)


_ACTS = {
    NarrowingKind.SUSPENSION: "accounts.suspend",
    NarrowingKind.TRANSFER: "accounts.transfer",
    NarrowingKind.RETIREMENT: "accounts.retire",
}


def _note(kind: NarrowingKind, account: Account, on: date, reason: str, by: Account | None) -> None:
    """The reason stays with the account; the log takes no free text and names the row."""
    made = Narrowing.objects.create(
        account=account, kind=kind, on=on, reason=reason.strip(), by=by, recorded_at=clock.now()
    )
    detail = {"account": account.pk, "narrowing": made.pk, "on": on.isoformat()}
    audit.record(_ACTS[kind], by=by, count=0, detail=detail)


def register_contract(
    *,
    company: str,
    purpose: str,
    starts_on: date,
    ends_on: date,
    by: Account,
    sub_contractor: str = "",
    sub_contract_permission: str = "",
) -> Contract:
    """Register a contract under which accounts may then be asked for.

    :raises NotAllowed: the end before the start, or a sub-contractor without the city's permission.
    """
    if ends_on < starts_on:
        raise NotAllowed("契約期間の終わりが始まりより前です。")
    if sub_contractor.strip() and not sub_contract_permission.strip():
        raise NotAllowed("再委託先があるときは、市が許諾した文書の番号と日付を入力してください。")
    made = Contract.objects.create(
        company=company.strip(),
        sub_contractor=sub_contractor.strip(),
        sub_contract_permission=sub_contract_permission.strip(),
        purpose=purpose.strip(),
        starts_on=starts_on,
        ends_on=ends_on,
        registered_by=by,
        registered_at=clock.now(),
    )
    audit.record("accounts.contract", by=by, count=0, detail={"contract": made.pk})
    return made


def end_contract(contract: Contract, *, last_day: date, reason: str, by: Account) -> None:
    """End a contract early; its accounts' rights end with it. A longer one is registered anew."""
    if not reason.strip() or last_day > contract.ends_on:
        raise NotAllowed(
            "理由を入力し、契約期間の中の日を指定してください。延長は新しい契約として登録します。"
        )
    contract.ended_on, contract.end_reason = last_day, reason.strip()
    contract.save(update_fields=["ended_on", "end_reason"])
    detail = {"contract": contract.pk, "on": last_day.isoformat()}
    audit.record("accounts.contract-end", by=by, count=0, detail=detail)


def _check(account: Account, reason: str, by: Account | None, only: Grant | None = None) -> None:
    if account.municipality_id != current():
        raise NotAllowed("この市の利用者ではありません。")
    if not reason.strip():
        raise NotAllowed("理由を入力してください。")
    if by is None:
        return
    if not any(by.may(action) for action in _ENDERS):
        raise NotAllowed("この操作をする権限がありません。")
    if account.pk == by.pk:
        raise NotAllowed("自分の権限は変えられません。別の担当者に依頼してください。")
    if not _another_approver(account, only):
        raise NotAllowed("最後の承認者です。先に別の承認者を登録してください。")


def _another_approver(account: Account, only: Grant | None) -> bool:
    """Whether somebody could still approve a request afterwards; true where the account never could."""
    if not account.may(Action.ACCOUNTS_APPROVE):
        return True
    others = grants_in_force(clock.today()).filter(municipality_code=current()).exclude(account=account)
    if only is not None:
        others = grants_in_force(clock.today()).filter(municipality_code=current()).exclude(pk=only.pk)
    holders = Account.objects.filter(pk__in=others.values("account"))
    return any(holder.may(Action.ACCOUNTS_APPROVE) for holder in holders)
