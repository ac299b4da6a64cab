"""Recovery of a lost authenticator, and enrolment of an account without one: two administrators together.

One asks and records how the member of staff was identified (S11); a different one approves, face to face,
and hands over the code. Neither may be the account itself. PostgreSQL holds the same rule as a constraint.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.sign_in import authenticators, ending, lockout, tickets
from sesshu.protection.sign_in.choices import CheckMethod, RecoveryState, TicketKind
from sesshu.protection.sign_in.lockout import On
from sesshu.protection.sign_in.models import Recovery
from sesshu.protection.sign_in.services import Refused

WAITS = timedelta(hours=24)


def request(*, account: Account, method: CheckMethod, note: str, by: Account) -> Recovery:
    """Ask that ``account`` may enrol anew.

    :raises Refused: for oneself, for another city's account, or while a request of it waits.
    """
    if account.municipality_id != by.municipality_id or not account.in_service:
        raise Refused("この利用者は登録されていないか、無効になっています。")
    if account.pk == by.pk:
        raise Refused("自分自身の再登録は申請できません。別の管理者に依頼してください。")
    has_one = authenticators.of(account).exists()
    try:
        with transaction.atomic():
            _withdraw_overdue(account)
            made = Recovery.objects.create(
                account=account, kind=TicketKind.LOST if has_one else TicketKind.FIRST, requested_by=by,
                requested_at=clock.instant(), check_method=method, check_note=note,
            )  # fmt: skip
            _record("recovery.request", made, by, method=method.value)
    except IntegrityError:
        raise Refused("この利用者の申請はすでに出ていて、承認を待っています。") from None
    return made


def approve(*, recovery: Recovery, by: Account) -> tuple[Recovery, str]:
    """Approve: the old authenticators, password and sessions end; the new code is returned this once.

    :raises Refused: when it waits no longer, or who approves asked for it or is the account.
    """
    with transaction.atomic():
        row = _waiting(recovery)
        if by.pk in (row.requested_by_id, row.account_id):
            raise Refused("申請した人と本人は承認できません。別の管理者が承認してください。")
        if not (row.account.in_service and row.requested_by.may(Action.FACTORS_RECOVER)):
            raise Refused("申請のあとに、申請した人か本人の利用が終わっています。やり直してください。")
        account = row.account
        ending.end_all(account=account, by=by, why="recovery")
        lockout.forgive(On.LOGIN, account.login)
        lockout.forgive(On.FACTOR, str(account.pk))
        row.ticket, code = tickets.issue(
            account=account, kind=TicketKind(row.kind), requested_by=row.requested_by, approved_by=by
        )
        _decide(row, RecoveryState.APPROVED, by)
        _record("recovery.approve", row, by)
    return row, code


def refuse(*, recovery: Recovery, by: Account) -> Recovery:
    """Send it back; who asked withdraws it the same way.

    :raises Refused: when it waits no longer.
    """
    with transaction.atomic():
        row = _waiting(recovery)
        own = row.requested_by_id == by.pk
        _decide(row, RecoveryState.WITHDRAWN if own else RecoveryState.REFUSED, by)
        _record("recovery.withdraw" if own else "recovery.refuse", row, by)
    return row


def is_overdue(row: Recovery) -> bool:
    """Whether it waited too long: an identity checked yesterday says nothing of who stands there today."""
    return row.state == RecoveryState.ASKED and clock.instant() - row.requested_at > WAITS


def _waiting(recovery: Recovery) -> Recovery:
    row = Recovery.objects.select_for_update().get(pk=recovery.pk)
    if row.state != RecoveryState.ASKED:
        raise Refused("この申請はすでに処理されています。")
    if is_overdue(row):
        raise Refused("申請から24時間を過ぎています。本人の確認からやり直してください。")
    return row


def _withdraw_overdue(account: Account) -> None:
    Recovery.objects.filter(
        account=account, state=RecoveryState.ASKED, requested_at__lt=clock.instant() - WAITS
    ).update(state=RecoveryState.WITHDRAWN, decided_at=clock.instant())


def _decide(row: Recovery, state: RecoveryState, by: Account) -> None:
    row.state, row.decided_by, row.decided_at = state, by, clock.instant()
    row.save()


def _record(action: str, row: Recovery, by: Account, **more: str) -> None:
    detail = {"recovery": row.pk, "account": row.account_id, "kind": row.kind, **more}
    audit.record(action, by=by, detail=detail)
