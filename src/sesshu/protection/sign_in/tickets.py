"""登録票: a code shown once, with which an account sets its password and registers an authenticator."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import QuerySet

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.sign_in import authenticators, lockout, passwords
from sesshu.protection.sign_in.choices import TicketKind
from sesshu.protection.sign_in.lockout import On
from sesshu.protection.sign_in.models import Ticket
from sesshu.protection.tenancy import acting_for

# Crockford's base 32: no I, L, O, U to mistake. 20 signs are 100 bits.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011")
LASTS = {TicketKind.FIRST: timedelta(hours=24), TicketKind.LOST: timedelta(minutes=30)}


class NotByTwo(ValueError):
    """Two different administrators, neither of them the account itself, are needed."""


@transaction.atomic
def issue(
    *, account: Account, kind: TicketKind, requested_by: Account | None, approved_by: Account | None
) -> tuple[Ticket, str]:
    """Make a ticket, in the account's municipality; what the account came in with before is void from now.

    The code is returned this once.

    :param requested_by: and ``approved_by``: None only for the engineer who sets up a city at the server.
    :raises NotByTwo: when they are one person or one of them is the account.
    """
    _by_two(account, requested_by, approved_by)
    now, code = clock.instant(), _code()
    open_for(account).update(void_at=now)
    authenticators.of(account).delete()
    account.set_unusable_password()
    account.save(update_fields=["password"])
    made = Ticket.objects.create(
        account=account,
        kind=kind,
        secret=make_password(_plain(code)),
        issued_at=now,
        expires_at=now + LASTS[kind],
        requested_by=requested_by,
        approved_by=approved_by,
    )
    detail = {"account": account.pk, "kind": kind.value, "requested_by": requested_by and requested_by.pk}
    audit.record("enrolment.ticket", by=approved_by, detail=detail)
    return made, code


def check(*, login: str, code: str) -> Ticket | None:
    """The open ticket of this id with this code; None for every other case, after the same work."""
    login, place = login.strip(), audit.terminal.get()
    may_try = all([lockout.take(On.LOGIN, login), lockout.take(On.TERMINAL, place)])
    account = passwords.find(login)
    with acting_for(account.municipality_id if account else ""):
        ticket = open_for(account).order_by("-issued_at").first() if account else None
    right = _is_right(ticket, _plain(code)[:40])
    if ticket is None or account is None or not (right and may_try and account.in_service):
        passwords.note_refusal(login, account, reason="ticket" if may_try else "locked")
        return None
    lockout.forgive(On.LOGIN, login)
    lockout.give_back(On.TERMINAL, place)
    return ticket


def for_new_account(account: Account, requested_by: Account, approved_by: Account) -> str:
    """The code for an account that two have just opened (:mod:`sesshu.protection.enrolling`)."""
    with acting_for(account.municipality_id):
        _, code = issue(
            account=account, kind=TicketKind.FIRST, requested_by=requested_by, approved_by=approved_by
        )
    return code


def held(pk: int, account: Account) -> Ticket | None:
    """The ticket that this account showed, while it is open."""
    with acting_for(account.municipality_id):
        return open_for(account).select_related("account").filter(pk=pk).first()


def open_for(account: Account) -> QuerySet[Ticket]:
    """The tickets of an account that may still be used."""
    return Ticket.objects.filter(account=account, used_at=None, void_at=None, expires_at__gt=clock.instant())


def _is_right(ticket: Ticket | None, plain: str) -> bool:
    if ticket is None:
        make_password(plain)  # nobody's, at the price of somebody's
        return False
    return check_password(plain, ticket.secret)


def _by_two(account: Account, requested_by: Account | None, approved_by: Account | None) -> None:
    if requested_by is None and approved_by is None:
        return
    three = [each for each in (account, requested_by, approved_by) if each is not None]
    if len({each.pk for each in three}) < 3:
        raise NotByTwo("申請者と承認者は別の管理者でなければならず、本人がなることもできません。")
    if len({each.municipality_id for each in three}) > 1:
        raise NotByTwo("申請者と承認者は、利用者と同じ市区町村の別の管理者でなければなりません。")


def _code() -> str:
    signs = "".join(secrets.choice(_SIGNS) for _ in range(20))
    return "-".join(signs[start : start + 5] for start in range(0, 20, 5))


def _plain(code: str) -> str:
    return "".join(code.upper().split()).replace("-", "").translate(_MISREAD)
