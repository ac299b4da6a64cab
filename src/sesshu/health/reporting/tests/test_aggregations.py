"""Aggregations and coverage: every number is exactly the list that it opens (H04)."""

from __future__ import annotations

import random
from datetime import date
from itertools import permutations

import pytest
from django.http import QueryDict

from sesshu.addressees.models import Addressee
from sesshu.health.reporting import coverage
from sesshu.health.reporting.cohorts import ResidentSelection
from sesshu.health.reporting.dimensions import DIMENSIONS
from sesshu.health.reporting.dose_selection import BOTH, DoseSelection, UnknownSelection
from sesshu.health.reporting.measures import all_measures, measure_of, measures_of
from sesshu.health.reporting.pivoting import pivot
from sesshu.kernel import dates
from sesshu.kernel.masking import HIDDEN

from .conftest import MakeDose, MakePerson


def through_address(selection: DoseSelection) -> DoseSelection:
    """What the page of persons gets: the selection written as an address and read again."""
    return DoseSelection.from_address(QueryDict(selection.address()))


@pytest.mark.parametrize(("row", "column"), random.Random(4).sample(list(permutations(DIMENSIONS, 2)), 25))
def test_h04_every_cell_and_sum_of_a_table_opens_its_doses(
    city: random.Random, row: str, column: str
) -> None:
    selection = DoseSelection(date(2025, 4, 1), date(2026, 3, 31), BOTH)
    made = pivot(selection, row, column)
    assert made.count(None, None) == selection.queryset().count() > 100
    for down in (*made.row_words, None):
        for across in (*made.column_words, None):
            listed = through_address(made.cell(down, across)).queryset()
            assert listed.count() == made.count(down, across), (down, across)


@pytest.mark.parametrize("year", [2025, 2026])
def test_h04_every_figure_of_the_overview_opens_its_persons(city: random.Random, year: int) -> None:
    figures = coverage.overview(year).figures
    assert sum(figure.done for figure in figures) > 50
    for figure in figures:
        assert through_address(figure.doses).queryset().count() == figure.done, figure.label
        if figure.residents:
            again = ResidentSelection.from_address(QueryDict(figure.residents.address()))
            assert again.queryset().count() == figure.target, figure.label


@pytest.mark.parametrize(
    "code", ["mr:1期", "flu:毎年度1回", "zoster:生ワクチン:1回", "hpv:1回目", "rsv-maternal:1回(妊娠ごと)"]
)
def test_h04_districts_months_and_birth_years_add_up_and_open(city: random.Random, code: str) -> None:
    measure = measure_of(code, 2026)
    assert measure
    whole = next(figure for figure in coverage.overview(2026).figures if figure.measure == measure)
    districts = coverage.by_district(measure, 2026)
    assert sum(figure.done for figure in districts) == whole.done
    assert sum(figure.target or 0 for figure in districts) == (whole.target or 0)
    for figure in districts:
        assert through_address(figure.doses).queryset().count() == figure.done
        assert not figure.residents or figure.residents.queryset().count() == figure.target
    months = coverage.by_month(measure, 2026)
    assert sum(months.values()) == whole.done
    assert list(months) == sorted(months)
    assert len(months) == 12
    for born in coverage.by_birth_year(measure, 2026):
        for part, count in (("done", born.done), ("undone", born.undone)):
            shown = ResidentSelection(measure, 2026, birth_year=born.year, part=part)
            assert ResidentSelection.from_address(QueryDict(shown.address())).queryset().count() == count


