"""Selecting best series and blending vaccine groups, CDSi chapters 8 and 9 (requirement H05)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from sesshu.schedule.cdsi import (
    AgeRow,
    AntigenSeries,
    Assessment,
    Association,
    Contraindication,
    Indication,
    IntervalRow,
    Schedule,
    VaccineGroup,
    VaccineRow,
)
from sesshu.schedule.tests.cdsi_schedules import (
    after_previous,
    dates,
    dose,
    only,
    run,
    schedule,
    series,
    shot,
    statuses,
)

DAY = timedelta(days=1)
FIRST = date(2021, 1, 1)
EIGHT_WEEKS = (after_previous("8 weeks"),)
KINDS = {code: (Association("A"),) for code in ("10", "11")}


def path(name: str, *doses: Any, **fields: Any) -> AntigenSeries:
    """A series that is no default one."""
    fields.setdefault("default", False)
    return series(*(doses or (dose(),)), name=name, **fields)


def risk(name: str, *doses: Any, **fields: Any) -> AntigenSeries:
    """A series for those with observation 055."""
    return path(name, *doses, type="Risk", indications=(Indication("055"),), **fields)


def plan_of(*paths: AntigenSeries, **fields: Any) -> Schedule:
    return schedule(*paths, **{"associations": KINDS, **fields})


def best(result: Assessment) -> list[str]:
    return [one.series for one in result.series if one.best]


def prioritized(result: Assessment) -> list[str]:
    return [one.series for one in result.series if one.prioritized]


TWO = (dose(), dose(2, ages=(), intervals=EIGHT_WEEKS))
ANY = tuple(map(VaccineRow, ("10", "11", "12")))
THREE = (*TWO, dose(3, ages=(), intervals=EIGHT_WEEKS))


def test_h05_the_default_series_stands_while_nothing_else_can() -> None:
    plan = plan_of(path("short", *TWO), path("long", *THREE, default=True))
    assert best(run(plan)) == ["long"]
    assert best(run(plan_of(path("one"), default_less := path("two", *TWO)))) != []
    assert default_less.default is False


def test_h05_one_complete_series_and_one_in_process_win_by_themselves() -> None:
    plan = plan_of(path("short"), path("long", *THREE, default=True))
    assert best(run(plan, shot(FIRST))) == ["short"]
    only_eleven = dose(preferable=(VaccineRow("11"),))
    plan = plan_of(path("other", only_eleven, *TWO[1:]), path("long", *THREE, default=True))
    assert best(run(plan, shot(FIRST, "11"))) == ["other"]


def test_h05_a_standard_series_must_have_been_begun_before_its_maximum_age_to_start() -> None:
    """SELECTSCORE-2; the day itself is too late."""
    young = path("young", *TWO, max_age_to_start="1 year")
    plan = plan_of(young, path("any age", *THREE, default=True))
    on = FIRST + 7 * DAY
    assert best(run(plan, shot(FIRST - DAY), on=on)) == ["young"]
    assert best(run(plan, shot(FIRST), on=on)) == ["any age"]


def test_h05_only_risk_series_of_the_highest_priority_are_scored() -> None:
    plan = plan_of(risk("lesser", priority="B"), risk("higher", *TWO, priority="A"))
    assert best(run(plan, observations=["055"])) == ["higher"]
    assert best(run(plan, shot(FIRST), observations=["055"])) == ["higher"]


def test_h05_a_contraindicated_series_is_left_out_unless_all_are() -> None:
    """SELECTB-24."""
    eleven = dose(preferable=(VaccineRow("11"),))
    barring = {"vaccine_contraindications": (Contraindication("076", vaccines=(VaccineRow("11"),)),)}
    plan = plan_of(risk("eleven", eleven, preference=1), risk("ten", preference=2), antigen_fields=barring)
    assert best(run(plan, observations=["055"])) == ["eleven"]
    assert best(run(plan, observations=["055", "076"])) == ["ten"]
    alone = plan_of(risk("eleven", eleven), antigen_fields=barring)
    assert only(run(alone, observations=["055", "076"])).status == "Contraindicated"


def test_h05_a_series_for_evaluation_only_counts_once_it_is_complete() -> None:
    foreign = path("foreign", dose(preferable=(VaccineRow("11"),)), type="Evaluation Only")
    plan = plan_of(path("home", *TWO, default=True), foreign)
    assert best(run(plan)) == ["home"]
    assert best(run(plan, shot(FIRST, "11"))) == ["foreign"]


def test_h05_of_complete_series_the_one_with_the_most_valid_doses() -> None:
    """Table 8-7; a tie goes to the better preference."""
    plan = plan_of(path("one", preference=1), path("two", *TWO, preference=2))
    given = (shot(FIRST), shot(FIRST + 60 * DAY))
    assert best(run(plan, *given)) == ["two"]
    tied = plan_of(path("later", preference=2), path("sooner", preference=1), path("none"))
    assert best(run(tied, shot(FIRST))) == ["sooner"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"product_path": True}, {}),  # all valid on a product path: +2
        (
            {},
            {
                "doses": (
                    *TWO,
                    dose(3, ages=(AgeRow(maximum="18 months"),), intervals=(after_previous("1 year"),)),
                )
            },
        ),
        ({}, {"doses": (*THREE, dose(4, ages=(), intervals=EIGHT_WEEKS))}),  # closest to completion
        (
            {},
            {"doses": (*TWO, dose(3, ages=(), intervals=(after_previous("6 months"),)))},
        ),  # finishes earliest
    ],
)
def test_h05_points_of_series_in_process(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Table 8-9: every condition tips the balance against the better preference."""
    first = path("one", *one.pop("doses", THREE), preference=2, **one)
    second = path("other", *other.pop("doses", THREE), preference=1, **other)
    assert best(run(plan_of(first, second), shot(FIRST), on=FIRST)) == ["one"]


