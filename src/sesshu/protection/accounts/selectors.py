"""Reads of accounts and their rights. They hold no resident, and show no secret of an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from sesshu.kernel import clock
from sesshu.protection.accounts import defining, separation, usage
from sesshu.protection.accounts.choices import RequestState
from sesshu.protection.accounts.holding import COLUMNS, rights_from, statement
from sesshu.protection.accounts.models import AuthorityRequest, Contract, Grant, Narrowing, Profile
from sesshu.protection.models import Account
from sesshu.protection.rights import Rights
from sesshu.protection.tenancy import acting_for, current


def still_may(account_id: int, action: str, programme: str | None = None) -> bool:
    """Whether this account may do ``action`` now; for tokens and long work, asked anew each time.

    Reads the account and its rights from the database at each call: nothing is remembered between two.
    """
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        return False
    with acting_for(account.municipality_id):
        return account.may(action, programme)


@dataclass(frozen=True, slots=True)
class Question:
    """:func:`still_may` as a statement, for who asks over a connection that Django does not know."""

    sql: str
    values: tuple[object, ...]
    day: date

    def answer(self, rows: Sequence[tuple[Any, ...]], action: str | None, programme: str | None) -> bool:
        """What the rows say; with ``action`` None, whether any right is left."""
        rights = rights_from(rows, self.day)
        return bool(rights.held) if action is None else rights.allow(action, programme)


def question_of(account_id: int) -> Question:
    """The statement that reads today's rights of an account within its municipality."""
    day = clock.today()
    sql, values = statement(day).filter(account=account_id).query.sql_with_params()
    return Question(sql, tuple(values), day)


@dataclass(frozen=True, slots=True)
class Line:
    """An account in the list."""

    account: Account
    profile: Profile | None
    roles: tuple[str, ...]
    last_used: datetime | None
    conflicts: tuple[separation.Pair, ...]

    @property
    def state(self) -> str:
        """suspended, ended, waiting (opens later), idle (no right) or working."""
        if not self.account.is_active:
            return "suspended"
        today, account = clock.today(), self.account
        if account.serves_until and account.serves_until < today:
            return "ended"
        if account.serves_from and account.serves_from > today:
            return "waiting"
        return "working" if self.roles else "idle"


def accounts() -> QuerySet[Account]:
    """The municipality's accounts by section and name."""
    found = Account.objects.filter(municipality_id=current()).select_related("profile", "profile__contract")
    return found.order_by("profile__section", "name", "login")


def account(pk: int) -> Account | None:
    return accounts().filter(pk=pk).first()


def found_accounts(text: str = "", role: str = "", state: str = "") -> list[Line]:
    """The accounts whose id, name, section or number has the words; by role; by state."""
    rows = accounts()
    for word in text.split():
        rows = rows.filter(
            Q(login__icontains=word)
            | Q(name__icontains=word)
            | Q(profile__section__icontains=word)
            | Q(profile__employee_number=word)
            | Q(profile__contract__company__icontains=word)
        )
    lines = lines_of(list(rows))
    labels = defining.labels()
    if role:
        lines = [line for line in lines if labels.get(role, role) in line.roles]
    return [line for line in lines if not state or line.state == state]


def lines_of(rows: Sequence[Account]) -> list[Line]:
    used = usage.uses(accounts=[row.pk for row in rows])
    held = rights_of_all([row.pk for row in rows])
    nothing = Rights((), clock.today())
    found = []
    for row in rows:
        rights = held.get(row.pk, nothing)
        last = max(
            [*used.get(row.pk, {}).values(), *([row.last_login] if row.last_login else [])], default=None
        )
        pairs = tuple(separation.conflicts(rights.scopes))
        found.append(Line(row, getattr(row, "profile", None), tuple(rights.labels), last, pairs))
    return found


def rights_of_all(ids: Sequence[int]) -> dict[int, Rights]:
    """Today's rights of many accounts by one question."""
    day = clock.today()
    rows: dict[int, list[tuple[object, ...]]] = {}
    for account_id, *rest in statement(day).filter(account__in=ids).values_list("account_id", *COLUMNS):
        rows.setdefault(account_id, []).append(tuple(rest))
    return {account_id: rights_from(found, day) for account_id, found in rows.items()}


def narrowings_of(account: Account) -> QuerySet[Narrowing]:
    """How the account was suspended, transferred or retired and why, newest first."""
    found = Narrowing.objects.filter(municipality_code=current(), account=account).select_related("by")
    return found.order_by("-pk")


def grants_of(account: Account) -> QuerySet[Grant]:
    """Every right the account ever held, newest first."""
    found = Grant.objects.filter(municipality_code=current(), account=account)
    return found.select_related("account", "asked_by", "approved_by", "withdrawn_by", "contract").order_by(
        "-pk"
    )


def grants_known_at(account: Account, known_at: datetime) -> list[Grant]:
    """The rights that stood at a time as they were recorded by then ("as known on")."""
    day = known_at.date()
    found = grants_of(account).filter(granted_at__lte=known_at).exclude(withdrawn_at__lte=known_at)
    return list(
        found.filter(
            Q(starts_on__isnull=True) | Q(starts_on__lte=day), Q(ends_on__isnull=True) | Q(ends_on__gte=day)
        )
    )


def requests(state: str = RequestState.WAITING) -> QuerySet[AuthorityRequest]:
    """The requests in a state, oldest waiting first."""
    found = AuthorityRequest.objects.filter(municipality_code=current())
    found = found.filter(state=state) if state else found
    order = "asked_at" if state == RequestState.WAITING else "-asked_at"
    return found.select_related("asked_by", "decided_by", "account").order_by(order)


def waiting_for(account: Account) -> int:
    """How many requests this account could decide."""
    return requests().exclude(asked_by=account).exclude(account=account).count()


def contracts() -> QuerySet[Contract]:
    """The city's contracts, the latest first."""
    return Contract.objects.filter(municipality_code=current()).order_by("-ends_on", "company")
