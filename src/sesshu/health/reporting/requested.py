"""The listing that an address asks for: the same for a page, a file and a job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import QueryDict

from sesshu.health.reporting import residents, roster, unvaccinated
from sesshu.health.reporting.cohorts import ResidentSelection
from sesshu.health.reporting.dose_selection import DoseSelection, UnknownSelection
from sesshu.health.reporting.forms import RosterForm, UnvaccinatedForm
from sesshu.health.reporting.listings import Listing


def _unvaccinated(given: QueryDict) -> Listing:
    form = UnvaccinatedForm(given)
    if not form.is_valid():
        raise UnknownSelection("未接種者一覧の条件を読み取れません。")
    return unvaccinated.listing(form.conditions())


def _roster(given: QueryDict) -> Listing:
    form = RosterForm(given)
    if not form.is_valid():
        raise UnknownSelection("接種名簿の条件を読み取れません。")
    return roster.listing(form.conditions())


def _doses(given: QueryDict) -> Listing:
    return roster.selected(DoseSelection.from_address(given), "集計値の内訳（接種）")


def _residents(given: QueryDict) -> Listing:
    return residents.selected(ResidentSelection.from_address(given), "集計値の内訳（住民）")


_LISTINGS: dict[str, Callable[[Any], Listing]] = {
    "unvaccinated": _unvaccinated,
    "roster": _roster,
    "doses": _doses,
    "residents": _residents,
}
KINDS = tuple(_LISTINGS)


def listing_of(kind: str, address: str) -> Listing:
    """The listing of a kind with the conditions of an address's query part.

    :raises UnknownSelection: for an unknown kind or conditions that cannot be read.
    """
    if kind not in _LISTINGS:
        raise UnknownSelection(kind)
    return _LISTINGS[kind](QueryDict(address))
