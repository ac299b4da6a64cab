"""What this room offers for taking out: each of its lists, as data."""

from __future__ import annotations

from functools import partial

from sesshu.health.reporting.dose_selection import UnknownSelection
from sesshu.health.reporting.jobs import TAKE_OUT
from sesshu.health.reporting.requested import KINDS, listing_of
from sesshu.jobs.services import plan
from sesshu.protection.models import Account
from sesshu.protection.taking_out.producers import Offer, Producer, register
from sesshu.protection.tenancy import current

FORMS = ("csv", "xlsx")


def register_all() -> None:
    """One producer for each kind of list, under its name."""
    for kind in KINDS:
        register(Producer(kind, FORMS, partial(_offer, kind), _plan))


def _offer(kind: str, address: str) -> Offer:
    try:
        listing = listing_of(kind, address)
    except UnknownSelection as error:
        raise ValueError(str(error)) from None
    columns = tuple(column.title for column in listing.columns)
    return Offer(listing.title, columns, listing.count(), listing.conditions)


def _plan(pk: int, by: Account | None) -> None:
    plan(TAKE_OUT, by=by, payload={"municipality": current(), "taking_out": pk})