@pytest.mark.parametrize("year", [2019, 2025, 2026])
@pytest.mark.parametrize("measure", all_measures(), ids=lambda measure: measure.code)
def test_h04_a_cohort_holds_those_who_reach_the_age_in_the_year(measure: coverage.Measure, year: int) -> None:
    """The ranges of births against the law asked for each birth at their edges."""
    if measure.cohort is None:
        return
    start, end = dates.fiscal_year_start(year), dates.fiscal_year_end(year)
    for first, last in measure.cohort.births(year):
        for birth, inside in ((first, True), (last, True), (_day(first, -1), False), (_day(last, 1), False)):
            if measure.cohort.kind == "school":
                assert (dates.school_start(birth).year - 1 == year) == inside
            elif measure.cohort.kind == "reach":
                months = measure.cohort.months[0]
                reached = dates.reach(birth, months=months) if months else birth
                assert (start <= reached <= end) == inside, birth
            elif measure.cohort.kind == "ages":
                reached_in = [
                    m for m in measure.cohort.months if start <= dates.reach(birth, months=m) <= end
                ]
                assert bool(reached_in) == inside, birth
            elif birth == last or birth == _day(last, 1):
                assert (dates.reach(birth, months=measure.cohort.months[0]) <= end) == inside, birth


def _day(day: date, steps: int) -> date:
    return date.fromordinal(day.toordinal() + steps)


def test_h04_targets_are_residents_of_the_counting_day(person: MakePerson) -> None:
    person()
    person(resident_since=date(2026, 12, 1))
    person(status="2", removed_on=date(2026, 10, 1))
    person(status="3", removed_on=date(2026, 12, 1))
    person(kind="2")
    measure = measure_of("mr:1期", 2026)
    assert measure
    assert coverage.target(measure, 2026) == 2


def test_h04_only_routine_counted_doses_of_the_year_are_done(person: MakePerson, dose: MakeDose) -> None:
    child = person()
    dose(child, date=date(2026, 4, 1))
    dose(child, date=date(2026, 3, 31))
    dose(child, routine=False)
    dose(child, counted=False)
    dose(child, voided_at="2026-10-01T00:00+09:00")
    dose(child, judged=False)
    figure = next(f for f in coverage.overview(2026).figures if f.measure.code == "mr:1期")
    assert (figure.done, figure.target, figure.rate) == (1, 1, 100.0)


def test_h04_more_than_the_cohort_may_be_vaccinated(person: MakePerson, dose: MakeDose) -> None:
    dose(person())
    dose(person(birth_date=date(2024, 9, 1)))
    figure = next(f for f in coverage.overview(2026).figures if f.measure.code == "mr:1期")
    assert figure.rate == 200.0


def test_h04_the_district_of_a_protected_person_shows_in_no_count(
    protected: Addressee, person: MakePerson, dose: MakeDose
) -> None:
    dose(protected)
    dose(person(district="二見地区"))
    measure = measure_of("mr:1期", 2026)
    assert measure
    figures = {figure.label: (figure.done, figure.target) for figure in coverage.by_district(measure, 2026)}
    assert figures == {"二見地区": (1, 1), HIDDEN: (1, 1)}
    made = pivot(DoseSelection.of_year(2026), "district", "month")
    assert set(made.row_words) == {"二見地区", HIDDEN}


def test_h04_an_address_that_means_nothing_is_refused(ise: object) -> None:
    for text in ("", "from=2026-04-01", "from=x&to=2026-04-01", "from=2026-04-01&to=2026-04-02&law=9"):
        with pytest.raises(UnknownSelection):
            DoseSelection.from_address(QueryDict(text))
    with pytest.raises(UnknownSelection):
        DoseSelection.from_address(QueryDict("from=2026-04-01&to=2027-03-31&law=1&row=nothing")).queryset()
    for text in ("", "measure=mr:1期&year=x", "measure=zz&year=2026", "measure=mr:1期&year=2026&part=x"):
        with pytest.raises(UnknownSelection):
            ResidentSelection.from_address(QueryDict(text))


def test_h04_every_measure_counts_labels_that_the_report_knows() -> None:
    from sesshu.health.reporting.community_health import definition

    known = {(row.programme, label) for row in definition().rows for label in row.labels}
    for year in (2014, 2020, 2026):
        for measure in measures_of(year):
            assert (measure.programme, measure.dose) in known
