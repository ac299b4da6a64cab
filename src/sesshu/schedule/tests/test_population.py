"""A city's shortcuts say what the schedule says of one person (H04)."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sesshu.schedule import DoseGiven, Person, assess
from sesshu.schedule.population.cohorts import FIRST_BIRTH, Cohorts
from sesshu.schedule.population.horizon import HorizonSpan, Life, spans_over, touching
from sesshu.schedule.tests.histories import PACK, histories

SINCE, UNTIL = date(2024, 4, 1), date(2029, 3, 31)
PROGRAMMES = tuple(PACK.programmes)
# Births of every season, and each day about the turns of school years, where most limits lie.
STEPS = [FIRST_BIRTH + timedelta(days=n) for n in range(0, (UNTIL - FIRST_BIRTH).days, 157)]
TURNS = [date(year, 4, 1) + timedelta(days=n) for year in range(1937, 2029, 3) for n in (-1, 0, 1)]


def said(spans: list[HorizonSpan]) -> list[tuple[object, ...]]:
    """Without the first day, which for those born within the horizon is the birth."""
    return [tuple(span)[1:] if n == 0 else tuple(span) for n, span in enumerate(spans)]


@pytest.mark.parametrize("programme", PROGRAMMES)
@pytest.mark.parametrize("sex", ["M", "F", None])
def test_h04_births_of_one_cohort_share_one_answer(programme, sex):
    cohorts = Cohorts(programme, PACK, SINCE, UNTIL)
    answers: dict[int, list[tuple[object, ...]]] = {}
    shared = 0
    for birth in sorted({*STEPS, *TURNS}):
        cohort = cohorts.of(birth)
        if cohort is None:
            continue
        shared += 1
        spans = spans_over(Person(birth, sex), (), PACK, [programme], SINCE, UNTIL)[programme]
        assert answers.setdefault(cohort, said(spans)) == said(spans), birth
    assert shared > 100


def test_h04_births_after_the_horizon_and_long_ago_stand_alone():
    cohorts = Cohorts("mr", PACK, SINCE, UNTIL)
    assert cohorts.of(UNTIL + timedelta(days=1)) is None
    assert cohorts.of(FIRST_BIRTH - timedelta(days=1)) is None


def test_h04_where_a_window_crosses_the_horizon_each_birth_is_its_own():
    cohorts = Cohorts("mr", PACK, SINCE, UNTIL)
    assert cohorts.of(date(2025, 5, 1)) is None
    assert cohorts.of(date(1990, 5, 1)) is not None


@settings(max_examples=60, deadline=None)
@given(histories())
def test_h03_a_life_judges_each_dose_as_an_assessment_does(history):
    person, doses = history
    last = max((dose.date for dose in doses), default=date(2026, 1, 1))
    assert Life(person, doses, PACK).verdicts() == assess(person, doses, last, PACK, ()).doses


def test_h03_a_life_without_birth_date_judges_nothing():
    doses = (DoseGiven(date(2019, 5, 1), "MR"),)
    life = Life(Person(None), doses, PACK)
    assert life.verdicts() == assess(Person(None), doses, date(2026, 1, 1), PACK).doses
    assert life.spans("mr", (), SINCE, UNTIL) == []


@settings(max_examples=60, deadline=None)
@given(histories(young=True), st.sampled_from(PROGRAMMES))
@example(
    (
        Person(date(2024, 3, 10), "M"),
        (DoseGiven(date(2024, 3, 10), "PCV13"), DoseGiven(date(2024, 10, 1), "DPT-IPV-Hib")),
    ),
    "pcv",  # the recommended days begin with the window, not with the row that comes into force within it
)
def test_h04_only_the_doses_that_touch_a_programme_part_its_spans(history, programme):
    person, doses = history
    touches = touching(PACK.programmes[programme], PACK)
    days = [dose.date for dose in doses if dose.vaccine in touches]
    spans = Life(person, doses, PACK).spans(programme, days, SINCE, UNTIL)
    assert spans == spans_over(person, doses, PACK, [programme], SINCE, UNTIL)[programme]
