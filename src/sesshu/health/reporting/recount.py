"""The report's figures counted from the ledger as it stands now, compared with what was handed in (H09)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from sesshu.health.ledger.models import Dose
from sesshu.health.reporting.community_health import UNPLACED, Kind, ReportRow, definition
from sesshu.health.reporting.dimensions import law_age
from sesshu.health.reporting.dose_selection import BOTH, DoseSelection
from sesshu.kernel import dates
from sesshu.protection.tenancy import current


@dataclass(frozen=True)
class CountedRow:
    """One line with its figure."""

    programme: str
    dose: str
    group: str
    count: int

    @property
    def key(self) -> str:
        return f"{self.programme}/{self.dose}"

    def data(self) -> dict[str, Any]:
        return {"programme": self.programme, "dose": self.dose, "group": self.group, "count": self.count}


@dataclass(frozen=True)
class UnplacedKind:
    """Doses that no line of the report holds: named, never lost."""

    kind: Kind
    count: int

    def data(self) -> dict[str, Any]:
        return {
            "programme": self.kind.programme,
            "dose": self.kind.label,
            "vaccine": self.kind.vaccine,
            "age": self.kind.age,
            "count": self.count,
        }


@dataclass(frozen=True)
class CommunityHealthReport:
    """``total`` is the number of routine doses of the year: the lines and the unplaced together."""

    fiscal_year: int
    rows: tuple[CountedRow, ...]
    unplaced: tuple[UnplacedKind, ...]
    unjudged: int

    @property
    def unplaced_count(self) -> int:
        return sum(item.count for item in self.unplaced)

    @property
    def total(self) -> int:
        return sum(row.count for row in self.rows) + self.unplaced_count

    def selection(self, key: str) -> DoseSelection:
        """The doses that the line with this key counts (or :data:`UNPLACED`)."""
        return DoseSelection.of_year(self.fiscal_year, report_row=key)


def recount(fiscal_year: int) -> CommunityHealthReport:
    """Count routine doses of the fiscal year by the report's lines; lines without a dose are 0."""
    rows = definition().rows_of(fiscal_year)
    counts: Counter[str] = Counter()
    unplaced: list[UnplacedKind] = []
    judged = 0
    for kind, routine, count in _kinds(fiscal_year):
        judged += count
        row = next((row for row in rows if row.holds(kind)), None)
        if routine and row is None:
            unplaced.append(UnplacedKind(kind, count))
        elif routine and row is not None:
            counts[row.key] += count
    return CommunityHealthReport(
        fiscal_year=fiscal_year,
        rows=tuple(_counted(row, counts) for row in rows),
        unplaced=_summed(unplaced),
        # Doses of the year that no verdict stands for yet, so that nothing waits unseen.
        unjudged=_doses(fiscal_year) - judged,
    )


def _kinds(fiscal_year: int) -> list[tuple[Kind, bool, int]]:
    found = (
        DoseSelection.of_year(fiscal_year, routine=BOTH)
        .queryset()
        .order_by()
        .values_list("verdict__programme", "verdict__dose_label", "vaccine", law_age(), "verdict__routine")
        .annotate(Count("pk"))
    )
    return [(Kind(*columns), routine, count) for *columns, routine, count in found]


def _counted(row: ReportRow, counts: Counter[str]) -> CountedRow:
    return CountedRow(row.programme, row.dose, row.group, counts[row.key])


def _summed(kinds: Sequence[UnplacedKind]) -> tuple[UnplacedKind, ...]:
    return tuple(sorted(kinds, key=lambda item: (item.kind.programme, item.kind.label, item.kind.age)))


def _doses(fiscal_year: int) -> int:
    return Dose.objects.filter(
        municipality_code=current(),
        voided_at__isnull=True,
        counted=True,
        date__range=(dates.fiscal_year_start(fiscal_year), dates.fiscal_year_end(fiscal_year)),
    ).count()


@dataclass(frozen=True)
class Difference:
    """A line as handed in and as counted now; ``None`` where the line did not stand."""

    programme: str
    dose: str
    then: int | None
    now: int | None

    @property
    def change(self) -> int:
        return (self.now or 0) - (self.then or 0)


def compared(then: Sequence[dict[str, Any]], now: Sequence[dict[str, Any]]) -> tuple[Difference, ...]:
    """Every line that stands in one of two versions, in the order of the newer, then the older."""
    before = {(row["programme"], row["dose"]): row["count"] for row in then}
    after = {(row["programme"], row["dose"]): row["count"] for row in now}
    keys = [*after, *(key for key in before if key not in after)]
    return tuple(Difference(*key, before.get(key), after.get(key)) for key in keys)


def unplaced_row(report: CommunityHealthReport) -> dict[str, Any]:
    """The unplaced doses as one line of a snapshot, so that its lines sum up to its total."""
    return {"programme": "", "dose": UNPLACED, "group": "", "count": report.unplaced_count}
