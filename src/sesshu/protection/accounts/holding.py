"""Which rights an account holds today: one statement, asked anew each time (S04).

A right counts only while all of it holds: the account in service, the grant's own days, the contract's
days, and no review that ran out before somebody confirmed the right. No job need run for any of these.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from sesshu.kernel import clock
from sesshu.protection import rights, tenancy
from sesshu.protection.accounts.choices import AccountKind, Decision
from sesshu.protection.accounts.models import Grant, ReviewItem, RoleVersion
from sesshu.protection.models import Account
from sesshu.protection.rights import Held, Rights
from sesshu.protection.roles import Role

COLUMNS = (
    "role",
    "programmes",
    "version_label",
    "version_actions",
    "version_purposes",
    "account__profile__kind",
)


def within(day: date, prefix: str = "", start: str = "starts_on", end: str = "ends_on") -> Q:
    """Rows whose period holds the day; the last day belongs to it, no end is no limit."""
    begun = Q(**{f"{prefix}{start}__isnull": True}) | Q(**{f"{prefix}{start}__lte": day})
    return begun & (Q(**{f"{prefix}{end}__isnull": True}) | Q(**{f"{prefix}{end}__gte": day}))


def overdue_items(day: date) -> QuerySet[ReviewItem]:
    """Rights of the outer grant that a review left unconfirmed past its deadline."""
    return ReviewItem.objects.filter(grant=OuterRef("pk"), decision=Decision.OPEN, campaign__deadline__lt=day)


def grants_in_force(day: date) -> QuerySet[Grant]:
    """The grants that count on a day, of every account in service."""
    contract_ended = Q(contract__ended_on__isnull=True) | Q(contract__ended_on__gte=day)
    return (
        Grant.objects.filter(within(day), withdrawn_at__isnull=True, account__is_active=True)
        .filter(within(day, "account__", "serves_from", "serves_until"))
        .filter(within(day, "contract__") & contract_ended)
        .exclude(Exists(overdue_items(day)))
    )


def statement(day: date) -> QuerySet[Grant, tuple[Any, ...]]:
    """The rights in force as rows of :data:`COLUMNS`; filter by account."""
    last = RoleVersion.objects.filter(
        municipality_code=OuterRef("municipality_code"), role=OuterRef("role")
    ).order_by("-pk")
    return (
        grants_in_force(day)
        .annotate(
            version_label=Subquery(last.values("label")[:1]),
            version_actions=Subquery(last.values("actions")[:1]),
            version_purposes=Subquery(last.values("purposes")[:1]),
        )
        .order_by("pk")
        .values_list(*COLUMNS)
    )


def rights_from(rows: Iterable[tuple[Any, ...]], day: date) -> Rights:
    """The rights that rows of :func:`statement` say."""
    found = list(rows)
    held = tuple(held for row in found if (held := _held(*row[:-1])) is not None)
    return Rights(held, day, shared=any(row[-1] == AccountKind.SHARED for row in found))


def _held(
    role: str,
    programmes: list[str] | None,
    label: str | None,
    actions: list[str] | None,
    purposes: list[str] | None,
) -> Held | None:
    scope = None if programmes is None else frozenset(programmes)
    if label is not None:
        return Held(role, label, frozenset(actions or ()), frozenset(purposes or ()), scope)
    # A role that neither the product nor the city defines gives nothing.
    return rights.built_in(role, scope) if role in Role.values else None


def rights_of(account: Account) -> Rights:
    """The account's rights today; one question inside a request of its own municipality."""
    day = clock.today()
    with acting_for_own(account):
        return rights_from(statement(day).filter(account=account.pk), day)


def acting_for_own(account: Account) -> Any:
    """The account's own municipality, without a question more where one acts for it already."""
    if tenancy.acting() == account.municipality_id:
        return nullcontext()
    return tenancy.acting_for(account.municipality_id)


def give(account: Account, roles: Iterable[str]) -> None:
    """See :func:`sesshu.protection.rights.give`."""
    wanted, now = list(dict.fromkeys(roles)), clock.now()
    with acting_for_own(account):
        standing = Grant.objects.filter(account=account, withdrawn_at__isnull=True)
        standing.exclude(role__in=wanted, programmes__isnull=True, ends_on__isnull=True).update(
            withdrawn_at=now, withdraw_reason="サーバーでの設定"
        )
        held = set(standing.values_list("role", flat=True))
        Grant.objects.bulk_create(
            Grant(account=account, role=role, reason="サーバーでの設定", granted_at=now)
            for role in wanted
            if role not in held
        )
