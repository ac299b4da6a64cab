"""The doses behind a number: one description for the count, for its list and for the address of that list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from sesshu.health.ledger.models import Dose
from sesshu.health.reporting.community_health import report_row_condition
from sesshu.health.reporting.dimensions import DIMENSIONS, law_age
from sesshu.kernel import dates
from sesshu.protection.tenancy import current

ROUTINE, VOLUNTARY, BOTH = "1", "0", ""


class UnknownSelection(ValueError):
    """The address names no dimension or no day; its page does not exist."""


def counted_doses() -> QuerySet[Dose]:
    """Doses that statistics may count: 集計対象, not voided, judged."""
    return Dose.objects.filter(
        municipality_code=current(), voided_at__isnull=True, counted=True, verdict__isnull=False
    )


@dataclass(frozen=True)
class DoseSelection:
    """Doses from ``start`` to ``end``, both inclusive, narrowed by dimensions or by a row of the report."""

    start: date
    end: date
    routine: str = ROUTINE
    cells: Mapping[str, str] = field(default_factory=dict)
    doses: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    report_row: str = ""

    @classmethod
    def of_year(cls, fiscal_year: int, **narrowing: Any) -> DoseSelection:
        """The doses of a fiscal year (4月1日から翌年3月31日まで)."""
        start, end = dates.fiscal_year_start(fiscal_year), dates.fiscal_year_end(fiscal_year)
        return cls(start, end, **narrowing)

    def narrowed(self, **cells: str) -> DoseSelection:
        """The same with one value more for each dimension named."""
        return replace(self, cells={**self.cells, **cells})

    def queryset(self) -> QuerySet[Dose]:
        """The doses themselves."""
        found = counted_doses().filter(date__range=(self.start, self.end))
        if self.routine in (ROUTINE, VOLUNTARY):
            found = found.filter(verdict__routine=self.routine == ROUTINE)
        if self.programmes:
            found = found.filter(verdict__programme__in=self.programmes)
        if self.doses:
            found = found.filter(verdict__dose_label__in=self.doses)
        for name, value in self.cells.items():
            by = f"by_{name}"
            found = found.alias(**{by: DIMENSIONS[name].expression()}).filter(**{by: value})
        if self.report_row:
            found = found.alias(law_age=law_age()).filter(self._row_condition())
        return found

    def address(self) -> str:
        """The query part of the address that means this selection."""
        pairs = [("from", self.start.isoformat()), ("to", self.end.isoformat()), ("law", self.routine)]
        pairs += [("in", name) for name in self.programmes] + [("label", label) for label in self.doses]
        pairs += [(name, value) for name, value in self.cells.items()]
        return urlencode([*pairs, *([("row", self.report_row)] if self.report_row else [])])

    @classmethod
    def from_address(cls, given: Any) -> DoseSelection:
        """Read what :meth:`address` wrote (a ``QueryDict``).

        :raises UnknownSelection: when a day or a law class cannot be read.
        """
        try:
            start, end = date.fromisoformat(given["from"]), date.fromisoformat(given["to"])
        except (KeyError, ValueError):
            raise UnknownSelection("期間を読み取れません。") from None
        if given.get("law", ROUTINE) not in (ROUTINE, VOLUNTARY, BOTH):
            raise UnknownSelection("定期・任意の区分を読み取れません。")
        return cls(
            start,
            end,
            given.get("law", ROUTINE),
            {name: given[name] for name in DIMENSIONS if name in given},
            tuple(given.getlist("label")),
            tuple(given.getlist("in")),
            given.get("row", ""),
        )

    def described(self) -> tuple[tuple[str, str], ...]:
        """The conditions in words."""
        law = {ROUTINE: "定期", VOLUNTARY: "任意", BOTH: "定期・任意"}[self.routine]
        words = [("期間", f"{self.start:%Y-%m-%d} 〜 {self.end:%Y-%m-%d}"), ("区分", law)]
        if self.programmes:
            programme = DIMENSIONS["programme"].words(set(self.programmes))
            words.append(("予防接種", "・".join(programme[code] for code in self.programmes)))
        if self.doses:
            words.append(("回", "・".join(self.doses)))
        for name, value in self.cells.items():
            words.append((DIMENSIONS[name].title, DIMENSIONS[name].words({value})[value]))
        if self.report_row:
            words.append(("報告の行", self.report_row))
        return tuple(words)

    def _row_condition(self) -> Q:
        try:
            return report_row_condition(self.report_row, self.start)
        except LookupError:
            raise UnknownSelection("報告の行を読み取れません。") from None
