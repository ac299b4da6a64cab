"""Bad input comes back as a named verdict or a clear error, never a wrong date, never a crash (H05)."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sesshu.schedule import (
    DoseGiven,
    Exclusion,
    LongTermIllness,
    Person,
    assess,
    eligible_windows,
    timeline,
)
from sesshu.schedule.answers import as_data, as_table
from sesshu.schedule.cli import _answer
from sesshu.schedule.errors import KINDS
from sesshu.schedule.tests.histories import PACK

SOME_DAY = st.dates(date(1990, 1, 1), date(2040, 12, 31))
ANY_DAY = SOME_DAY | st.dates() | st.sampled_from([date.min, date.max])
CODES = st.sampled_from([*PACK.vaccines, "", "なし", "DPT-IPV-Hib "]) | st.text(max_size=6)
DOSES = st.lists(
    st.builds(
        DoseGiven,
        date=ANY_DAY,
        vaccine=CODES,
        volume_ml=st.none() | st.floats(),
        lot_expiry=st.none() | ANY_DAY,
        route=st.sampled_from([None, "SC", "IM", "PO", "PC", "??", ""]),
    ),
    max_size=6,
)
GROUNDS = st.sampled_from(sorted(PACK.grounds))
CONCERNS = st.frozensets(st.sampled_from(sorted({*PACK.diseases, *PACK.programmes})), min_size=1, max_size=3)
PEOPLE = st.builds(
    Person,
    birth=st.none() | ANY_DAY,
    sex=st.sampled_from(["M", "F", None]),
    due_dates=st.lists(ANY_DAY, max_size=2).map(tuple),
    conditions=st.frozensets(st.sampled_from(["disorder", "hiv", "shortage", "nobody-knows"]), max_size=2),
    long_term_illness=st.lists(
        st.builds(
            LongTermIllness,
            ended=ANY_DAY,
            began=st.none() | ANY_DAY,
            programmes=st.frozensets(st.sampled_from(sorted(PACK.programmes)), max_size=2),
        ),
        max_size=2,
    ).map(tuple),
    exclusions=st.lists(
        st.builds(Exclusion, GROUNDS, CONCERNS, st.none() | ANY_DAY, st.none() | ANY_DAY), max_size=2
    ).map(tuple),
)


@settings(max_examples=200, deadline=None)
@given(PEOPLE, DOSES, ANY_DAY)
@example(Person(date.max), [DoseGiven(date.max, "PCV20")], date.max)
@example(Person(date.min), [DoseGiven(date.min, "RZV")], date.max)
@example(Person(date(9998, 12, 31), "F", (date.max,)), [], date(9999, 12, 31))
def test_h05_anything_is_answered(person: Person, doses: list[DoseGiven], on: date) -> None:
    result = assess(person, doses, on, PACK)
    assert len(result.doses) == len(doses)
    assert [status.programme for status in result.programmes] == list(PACK.programmes)
    for verdict in result.doses:
        assert verdict.reasons
        assert verdict.error is None or verdict.error in KINDS
        if verdict.routine:
            assert person.birth is not None
            assert person.birth <= verdict.date <= on
    for status in result.programmes:
        assert status.reasons
        if status.status == "eligible":
            assert person.birth is not None
            assert status.earliest is not None
            assert status.earliest <= on <= (status.last_day or date.max)
        if status.status == "not_yet":
            assert status.earliest is not None
            assert on < status.earliest
    assert json.loads(json.dumps(as_data(result)))
    assert as_table(result, PACK)


@settings(max_examples=40, deadline=None)
@given(PEOPLE, DOSES, st.sampled_from(sorted(PACK.programmes)), ANY_DAY)
def test_h05_timelines_and_stored_windows_of_anybody(
    person: Person, doses: list[DoseGiven], programme: str, on: date
) -> None:
    spans = timeline(person, doses, programme, PACK)
    assert (spans == ()) == (person.birth is None or not 1850 <= person.birth.year <= 2200)
    horizon = min(on, date(9990, 1, 1))
    found = eligible_windows(person, doses, programme, PACK, horizon, horizon + timedelta(days=700))
    assert all(window.end is None or window.start <= window.end for window in found.windows)


@settings(max_examples=60, deadline=None)
@given(PEOPLE, DOSES, st.sampled_from(sorted(PACK.programmes)), st.dates(date(2013, 4, 1), date(2035, 1, 1)))
def test_h05_with_illness_and_exclusions_a_timeline_says_what_an_assessment_says(
    person: Person, doses: list[DoseGiven], programme: str, on: date
) -> None:
    held = [span for span in timeline(person, doses, programme, PACK) if span.start <= on <= span.end]
    if not held:
        return
    status = assess(person, doses, on, PACK, [programme]).programmes[0]
    assert [(span.status, span.dose_number) for span in held] == [(status.status, status.next_dose)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 9999) | st.text(max_size=12)
    | st.sampled_from(["2026-05-10", "令和8年5月10日", "2026-02-30", "不詳", "PCV20", "fever", "pcv"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["date", "vaccine", "ended", "began", "ground", "concerns", "route", "kind"]),
        inner,
        max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip
KEYS = st.sampled_from(
    ["birth", "sex", "doses", "on", "due_dates", "conditions", "long_term_illness", "exclusions", "id"]
)


@settings(max_examples=250, deadline=None)
@given(st.dictionaries(KEYS, JSON, max_size=6))
@example({"birth": "2026-05-10", "doses": [{"date": "2026-07-01", "vaccine": "PCV20", "route": []}]})
@example({"birth": "2026-05-10", "sex": []})
@example({"birth": [], "doses": 5})
def test_h05_any_line_of_a_file_is_answered_or_told_what_is_wrong(row: dict[str, object]) -> None:
    answer = _answer(1, json.dumps(row), ["pcv"], PACK)
    assert ("error" in answer) != ("doses" in answer)
    if "error" in answer:
        assert answer["error"].startswith("1行目: ")


@pytest.mark.parametrize(
    ("person", "dose", "code"),
    [
        (Person(None), DoseGiven(date(2026, 7, 1), "PCV20"), "birth_unknown"),
        (Person(date(2026, 5, 10)), DoseGiven(date(2026, 5, 9), "PCV20"), "before_birth"),
        (Person(date(2026, 5, 10)), DoseGiven(date(2026, 12, 1), "PCV20"), "future"),
        (Person(date(2026, 5, 10)), DoseGiven(date(2026, 7, 10), "XYZ"), "unknown_vaccine"),
        (Person(date(2013, 5, 10)), DoseGiven(date(2026, 7, 10), "HPV9"), "sex_unknown"),
        (Person(date(1995, 5, 5), "F"), DoseGiven(date(2026, 7, 10), "RSV-preF-maternal"), "no_due_date"),
    ],
)
def test_h05_each_kind_of_bad_input_has_its_name(person: Person, dose: DoseGiven, code: str) -> None:
    verdict = assess(person, (dose,), date(2026, 11, 22), PACK).doses[0]
    assert (verdict.routine, verdict.reasons[0].code) == (False, code)


def test_h05_the_same_dose_twice_on_a_day_counts_once() -> None:
    child, day = Person(date(2026, 5, 10)), date(2026, 7, 10)
    result = assess(child, [DoseGiven(day, "PCV20"), DoseGiven(day, "PCV20")], date(2026, 8, 1), PACK)
    assert [(v.routine, v.error) for v in result.doses] == [(True, None), (False, "unnecessary")]
    assert result.programme("pcv").next_dose == 2


def test_h05_a_product_from_abroad_is_named_and_takes_nothing_away() -> None:
    """MMR is no vaccine of the pack: it is told so and what to do, and the next dose stays open."""
    child, day = Person(date(2025, 5, 10), "F"), date(2026, 6, 1)
    result = assess(child, [DoseGiven(day, "MMR")], date(2026, 7, 1), PACK)
    verdict = result.doses[0]
    assert (verdict.evaluation, verdict.routine, verdict.programme) == ("not_valid", False, None)
    assert verdict.reasons[0].code == "unknown_vaccine"
    assert "海外" in verdict.reasons[0].text
    assert result.programme("mr").status == "eligible"


def test_h05_a_dose_from_abroad_recorded_as_its_equal_keeps_its_place() -> None:
    """Before the age of the law it does not count; after it, it does, by the same arithmetic as any other."""
    child = Person(date(2025, 5, 10), "F")
    early = assess(child, [DoseGiven(date(2026, 3, 1), "M")], date(2026, 7, 1), PACK)
    assert (early.doses[0].evaluation, early.doses[0].reasons[0].code) == ("not_valid", "too_early")
    assert early.programme("mr").status == "eligible"
