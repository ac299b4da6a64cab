"""What coverage is measured of: a dose and the residents it is measured against, as dated data (H04).

Source of the ages: 予防接種法施行令3条, 定期接種実施要領 (標準的な接種期間). See ``coverage.yaml``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sesshu.health.reporting.community_health import ALWAYS, Bounds
from sesshu.kernel import dates
from sesshu.web.naming import name_of

_FILE = Path(__file__).with_name("coverage.yaml")
_DAY = timedelta(days=1)
_OLDEST = date(1900, 1, 1)
Births = tuple[date, date]


@dataclass(frozen=True)
class Cohort:
    """Who counts as target in a fiscal year, as ranges of dates of birth (both ends inclusive)."""

    kind: str
    months: tuple[int, ...]

    def births(self, fiscal_year: int) -> tuple[Births, ...]:
        """The ranges, oldest first."""
        start, end = dates.fiscal_year_start(fiscal_year), dates.fiscal_year_end(fiscal_year)
        if self.kind == "school":
            return (
                _born(
                    dates.school_start,
                    dates.fiscal_year_start(fiscal_year + 1),
                    start.replace(year=start.year + 1),
                ),
            )
        if self.kind == "least":
            return ((_OLDEST, _last(_reaching(self.months[0]), end)),)
        return tuple(_born(_reaching(months), start, end) for months in sorted(self.months, reverse=True))


def _reaching(months: int) -> Callable[[date], date]:
    # An age of nothing is reached at birth, not on the eve of it.
    return (lambda birth: dates.reach(birth, months=months)) if months else (lambda birth: birth)


def _born(reached: Callable[[date], date], start: date, end: date) -> Births:
    """The births whose day ``reached`` lies from ``start`` to ``end``; a later birth is never earlier."""
    return (_last(reached, start - _DAY) + _DAY, _last(reached, end))


def _last(reached: Callable[[date], date], day: date) -> date:
    """The last birth whose day ``reached`` is not after ``day``."""
    low, high = _OLDEST.toordinal(), day.toordinal()
    while low < high:
        middle = (low + high + 1) // 2
        if reached(date.fromordinal(middle)) <= day:
            low = middle
        else:
            high = middle - 1
    return date.fromordinal(low)


@dataclass(frozen=True)
class Measure:
    """One bar of the charts: a dose of a programme. ``cohort`` None: its targets cannot be counted."""

    programme: str
    dose: str
    programmes: tuple[str, ...]
    category: str
    cohort: Cohort | None
    key: bool
    title: str = ""
    variant: str = ""
    vaccines: tuple[str, ...] = ()
    sex: str = ""
    target: int | None = None
    note: str = ""
    years: Bounds = ALWAYS

    @property
    def code(self) -> str:
        """What an address calls it."""
        return ":".join(part for part in (self.programme, self.variant, self.dose) if part)

    @property
    def group(self) -> str:
        """The programme's name (with the kind of vaccine where they are measured apart)."""
        name = self.title or name_of("programme", self.programme)
        return f"{name}（{self.variant}）" if self.variant else name

    @property
    def name(self) -> str:
        return f"{self.group} {self.dose}"

    @property
    def is_yearly(self) -> bool:
        """Whether everybody from an age on is to have it anew each year."""
        return self.cohort is not None and self.cohort.kind == "least"

    def holds(self, programme: str, dose: str, vaccine: str) -> bool:
        """Whether a dose counts here."""
        return (
            programme in self.programmes
            and dose == self.dose
            and (not self.vaccines or vaccine in self.vaccines)
        )


@cache
def all_measures() -> tuple[Measure, ...]:
    """Every measure of every year."""
    data = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(measure for entry in data["measures"] for measure in _measures(entry))


def measures_of(fiscal_year: int) -> tuple[Measure, ...]:
    """The measures that stand in a fiscal year."""
    return tuple(measure for measure in all_measures() if measure.years.holds(fiscal_year))


def measure_of(code: str, fiscal_year: int) -> Measure | None:
    """The measure with this code in that year."""
    return next((measure for measure in measures_of(fiscal_year) if measure.code == code), None)


def _measures(entry: dict[str, Any]) -> Iterator[Measure]:
    for dose, cohort in entry["doses"].items():
        yield Measure(
            programme=entry["programme"],
            dose=dose,
            programmes=(entry["programme"], *entry.get("with", ())),
            category=entry["category"],
            cohort=_cohort(cohort),
            key=dose in entry["key"],
            title=entry.get("title", ""),
            variant=entry.get("variant", ""),
            vaccines=tuple(entry.get("vaccines", ())),
            sex={"M": "1", "F": "2", "": ""}[entry.get("sex", "")],
            target=entry.get("target"),
            note=entry.get("note", ""),
            years=Bounds.parse(entry.get("years", "..")),
        )


def _cohort(value: Any) -> Cohort | None:
    if value is None:
        return None
    if value == "school":
        return Cohort("school", ())
    if isinstance(value, str):
        return Cohort("reach", (_months(value),))
    if "least" in value:
        return Cohort("least", (_months(value["least"]),))
    return Cohort("ages", tuple(age * 12 for age in value["ages"]))


def _months(text: str) -> int:
    return int(text[:-1]) * (12 if text.endswith("y") else 1)
