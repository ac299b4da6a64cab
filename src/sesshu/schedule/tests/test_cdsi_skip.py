"""Conditional skip (CDSi 6.2, 7.1, 7.6; requirement H05)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from sesshu.schedule.cdsi import (
    AgeRow,
    Association,
    ConditionalSkip,
    Indication,
    Schedule,
    SkipCondition,
    SkipSet,
    VaccineRow,
)
from sesshu.schedule.tests.cdsi_schedules import (
    after_previous,
    dates,
    dose,
    run,
    schedule,
    series,
    shot,
    statuses,
)

DAY = timedelta(days=1)
BOTH = frozenset({"Evaluation", "Forecast"})
OLD = SkipCondition("age", begin_age="2 years")
ONCE = SkipCondition("vaccine count", dose_count=0, dose_count_logic="greater than")


def when(*conditions: SkipCondition, contexts: frozenset[str] = BOTH, **fields: object) -> ConditionalSkip:
    """A skip with one set."""
    return ConditionalSkip(contexts, (SkipSet(conditions=conditions, **fields),))


def two_doses(*skips: ConditionalSkip) -> Schedule:
    """The first dose may be skipped; only the second takes vaccine 11."""
    kinds = {code: (Association("A"),) for code in ("10", "11")}
    return schedule(
        series(dose(skips=skips), dose(2, ages=(), preferable=(VaccineRow("11"),))), associations=kinds
    )


@pytest.mark.parametrize(("day", "wanted"), [(date(2021, 12, 31), "Not Valid"), (date(2022, 1, 1), "Valid")])
def test_h05_by_age_at_administration(day: date, wanted: str) -> None:
    assert statuses(run(two_doses(when(OLD)), shot(day, "11"))) == [wanted]


def test_h05_the_context_decides_where_a_skip_is_asked() -> None:
    day = date(2023, 1, 1)
    only_forecast = two_doses(when(OLD, contexts=frozenset({"Forecast"})))
    assert statuses(run(only_forecast, shot(day, "11"))) == ["Not Valid"]
    only_evaluation = two_doses(when(OLD, contexts=frozenset({"Evaluation"})))
    assert statuses(run(only_evaluation, shot(day, "11"))) == ["Valid"]
    assert _skipped(only_forecast, on=day) == ["Skipped", "Not Satisfied"]
    assert _skipped(only_evaluation, on=day) == ["Not Satisfied", "Not Satisfied"]


def _skipped(plan: Schedule, on: date) -> list[str]:
    return [target.status for target in run(plan, on=on).series[0].target_doses]


def test_h05_sets_and_conditions_join_as_the_data_say() -> None:
    never = SkipCondition("age", begin_age="90 years")
    on = date(2023, 1, 1)
    for skip, wanted in (
        (when(OLD, never), False),
        (when(OLD, never, any_condition=True), True),
        (ConditionalSkip(BOTH, (SkipSet(conditions=(OLD,)), SkipSet(conditions=(never,)))), True),
        (
            ConditionalSkip(BOTH, (SkipSet(conditions=(OLD,)), SkipSet(conditions=(never,))), all_sets=True),
            False,
        ),
        (ConditionalSkip(BOTH, ()), False),
        (when(), False),
        (when(OLD, effective=date(2023, 1, 2)), False),
        (when(OLD, effective=date(2023, 1, 1), cessation=date(2023, 1, 1)), True),
        (when(OLD, cessation=date(2022, 12, 31)), False),
    ):
        assert (_skipped(two_doses(skip), on)[0] == "Skipped") is wanted, skip


def test_h05_by_interval_from_the_previous_dose_whatever_its_status() -> None:
    plan = two_doses(when(SkipCondition("interval", interval="4 weeks")))
    wrong = date(2021, 1, 1)
    for gap, wanted in ((27, "Not Valid"), (28, "Valid")):
        given = (shot(wrong, "11"), shot(wrong + gap * DAY, "11"))
        assert statuses(run(plan, *given)) == ["Not Valid", wanted]
    assert _skipped(plan, on=wrong)[0] == "Not Satisfied"


@pytest.mark.parametrize(
    ("logic", "count", "given", "wanted"),
    [
        ("greater than", 1, 1, False),
        ("greater than", 1, 2, True),
        ("equal to", 1, 1, True),
        ("equal to", 1, 2, False),
        ("less than", 2, 1, True),
        ("less than", 2, 2, False),
    ],
)
def test_h05_by_count(logic: str, count: int, given: int, wanted: bool) -> None:
    condition = replace(ONCE, dose_count=count, dose_count_logic=logic)  # type: ignore[arg-type]
    plan = two_doses(when(condition, contexts=frozenset({"Forecast"})))
    doses = [shot(date(2021, 1 + n, 1), "11") for n in range(given)]
    targets = run(plan, *doses).series[0].target_doses
    assert (targets[0].status == "Skipped") is wanted


def test_h05_a_count_looks_at_ages_dates_types_and_validity() -> None:
    """CONDSKIP-1: both windows are half-open; Valid counts in this series, Total in the whole history."""
    day = date(2021, 6, 1)
    for condition, wanted in (
        (ONCE, True),
        (replace(ONCE, begin_age="17 months"), True),
        (replace(ONCE, begin_age="18 months"), False),
        (replace(ONCE, end_age="17 months"), False),
        (replace(ONCE, end_age="18 months"), True),
        (replace(ONCE, start=day), True),
        (replace(ONCE, start=day + DAY), False),
        (replace(ONCE, end=day), False),
        (replace(ONCE, end=day + DAY), True),
        (replace(ONCE, vaccine_types=frozenset({"11"})), True),
        (replace(ONCE, vaccine_types=frozenset({"10"})), False),
        (replace(ONCE, valid_only=True), False),
    ):
        plan = two_doses(when(condition, contexts=frozenset({"Forecast"})))
        [target, _] = run(plan, shot(day, "11")).series[0].target_doses
        assert (target.status == "Skipped") is wanted, condition


def test_h05_a_count_of_valid_doses_looks_at_their_types() -> None:
    """Of two valid doses, one of each type, so many are of the types asked for."""
    for types, wanted in (({"10"}, 1), ({"10", "11"}, 2), (set(), 2), ({"12"}, 0)):
        condition = replace(
            ONCE,
            valid_only=True,
            vaccine_types=frozenset(types),
            dose_count=wanted,
            dose_count_logic="equal to",
        )
        third = dose(3, ages=(), skips=(when(condition, contexts=frozenset({"Forecast"})),))
        second = dose(2, ages=(), preferable=(VaccineRow("11"),))
        kinds = {code: (Association("A"),) for code in ("10", "11")}
        plan = schedule(series(dose(), second, third, dose(4)), associations=kinds)
        given = (shot(date(2021, 1, 1)), shot(date(2021, 2, 1), "11"))
        assert run(plan, *given).series[0].target_doses[2].status == "Skipped", types


def test_h05_in_evaluation_only_earlier_doses_count() -> None:
    plan = two_doses(when(replace(ONCE, vaccine_types=frozenset({"11"}))))
    days = (date(2021, 1, 1), date(2021, 2, 1))
    assert statuses(run(plan, *(shot(day, "11") for day in days))) == ["Not Valid", "Valid"]


def test_h05_a_total_counts_doses_of_other_antigens_too() -> None:
    other = replace(ONCE, vaccine_types=frozenset({"20"}))
    plan = schedule(
        series(dose(skips=(when(other),)), dose(2, ages=())),
        associations={"10": (Association("A"),), "20": (Association("elsewhere"),)},
    )
    targets = run(plan, shot(date(2021, 1, 1), "20")).series[0].target_doses
    assert [target.status for target in targets] == ["Skipped", "Not Satisfied"]


def test_h05_by_a_completed_series_of_an_earlier_series_group() -> None:
    skip = when(SkipCondition("completed series", series_groups=frozenset({"1"})))
    risk = series(
        dose(skips=(skip,)),
        dose(2, ages=(), intervals=(after_previous("8 weeks"),)),
        name="risk",
        type="Risk",
        group="2",
        indications=(Indication("055"),),
    )
    plan = schedule(series(dose()), risk)
    early, late = shot(date(2021, 1, 1)), shot(date(2021, 1, 8))
    for given, wanted in (((), "Not Satisfied"), ((early,), "Skipped"), ((early, late), "Skipped")):
        path = run(plan, *given, observations=["055"]).series[1]
        assert path.series_group == "2"
        assert path.target_doses[0].status == wanted


def test_h05_a_forecast_that_will_be_skipped_when_it_comes_gives_way_to_the_next() -> None:
    """7.6: on the earliest date itself the child is two, and the second dose is not needed any more."""
    young_only = when(OLD, contexts=frozenset({"Forecast"}))
    second = dose(2, ages=(), intervals=(after_previous("8 weeks"),), skips=(young_only,))
    third = dose(3, ages=(AgeRow(minimum="3 years"),))
    plan = schedule(series(dose(), second, third))
    first = date(2021, 12, 1)
    result = run(plan, shot(first), on=first)
    assert [target.status for target in result.series[0].target_doses][1:] == ["Skipped", "Not Satisfied"]
    assert dates(result).earliest == date(2023, 1, 1)
    assert dates(result).dose_number == 2
    earlier = run(plan, shot(date(2021, 1, 1)), on=date(2021, 1, 1))
    assert dates(earlier).earliest == date(2021, 2, 26)
