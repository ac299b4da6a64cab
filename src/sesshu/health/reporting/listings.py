"""A list of persons as data: columns, masked rows, words. Screens and files show the same rows (H03)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from sesshu.addressees.choices import Sex
from sesshu.health.reporting.dimensions import protected_ids
from sesshu.kernel import dates, masking

CHUNK = 2000
Shown = str | int | date | None


@dataclass(frozen=True)
class Column:
    """``fields``: what the database gives; ``shown`` makes the cell of it. ``hidden`` for protected persons.

    ``printed`` and ``listed``: the column also stands on paper and on the screen, where there is less room.
    """

    title: str
    fields: tuple[str, ...]
    shown: Callable[..., Shown] = lambda value: value if value is not None else ""
    hidden: bool = False
    printed: bool = True
    listed: bool = True
    width: int = 12


@dataclass(frozen=True)
class ListedRow:
    """One line: whose it is and what it says."""

    addressee_id: int
    is_protected: bool
    cells: tuple[Shown, ...]


@dataclass(frozen=True)
class Listing:
    """``queryset`` is ordered; ``person`` is the path from its rows to the addressee.

    ``conditions`` say in words what was asked for; ``asked`` says it in values, for the log.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    queryset: QuerySet[Any]
    conditions: tuple[tuple[str, str], ...]
    asked: Mapping[str, object]
    person: str = "addressee"

    def count(self) -> int:
        return self.queryset.order_by().count()

    def rows(self, start: int | None = None, end: int | None = None) -> Iterator[ListedRow]:
        """The rows, masked; all of them in memory that does not grow, or those of one page."""
        names = tuple(dict.fromkeys(name for column in self.columns for name in column.fields))
        places = {name: index for index, name in enumerate(names)}
        found = self.queryset.annotate(listed_protected=_protected(self.person)).values_list(
            f"{self.person}_id" if self.person else "pk", "listed_protected", *names
        )
        source = found.iterator(CHUNK) if end is None else found[start or 0 : end]
        for addressee_id, protected, *values in source:
            cells = tuple(
                masking.HIDDEN
                if column.hidden and protected
                else column.shown(*(values[places[name]] for name in column.fields))
                for column in self.columns
            )
            yield ListedRow(addressee_id, protected, cells)

    def page(self) -> Sequence[ListedRow]:
        """For a paginator: a length, and slices of rows."""
        return _Pages(self)


class _Pages(Sequence[ListedRow]):
    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self.length = listing.count()

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return list(
                self.listing.rows(place.start or 0, self.length if place.stop is None else place.stop)
            )
        return next(self.listing.rows(place, place + 1))


def _protected(person: str) -> Case:
    key = f"{person}_id" if person else "pk"
    return Case(
        When(Q(**{f"{key}__in": protected_ids()}), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )


def sex_words(value: str) -> str:
    return str(Sex(value).label)


def age_words(birth: date | None, day: date) -> str:
    """Age by law on a day; empty for an unknown birth date."""
    return dates.age_text(birth, day) if birth and birth <= day else ""


def address_words(city: str, town: str, house: str, building: str) -> str:
    street = f"{city}{town}{house}"
    return f"{street}　{building}" if building else street


def person_columns(prefix: str = "addressee__") -> tuple[Column, ...]:
    """Who a line is about, before the columns of where they live."""
    return (
        Column("宛名番号", (f"{prefix}number",), width=14),
        Column("氏名", (f"{prefix}name",), width=20),
        Column("氏名_読み仮名", (f"{prefix}name_kana",), width=22),
        Column("生年月日", (f"{prefix}birth_date",), width=12),
        Column("性別", (f"{prefix}sex",), sex_words, width=6),
    )


def dwelling_columns(prefix: str = "addressee__", *, listed: bool = True) -> tuple[Column, ...]:
    """Where they live: hidden for persons under a protective measure; all of it in files."""
    street = tuple(f"{prefix}{name}" for name in ("city", "town", "house_number", "building"))
    return (
        Column("郵便番号", (f"{prefix}postal_code",), hidden=True, printed=False, listed=False, width=10),
        Column("住所", street, address_words, hidden=True, listed=listed, width=44),
        Column("地区", (f"{prefix}district",), hidden=True, printed=listed, listed=listed, width=14),
        Column(
            "世帯主氏名", (f"{prefix}household_head",), hidden=True, printed=False, listed=False, width=20
        ),
        Column("電話番号", (f"{prefix}telephone",), hidden=True, printed=False, listed=False, width=15),
    )