def test_h05_most_valid_doses_in_process() -> None:
    strict = (dose(preferable=(VaccineRow("10"),)), dose(2, preferable=(VaccineRow("11"),)), *THREE[2:])
    plan = plan_of(path("strict", *strict, preference=1), path("wide", *THREE, preference=2))
    given = (shot(FIRST), shot(FIRST + 60 * DAY))
    assert best(run(plan, *given)) == ["wide"]


@pytest.mark.parametrize(
    "other",
    [
        {"doses": (dose(ages=(AgeRow(minimum="8 weeks"),)),)},  # starts later
        {"product_path": True},
        {
            "doses": (
                dose(),
                dose(2, ages=(AgeRow(maximum="2 years"),), intervals=(after_previous("3 years"),)),
            )
        },
    ],
)
def test_h05_points_without_valid_doses(other: dict[str, Any]) -> None:
    """Table 8-11."""
    first = path("one", preference=2)
    second = path("other", *other.pop("doses", (dose(),)), preference=1, **other)
    assert best(run(plan_of(first, second))) == ["one"]


def test_h05_best_series_of_equivalent_groups() -> None:
    """Table 8-14, read from the series under test only."""
    standard = path("standard", *TWO, default=True, equivalent_groups=frozenset({"2"}))
    special = risk("risk", *TWO, group="2", equivalent_groups=frozenset({"1"}))
    plan = plan_of(standard, special)
    assert best(run(plan)) == ["standard"]
    assert best(run(plan, observations=["055"])) == ["risk"]
    assert prioritized(run(plan, observations=["055"])) == ["standard", "risk"]
    done = run(plan, shot(FIRST), shot(FIRST + 60 * DAY), observations=["055"])
    assert best(done) == ["standard", "risk"]
    one_way = plan_of(standard, replace(special, equivalent_groups=frozenset()))
    assert best(run(one_way, observations=["055"])) == ["risk"]
    none = plan_of(replace(standard, equivalent_groups=frozenset()), special)
    assert best(run(none, observations=["055"])) == ["standard", "risk"]
    slow = replace(special, doses=(*THREE, dose(4, ages=(), intervals=EIGHT_WEEKS)))
    finished = run(plan_of(standard, slow), shot(FIRST), shot(FIRST + 60 * DAY), observations=["055"])
    assert best(finished) == ["standard"]


def group_plan(*paths: AntigenSeries, full: bool = False, **fields: Any) -> Schedule:
    """Antigens A and B in one vaccine group."""
    both = tuple(map(Association, ("A", "B")))
    values = {
        "vaccine_groups": {"AB": VaccineGroup("AB", ("A", "B"), full)},
        "associations": {"10": both, "11": both[:1], "12": both[1:]},
    }
    return schedule(*paths, **values | fields)


def test_h05_a_single_antigen_group_has_a_forecast_for_each_best_series() -> None:
    plan = plan_of(path("standard", default=True), risk("risk", *TWO, group="2"))
    told = run(plan, observations=["055"]).of("A")
    assert [(one.series, one.series_type) for one in told] == [
        (("standard",), "Standard"),
        (("risk",), "Risk"),
    ]


