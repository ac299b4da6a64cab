"""Coverage as charts of the shell; each number leads to its persons, where the reader may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate

from django.urls import reverse

from sesshu.health.reporting.cohorts import ResidentSelection, birth_year_words
from sesshu.health.reporting.coverage import BirthYear, Figure, doses_of
from sesshu.health.reporting.dimensions import month_words
from sesshu.health.reporting.dose_selection import DoseSelection
from sesshu.health.reporting.measures import Measure
from sesshu.kernel import clock
from sesshu.web.charts import Bar, BarChart, Cell, Line, LineChart, StackedChart, StackedRow

COLUMNS = ("対象者数", "実施者数", "実施率")
FULL = 100.0


class Links:
    """Addresses of lists of persons; none for those who may see numbers only."""

    def __init__(self, may_list: bool) -> None:
        self.may_list = may_list

    def doses(self, selection: DoseSelection) -> str:
        return self._address("reporting:doses", selection.address())

    def residents(self, selection: ResidentSelection | None) -> str:
        return self._address("reporting:residents", selection.address()) if selection else ""

    def _address(self, name: str, query: str) -> str:
        return f"{reverse(name)}?{query}" if self.may_list else ""


def coverage_chart(
    caption: str, heading: str, figures: Iterable[Figure], links: Links, *, detail: str = ""
) -> BarChart:
    """Bars of rates; with ``detail`` (an address that ends in ``measure=``) each label opens its dose."""
    bars = tuple(
        Bar(
            figure.label,
            figure.rate,
            (
                Cell(
                    "－" if figure.target is None else f"{figure.target:,}", links.residents(figure.residents)
                ),
                Cell(f"{figure.done:,}", links.doses(figure.doses)),
                Cell("－" if figure.rate is None else f"{figure.rate:.1f}%"),
            ),
            f"{detail}{figure.measure.code}#detail" if detail else "",
        )
        for figure in figures
    )
    return BarChart(caption, heading, COLUMNS, bars, maximum=FULL)


def birth_year_chart(
    measure: Measure, fiscal_year: int, years: Iterable[BirthYear], links: Links
) -> StackedChart:
    """Residents of each birth year, with and without the dose."""

    def address(year: int, part: str) -> str:
        return links.residents(ResidentSelection(measure, fiscal_year, birth_year=year, part=part))

    rows = tuple(
        StackedRow(
            birth_year_words(year.year),
            (year.done, year.undone),
            (address(year.year, "done"), address(year.year, "undone")),
        )
        for year in years
    )
    return StackedChart(f"出生年度別の接種状況（{measure.name}）", "出生", ("接種済み", "未接種"), rows)


def month_chart(measure: Measure, fiscal_year: int, counts: Mapping[str, int], links: Links) -> BarChart:
    """Doses of each month."""
    bars = tuple(
        Bar(
            month_words(month),
            count,
            (Cell(f"{count:,}", links.doses(doses_of(measure, fiscal_year, month=month))),),
        )
        for month, count in counts.items()
    )
    return BarChart(f"月別の実施者数（{measure.name}）", "接種月", ("実施者数",), bars)


def trend_chart(
    measure: Measure,
    this: Mapping[str, int],
    last: Mapping[str, int],
    target: int | None,
    last_target: int | None,
) -> LineChart:
    """The rate reached by the end of each month, this year and the year before."""
    labels = tuple(f"{int(month[5:])}月" for month in this)
    lines = (
        Line("今年度", _reached(this, target)),
        Line("前年度", _reached(last, last_target)),
    )
    return LineChart(f"実施率の推移（{measure.name}、年度初めからの累計）", "月", labels, lines, unit="%")


def _reached(counts: Mapping[str, int], target: int | None) -> tuple[float | None, ...]:
    this_month = f"{clock.today():%Y-%m}"
    sums = accumulate(counts.values())
    return tuple(
        100 * count / target if target and month <= this_month else None
        for month, count in zip(counts, sums, strict=True)
    )
