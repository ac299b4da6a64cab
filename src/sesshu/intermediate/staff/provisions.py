"""Provisions that a person must look at, and those of lately."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from sesshu.intermediate.choices import ProvisionState
from sesshu.intermediate.models import Opinion, Provision
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current


def own() -> QuerySet[Provision]:
    """Of this municipality, with their persons and who decided."""
    held = Provision.objects.filter(municipality_code=current())
    return held.select_related("person", "decided_by")


def waiting() -> QuerySet[Provision]:
    """Those that nobody may answer automatically, the first to end first. ``checked``: has an opinion."""
    opinion = Opinion.objects.filter(municipality_code=current(), provision=OuterRef("pk"), sent_back_at=None)
    found = own().filter(state=ProvisionState.WAITING).annotate(checked=Exists(opinion))
    return found.order_by("answer_by", "pk")


def to_do(account: Account) -> QuerySet[Provision]:
    """Of those the ones that this account can do something about."""
    may_check = account.may(Action.INTERMEDIATE_CHECK)
    may_decide = account.may(Action.INTERMEDIATE_DECIDE)
    if may_check == may_decide:
        return waiting()
    checked = Q(Exists(_in_force()))
    return waiting().filter(checked if may_decide else ~checked)


def _in_force() -> QuerySet[Opinion]:
    return Opinion.objects.filter(municipality_code=current(), provision=OuterRef("pk"), sent_back_at=None)


def others() -> QuerySet[Provision]:
    """All that do not wait, the newest first."""
    return own().exclude(state=ProvisionState.WAITING).order_by("-received_at", "-pk")