def test_h05_a_multiple_antigen_group_blends_dates() -> None:
    """MULTIANTVG-1, FORECASTVG-2, -3 and -4."""
    a = AgeRow(
        minimum="2 months", earliest_recommended="3 months", latest_recommended="4 months", maximum="5 years"
    )
    b = AgeRow(minimum="6 months", earliest_recommended="8 months", latest_recommended="9 months")
    plan = group_plan(series(dose(ages=(a,))), series(dose(ages=(b,)), antigen="B"))
    forecast = dates(run(plan, on=date(2020, 1, 1)), "AB")
    assert forecast.earliest == forecast.recommended == forecast.past_due == date(2020, 7, 1)
    assert forecast.unadjusted_recommended == date(2020, 4, 1)
    assert forecast.unadjusted_past_due == date(2020, 4, 30)
    assert forecast.latest == date(2024, 12, 31)
    assert only(run(plan), "AB").antigens == ("A", "B")


def test_h05_a_priority_forecast_brings_the_group_forward_but_not_before_its_last_dose() -> None:
    now = (IntervalRow(from_previous=True, minimum="1 week", priority=True),)
    later = (IntervalRow(from_previous=True, minimum="1 year"),)
    plan = group_plan(
        series(dose(), dose(2, ages=(), intervals=now)),
        series(dose(), dose(2, ages=(), intervals=later), antigen="B"),
    )
    assert dates(run(plan, shot(FIRST), on=FIRST), "AB").earliest == FIRST + 7 * DAY
    result = run(plan, shot(FIRST), shot(FIRST + 30 * DAY, "12"), on=FIRST + 30 * DAY)
    assert dates(result, "AB").earliest == FIRST + 30 * DAY
    slow = group_plan(
        series(dose(), dose(2, ages=(), intervals=later)),
        series(dose(), dose(2, ages=(), intervals=EIGHT_WEEKS), antigen="B"),
    )
    assert dates(run(slow, shot(FIRST), on=FIRST), "AB").earliest == date(2022, 1, 1)


@pytest.mark.parametrize(("full", "wanted"), [(True, 1), (False, 2)])
def test_h05_the_dose_number_is_the_lesser_where_the_full_group_is_given(full: bool, wanted: int) -> None:
    """FORECASTDN-2."""
    both = (dose(preferable=ANY), dose(2, preferable=ANY))
    plan = group_plan(series(*both), series(*both, antigen="B"), full=full)
    assert dates(run(plan, shot(FIRST, "11")), "AB").dose_number == wanted


def test_h05_the_status_of_a_multiple_antigen_group() -> None:
    """Table 9-4."""
    barred = {"contraindications": (Contraindication("080"),), "clinical_history": frozenset({"020"})}
    a, b = series(*TWO), series(dose(ages=(AgeRow(minimum="6 weeks", maximum="3 years"),)), antigen="B")
    plan = group_plan(a, b, antigen_fields=barred)
    young = date(2022, 1, 1)
    assert only(run(plan, on=young), "AB").status == "Not Complete"
    assert only(run(plan, on=date(2023, 1, 1)), "AB").status == "Aged Out"
    assert only(run(plan, on=young, observations=["080"]), "AB").status == "Contraindicated"
    assert only(run(plan, on=young, observations=["020"]), "AB").status == "Immune"
    assert only(run(plan, shot(FIRST), on=young, observations=["020"]), "AB").status == "Complete"
    seasonal = series(dose(season_start=FIRST, season_end=date(2021, 6, 30)), antigen="B")
    assert only(run(group_plan(a, seasonal), on=young), "AB").status == "Not Recommended"
    assert only(run(plan, shot(FIRST), shot(FIRST + 60 * DAY), on=young), "AB").status == "Complete"


def test_h05_a_dose_of_a_group_is_valid_if_it_is_for_any_of_its_antigens() -> None:
    strict = series(dose(ages=(AgeRow(absolute_minimum="2 years"),)), antigen="B")
    assert statuses(run(group_plan(series(dose()), strict), shot(FIRST)), "AB") == ["Valid"]
    assert statuses(run(group_plan(series(dose()), strict), shot(FIRST, "12")), "AB") == ["Not Valid"]


def test_h05_of_contraindicated_series_the_one_with_a_valid_dose_is_told() -> None:
    """Table 8-5 says nothing of series that have valid doses and are neither complete nor in process."""
    eleven = (dose(preferable=(VaccineRow("11"),)), *TWO[1:])
    barred = {"contraindications": (Contraindication("080"),)}
    plan = plan_of(
        risk("ten", *TWO, preference=1), risk("eleven", *eleven, preference=2), antigen_fields=barred
    )
    assert best(run(plan, observations=["055", "080"])) == ["ten"]
    given = run(plan, shot(FIRST, "11"), observations=["055", "080"])
    assert best(given) == ["eleven"]
    assert (only(given).status, statuses(given)) == ("Contraindicated", ["Valid"])
