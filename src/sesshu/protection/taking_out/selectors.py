"""Reads of requests and media; they name no resident."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from sesshu.kernel import clock
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.taking_out.choices import MediumEvent, State
from sesshu.protection.taking_out.models import Medium, TakingOut
from sesshu.protection.tenancy import current


def requests_for(by: Account) -> QuerySet[TakingOut]:
    """One's own requests; all of the city for those who approve or keep the register."""
    found = TakingOut.objects.filter(municipality_code=current()).select_related(
        "asked_by", "decided_by", "medium"
    )
    sees_all = by.may(Action.TAKING_OUT_APPROVE) or by.may(Action.MEDIA_WRITE)
    return (found if sees_all else found.filter(asked_by=by)).order_by("-asked_at", "-pk")


def waiting_for(by: Account) -> int:
    """How many wait for this account: to decide, to fetch, to prove the erasure of."""
    return requests_for(by).filter(_decide(by) | _fetch(by) | _overdue(by)).count()


def _decide(by: Account) -> Q:
    if not by.may(Action.TAKING_OUT_APPROVE):
        return Q(pk__in=[])
    return Q(state=State.REQUESTED) & ~Q(asked_by=by)


def _fetch(by: Account) -> Q:
    return Q(state=State.READY, asked_by=by)


def _overdue(by: Account) -> Q:
    return Q(state=State.FETCHED, asked_by=by, erase_by__lt=clock.today())


def overdue() -> QuerySet[TakingOut]:
    """What was taken out and not erased by its day."""
    return TakingOut.objects.filter(
        municipality_code=current(), state=State.FETCHED, erase_by__lt=clock.today()
    )


def media() -> QuerySet[Medium]:
    """The register of media."""
    return Medium.objects.filter(municipality_code=current()).order_by("label")


def media_in_store() -> QuerySet[Medium]:
    """Those that a request may name."""
    return media().filter(state__in=[MediumEvent.REGISTERED, MediumEvent.RETURNED, MediumEvent.ERASED])
