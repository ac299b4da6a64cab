"""Addressees as others may see them: values already masked, so that no template can show what is hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from sesshu.addressees.choices import Kind, Sex, Status
from sesshu.addressees.models import Addressee
from sesshu.kernel import clock
from sesshu.kernel.dates import age_on, age_text
from sesshu.kernel.masking import HIDDEN
from sesshu.protection import purposes
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.purposes import Section


@dataclass(frozen=True, slots=True)
class AddresseeView:
    """One addressee. `protected`: a protective measure is in force; `masked`: its items are hidden here."""

    pk: int
    number: str
    kind: str
    name: str
    name_kana: str
    alias: str
    alias_kana: str
    sex: str
    birth_date: date | None
    birth_date_text: str
    household_number: str
    relation: str
    household_head: str
    prefecture: str
    address: str
    building: str
    postal_code: str
    telephone: str
    district: str
    status: str
    resident_since: date | None
    removed_on: date | None
    tax_class: str
    public_assistance: bool
    merged_into: int | None
    protected: bool
    masked: bool
    on: date
    left_out: frozenset[str] = frozenset()

    @property
    def left_out_words(self) -> str:
        """What the purpose in force does not need and this view does not hold."""
        return "、".join(str(section.label) for section in Section if section in self.left_out)

    @property
    def sex_label(self) -> str:
        return Sex(self.sex).label

    @property
    def kind_label(self) -> str:
        return Kind(self.kind).label

    @property
    def status_label(self) -> str:
        """住民, 転出, 死亡…; for those who never were residents, their kind."""
        if self.kind != Kind.RESIDENT and self.status == Status.RESIDENT:
            return self.kind_label
        return Status(self.status).label

    @property
    def status_tone(self) -> str:
        """The tone of the status chip."""
        if self.status == Status.RESIDENT:
            return "success" if self.kind == Kind.RESIDENT else "notice"
        return "error" if self.status == Status.DEAD else "warning"

    @property
    def is_resident(self) -> bool:
        return self.kind == Kind.RESIDENT and self.status == Status.RESIDENT

    @property
    def age(self) -> int | None:
        """Years of age by law on the day of the view; on the day of removal for the dead."""
        day = self._age_day
        return age_on(self.birth_date, day) if self.birth_date and self.birth_date <= day else None

    @property
    def age_text(self) -> str:
        """「3歳2か月」; empty where the birth is unknown."""
        day = self._age_day
        return age_text(self.birth_date, day) if self.birth_date and self.birth_date <= day else ""

    @property
    def _age_day(self) -> date:
        return self.removed_on if self.status == Status.DEAD and self.removed_on else self.on


# Of the view, what PROTECTED_COLUMNS of the kernel names.
HIDDEN_IN_VIEW = (
    "household_number",
    "relation",
    "household_head",
    "prefecture",
    "address",
    "building",
    "postal_code",
    "telephone",
    "district",
)
# Of the view, what a section of the person's pages is.
_OF_SECTION = {
    Section.ADDRESS: ("prefecture", "address", "building", "postal_code", "district"),
    Section.HOUSEHOLD: ("household_number", "relation", "household_head"),
    Section.TELEPHONE: ("telephone",),
}
_COPIED = tuple(
    field.name
    for field in fields(AddresseeView)
    if field.name not in {"pk", "address", "merged_into", "protected", "masked", "on", "left_out"}
)


def may_see_protected(by: Account | None) -> bool:
    """The command line of the server itself (`by` None) sees nobody's hidden items: it prints to files."""
    return by is not None and by.may(Action.PROTECTED_READ)


def view_of(
    addressee: Addressee, *, protected: bool, by: Account | None, on: date | None = None
) -> AddresseeView:
    """The addressee as `by` may see it."""
    copied: dict[str, Any] = {name: getattr(addressee, name) for name in _COPIED}
    view = AddresseeView(
        pk=addressee.pk,
        address=f"{addressee.city}{addressee.town}{addressee.house_number}",
        merged_into=addressee.merged_into_id,
        protected=protected,
        masked=False,
        on=on or clock.today(),
        **copied,
    )
    if not protected or may_see_protected(by):
        return view
    hidden: dict[str, Any] = dict.fromkeys(HIDDEN_IN_VIEW, HIDDEN)
    return replace(view, masked=True, **hidden)


def needed_of(view: AddresseeView) -> AddresseeView:
    """The view without what the purpose in force does not need; whole outside a person's case."""
    out = purposes.left_out()
    names = [name for section in out for name in _OF_SECTION.get(section, ())]
    values: dict[str, Any] = dict.fromkeys(names, "")
    return replace(view, left_out=out, **values) if out else view


def views_of(
    addressees: Iterable[Addressee], *, protected: Collection[int], by: Account | None, on: date | None = None
) -> list[AddresseeView]:
    """Many at once; `protected` are the ids of those with a measure in force."""
    day = on or clock.today()
    return [view_of(each, protected=each.pk in protected, by=by, on=day) for each in addressees]
