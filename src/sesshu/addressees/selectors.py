"""Reads of addressees: masked, and written to the audit log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from sesshu.addressees.choices import ChangeReason, Kind, Status
from sesshu.addressees.masked import AddresseeView, may_see_protected, needed_of, view_of, views_of
from sesshu.addressees.models import Addressee, AddresseeVersion, ProtectiveMeasure
from sesshu.addressees.searching import Found, search
from sesshu.addressees.states import DATES, FIELDS, PROTECTED_FIELDS, label
from sesshu.kernel import clock
from sesshu.kernel.masking import HIDDEN
from sesshu.kernel.wareki import to_wareki
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.purposes import Section
from sesshu.protection.tenancy import current

__all__ = [
    "AddresseeView",
    "Found",
    "HistoryEntry",
    "by_number",
    "current_residents",
    "history",
    "household",
    "is_protected",
    "masked_rows",
    "person",
    "protective_measures",
    "search",
]


def addressees() -> QuerySet[Addressee]:
    """The municipality's addressees, those merged into another included. Not masked: for commands only."""
    return Addressee.objects.filter(municipality_code=current())


def is_protected(ids: Iterable[int] | None = None, on: date | None = None) -> set[int]:
    """Who of these (default: of all) is under a protective measure on a day (default: today)."""
    day = on or clock.today()
    measures = ProtectiveMeasure.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), municipality_code=current(), starts_on__lte=day
    )
    if ids is not None:
        measures = measures.filter(addressee_id__in=list(ids))
    return set(measures.values_list("addressee_id", flat=True))


def person(pk: int, *, by: Account | None, purpose: str) -> AddresseeView:
    """One person, for a screen or a document: what the purpose in force needs, masked.

    :raises Addressee.DoesNotExist: no such person in this municipality.
    """
    found = addressees().get(pk=pk)
    audit.record("addressee.read", by=by, subjects=[pk], purpose=purpose)
    return needed_of(view_of(found, protected=bool(is_protected([pk])), by=by))


def by_number(number: str, *, by: Account | None, purpose: str) -> AddresseeView | None:
    """The person of a 宛名番号; of a merged one, the person it was merged into."""
    found = addressees().select_related("merged_into").filter(number=number).first()
    if found is None:
        return None
    return person((found.merged_into or found).pk, by=by, purpose=purpose)


def has_number(addressee: Addressee, number: str) -> bool:
    """Whether a 宛名番号 is of this person, who after a 名寄せ has several."""
    named = addressees().filter(number=number).first()
    return named is not None and _kept(named) == _kept(addressee)


def _kept(addressee: Addressee) -> Addressee:
    return _kept(addressee.merged_into) if addressee.merged_into else addressee


def household(of: AddresseeView, *, by: Account | None) -> list[AddresseeView]:
    """The others of the household; nobody where the household is hidden or unknown.

    A member under a protective measure is left out for those who may not see the household: to be shown
    beside the others would tell where that person lives.
    """
    if of.masked or not of.household_number or Section.HOUSEHOLD in of.left_out:
        return []
    members = list(
        addressees()
        .filter(household_number=of.household_number, merged_into__isnull=True)
        .exclude(pk=of.pk)
        .order_by("birth_date", "number")
    )
    protected = is_protected([member.pk for member in members])
    shown = [member for member in members if member.pk not in protected or may_see_protected(by)]
    audit.record("addressee.read", by=by, subjects=[member.pk for member in shown], purpose="世帯の表示")
    return [needed_of(view) for view in views_of(shown, protected=protected, by=by)]


def current_residents(on: date | None = None) -> QuerySet[Addressee]:
    """Those registered as residents on a day (default: today), merged ones left out. Not masked.

    Reckoned from what is known now: 住民となった年月日 and 消除年月日 (the day of removal is not a
    resident's any more). A resident whose 住民となった年月日 is unknown counts from birth.
    """
    day = on or clock.today()
    residents = addressees().filter(kind=Kind.RESIDENT, merged_into__isnull=True)
    begun = Q(resident_since__isnull=True) | Q(resident_since__lte=day)
    still = Q(status=Status.RESIDENT) | Q(removed_on__gt=day)
    return residents.filter(begun & still)


def masked_rows(
    rows: QuerySet[Addressee], by: Account | None, on: date | None = None
) -> Iterator[AddresseeView]:
    """A list's or an export's persons, masked, in the queryset's order and in flat memory.

    The caller writes the audit event, for it knows the purpose.
    """
    protected = is_protected(on=on)
    day = on or clock.today()
    for each in rows.iterator(chunk_size=2000):
        yield view_of(each, protected=each.pk in protected, by=by, on=day)


def protective_measures(pk: int) -> list[ProtectiveMeasure]:
    """A person's protective measures, newest first."""
    return list(
        ProtectiveMeasure.objects.filter(municipality_code=current(), addressee_id=pk).order_by("-starts_on")
    )


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One recording. `changes`: (item, before, after), hidden values already masked."""

    pk: int
    reason: str
    effective_on: date
    recorded_at: datetime
    recorded_by: str
    change_number: str
    applied: bool
    changes: tuple[tuple[str, str, str], ...]
    state: tuple[tuple[str, str], ...]


def history(pk: int, *, by: Account | None, known_on: date | None = None) -> list[HistoryEntry]:
    """All recordings of a person, newest first; with `known_on` those made by the end of that day."""
    versions = (
        AddresseeVersion.objects.filter(municipality_code=current(), addressee_id=pk)
        .select_related("recorded_by")
        .order_by("recorded_at", "pk")
    )
    if known_on is not None:
        versions = versions.filter(recorded_at__date__lte=known_on)
    audit.record("addressee.history", by=by, subjects=[pk], purpose="異動履歴の確認")
    hides = bool(is_protected([pk])) and not may_see_protected(by)
    entries: list[HistoryEntry] = []
    before: dict[str, Any] = {}
    for version in versions:
        entries.append(_entry(version, before, hides))
        if version.applied:
            before = version.state
    return entries[::-1]


def _entry(version: AddresseeVersion, before: dict[str, Any], hides: bool) -> HistoryEntry:
    state: dict[str, Any] = version.state

    def shown(field: str, value: Any) -> str:
        return HIDDEN if hides and field in PROTECTED_FIELDS else _words(field, value)

    fields = [field for field in FIELDS if field in state]
    changed = [field for field in fields if before and state[field] != before.get(field)]
    return HistoryEntry(
        pk=version.pk,
        reason=ChangeReason(version.reason).label,
        effective_on=version.effective_on,
        recorded_at=version.recorded_at,
        recorded_by=version.recorded_by.name if version.recorded_by else "取込",
        change_number=version.change_number,
        applied=version.applied,
        changes=tuple((label(f), shown(f, before.get(f)), shown(f, state[f])) for f in changed),
        state=tuple((label(field), shown(field, value)) for field, value in ((f, state[f]) for f in fields)),
    )


def _words(field: str, value: Any) -> str:
    choices = getattr(Addressee._meta.get_field(field), "choices", None)
    if choices:
        return str(dict(choices).get(value, value))
    if isinstance(value, bool):
        return "該当" if value else "非該当"
    if field in DATES and value:
        return to_wareki(date.fromisoformat(value))
    return "" if value is None else str(value)
