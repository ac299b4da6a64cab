"""What must hold for anybody with any history (requirement H03)."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sesshu.schedule import DoseGiven, Person, assess, eligible_windows, timeline
from sesshu.schedule.population.horizon import spans_over
from sesshu.schedule.tests.histories import PACK, histories, people

DAY = timedelta(days=1)
PROGRAMMES = sorted(PACK.programmes)
days = st.dates(date(2000, 1, 1), date(2045, 12, 31))
History = tuple[Person, tuple[DoseGiven, ...]]


@settings(max_examples=150, deadline=None)
@given(histories(), days)
def test_h03_every_status_is_sound(history: History, on: date) -> None:
    person, doses = history
    result = assess(person, doses, on, PACK)
    assert [status.programme for status in result.programmes] == list(PACK.programmes)
    assert len(result.doses) == len(doses)
    for status in result.programmes:
        assert status.reasons
        assert all(reason.text for reason in status.reasons)
        if status.status == "eligible":
            assert status.earliest is not None
            assert status.earliest <= on <= (status.last_day or date.max)
        if status.status == "not_yet":
            assert status.earliest is not None
            assert on < status.earliest
        if status.status in ("eligible", "not_yet"):
            assert status.next_dose is not None
            assert status.eligible_from is not None
            assert status.earliest is not None
            assert status.eligible_from <= status.earliest
            assert (status.last_day or date.max) <= (status.eligible_to or date.max)


@settings(max_examples=150, deadline=None)
@given(histories(), days)
def test_h03_every_verdict_is_sound(history: History, on: date) -> None:
    person, doses = history
    for verdict in assess(person, doses, on, PACK).doses:
        assert verdict.reasons
        assert all(reason.text for reason in verdict.reasons)
        assert not verdict.routine or verdict.evaluation == "valid"
        if person.birth is not None and verdict.date < person.birth:
            assert verdict.reasons[0].code in ("before_birth", "future", "unknown_vaccine")
        if verdict.date > on and verdict.programme:
            assert verdict.reasons[0].code == "future"


@settings(max_examples=100, deadline=None)
@given(histories(), st.sampled_from(PROGRAMMES), st.lists(st.integers(0, 40000), min_size=5, max_size=5))
def test_h03_the_timeline_says_what_an_assessment_says(
    history: History, programme: str, ages: list[int]
) -> None:
    person, doses = history
    assert person.birth is not None
    spans = timeline(person, doses, programme, PACK)
    for before, after in pairwise(spans):
        assert after.start == before.end + DAY
    assert spans[0].start == person.birth
    for age in ages:
        on = person.birth + timedelta(days=age)
        span = next(span for span in spans if span.start <= on <= span.end)
        status = assess(person, doses, on, PACK, [programme]).programmes[0]
        codes = tuple(reason.code for reason in status.reasons)
        assert (span.status, span.dose_number, span.dose_label, span.reasons) == (
            status.status,
            status.next_dose,
            status.next_label,
            codes,
        )


@settings(max_examples=60, deadline=None)
@given(histories(young=True), st.sampled_from(PROGRAMMES), st.integers(0, 6000))
def test_h03_each_day_of_a_childs_month_is_told_alike(history: History, programme: str, age: int) -> None:
    person, doses = history
    assert person.birth is not None
    spans = timeline(person, doses, programme, PACK)
    for more in range(31):
        on = person.birth + timedelta(days=age + more)
        span = next(span for span in spans if span.start <= on <= span.end)
        assert span.status == assess(person, doses, on, PACK, [programme]).programmes[0].status


@settings(max_examples=80, deadline=None)
@given(histories(), st.sampled_from(PROGRAMMES), st.dates(date(2024, 1, 1), date(2028, 12, 31)))
def test_h04_windows_of_a_horizon_hold_the_days_of_eligibility(
    history: History, programme: str, start: date
) -> None:
    person, doses = history
    given_before = tuple(dose for dose in doses if dose.date <= start)
    end = start + timedelta(days=900)
    found = eligible_windows(person, given_before, programme, PACK, start, end)
    for offset in range(0, 900, 37):
        on = start + timedelta(days=offset)
        status = assess(person, given_before, on, PACK, [programme]).programmes[0]
        inside = [w for w in found.windows if w.start <= on <= (w.end or date.max)]
        assert bool(inside) == (status.status == "eligible")
        if inside:
            assert inside[0].dose_number == status.next_dose
        if found.since is not None and on >= found.since:
            assert status.status == found.terminal


@settings(max_examples=60, deadline=None)
@given(histories(), st.sampled_from(PROGRAMMES), st.dates(date(2024, 1, 1), date(2028, 12, 31)))
def test_h04_a_citys_spans_are_those_of_the_timeline(history: History, programme: str, start: date) -> None:
    person, doses = history
    assert person.birth is not None
    end = start + timedelta(days=1000)
    for span in spans_over(person, doses, PACK, [programme], start, end)[programme]:
        for on in (span.start, span.end):
            assert span.status == assess(person, doses, on, PACK, [programme]).programmes[0].status


@settings(max_examples=100, deadline=None)
@given(people(), st.sampled_from(PROGRAMMES), days)
def test_h03_with_time_alone_the_window_never_ends_sooner(person: Person, programme: str, on: date) -> None:
    earlier, later = (
        assess(person, (), day, PACK, [programme]).programmes[0] for day in (on, on + timedelta(days=40))
    )
    if earlier.status in ("eligible", "not_yet") and later.status in ("eligible", "not_yet"):
        assert (later.eligible_to or date.max) >= (earlier.eligible_to or date.max)


@settings(max_examples=60, deadline=None)
@given(histories(), days)
def test_h03_the_order_in_which_doses_are_listed_says_nothing(history: History, on: date) -> None:
    person, doses = history
    one_a_day = tuple({dose.date: dose for dose in doses}.values())
    forwards, backwards = (assess(person, given, on, PACK) for given in (one_a_day, one_a_day[::-1]))
    assert forwards == backwards


@pytest.mark.parametrize("on", [date(2020, 1, 1), date(2026, 11, 22)])
def test_h03_unknown_birth_and_sex_are_named_not_guessed(on: date) -> None:
    nobody = Person(birth=None)
    result = assess(nobody, (DoseGiven(date(2019, 5, 1), "MR"),), on, PACK)
    assert {status.status for status in result.programmes} == {"not_target"}
    assert {reason.code for status in result.programmes for reason in status.reasons} == {"birth_unknown"}
    assert result.doses[0].reasons[0].code == "birth_unknown"
    assert not result.doses[0].routine
    assert timeline(nobody, (), "mr", PACK) == ()
    hpv = assess(Person(date(2012, 5, 1)), (), on, PACK).programme("hpv")
    assert (hpv.status, hpv.reasons[0].code) == ("not_target", "sex_unknown")


def test_h03_an_unknown_programme_is_refused() -> None:
    with pytest.raises(KeyError):
        assess(Person(date(2012, 5, 1)), (), date(2026, 1, 1), PACK, ["no-such-programme"])
