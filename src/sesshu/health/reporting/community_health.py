"""Rows of 地域保健・健康増進事業報告 as dated data, and which dose falls in which (H09).

Source: 地域保健・健康増進事業報告（政府統計コード 00450025）; see the notes in ``community_health.yaml``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, reduce
from operator import or_
from pathlib import Path
from typing import Any

import yaml
from django.db.models import Q

from sesshu.kernel.dates import fiscal_year

_FILE = Path(__file__).with_suffix(".yaml")
UNPLACED = "unplaced"
UNKNOWN_AGE = -1


@dataclass(frozen=True)
class Bounds:
    """A closed range of whole numbers, open where ``None``."""

    low: int | None = None
    high: int | None = None

    @classmethod
    def parse(cls, text: str) -> Bounds:
        low, _, high = text.partition("..")
        return cls(int(low) if low else None, int(high) if high else None)

    def holds(self, value: int) -> bool:
        """Whether ``value`` lies inside."""
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)

    def condition(self, column: str) -> Q:
        found = Q()
        if self.low is not None:
            found &= Q(**{f"{column}__gte": self.low})
        if self.high is not None:
            found &= Q(**{f"{column}__lte": self.high})
        return found


ALWAYS = Bounds()


@dataclass(frozen=True)
class Kind:
    """What the report knows of a dose; ``age`` is by law on its day (:data:`UNKNOWN_AGE` if unknown)."""

    programme: str
    label: str
    vaccine: str
    age: int


@dataclass(frozen=True)
class ReportRow:
    """One line of the report."""

    programme: str
    dose: str
    labels: tuple[str, ...]
    group: str = ""
    vaccines: tuple[str, ...] = ()
    ages: Bounds = ALWAYS
    years: Bounds = ALWAYS

    @property
    def key(self) -> str:
        return f"{self.programme}/{self.dose}"

    def holds(self, kind: Kind) -> bool:
        """Whether a dose of this kind is counted here."""
        return (
            kind.programme == self.programme
            and kind.label in self.labels
            and (not self.vaccines or kind.vaccine in self.vaccines)
            and self.ages.holds(kind.age)
        )

    def condition(self) -> Q:
        """The same as a filter on doses annotated with ``law_age``."""
        found = Q(verdict__programme=self.programme, verdict__dose_label__in=self.labels)
        if self.vaccines:
            found &= Q(vaccine__in=self.vaccines)
        return found & self.ages.condition("law_age")


@dataclass(frozen=True)
class Definition:
    """All rows with the words that say where they come from. ``digest`` changes with the file."""

    title: str
    survey: str
    source: str
    note: str
    unsure: tuple[str, ...]
    digest: str
    rows: tuple[ReportRow, ...]

    def rows_of(self, year: int) -> tuple[ReportRow, ...]:
        """The rows that stand in the report of a fiscal year."""
        return tuple(row for row in self.rows if row.years.holds(year))


@cache
def definition() -> Definition:
    """The definition shipped with this version."""
    text = _FILE.read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    return Definition(
        title=data["title"],
        survey=data["survey"],
        source=data["source"],
        note=data["note"],
        unsure=tuple(data["unsure"]),
        digest=hashlib.sha256(text.encode()).hexdigest()[:12],
        rows=tuple(_rows(data["rows"])),
    )


def _rows(entries: Iterable[dict[str, Any]]) -> Iterable[ReportRow]:
    for entry in entries:
        for dose, labels in entry["doses"].items():
            yield ReportRow(
                programme=entry["programme"],
                dose=str(dose),
                labels=tuple(map(str, labels)),
                group=entry.get("group", ""),
                vaccines=tuple(entry.get("vaccines", ())),
                ages=Bounds.parse(str(entry.get("ages", ".."))),
                years=Bounds.parse(str(entry.get("years", ".."))),
            )


def report_row_condition(key: str, start: date) -> Q:
    """The filter of the row with this key in the report of the fiscal year of ``start``.

    The key :data:`UNPLACED` means the doses that no row holds.

    :raises LookupError: when no row has the key.
    """
    rows = definition().rows_of(fiscal_year(start))
    if key == UNPLACED:
        return ~reduce(or_, (row.condition() for row in rows))
    found = next((row for row in rows if row.key == key), None)
    if found is None:
        raise LookupError(key)
    return found.condition()
