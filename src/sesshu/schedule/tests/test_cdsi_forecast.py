"""Forecast by the CDSi specification, chapter 7, on small schedules (requirement H05)."""

from datetime import date, timedelta

import pytest

from sesshu.schedule.cdsi import (
    AgeRow,
    BirthDateImmunity,
    ConditionalSkip,
    Contraindication,
    IntervalRow,
    SkipCondition,
    SkipSet,
    VaccineConflict,
    VaccineRow,
)
from sesshu.schedule.tests.cdsi_schedules import (
    BORN,
    after_previous,
    conflicts,
    dates,
    dose,
    only,
    run,
    schedule,
    series,
    shot,
)

DAY = timedelta(days=1)
FIRST = date(2021, 1, 1)
AGES = AgeRow(
    minimum="6 weeks",
    earliest_recommended="2 months",
    latest_recommended="3 months + 4 weeks",
    maximum="5 years",
)


def test_h05_dates_by_age() -> None:
    forecast = dates(run(schedule(series(dose(ages=(AGES,)))), on=BORN))
    assert forecast.earliest == date(2020, 2, 12)
    assert forecast.recommended == forecast.unadjusted_recommended == date(2020, 3, 1)
    assert forecast.past_due == forecast.unadjusted_past_due == date(2020, 4, 28)
    assert forecast.latest == date(2024, 12, 31)
    assert forecast.dose_number == 1
    assert forecast.vaccines == ("10",)


def test_h05_dates_by_interval_and_what_is_past_is_moved_to_the_earliest_date() -> None:
    gap = after_previous("8 weeks", earliest_recommended="12 weeks", latest_recommended="16 weeks")
    plan = schedule(series(dose(), dose(2, ages=(AgeRow(maximum="3 years"),), intervals=(gap,))))
    forecast = dates(run(plan, shot(FIRST), on=FIRST))
    assert forecast.earliest == FIRST + 56 * DAY
    assert forecast.recommended == FIRST + 84 * DAY
    assert forecast.past_due == FIRST + 111 * DAY
    late = AgeRow(earliest_recommended="4 months", latest_recommended="6 months")
    plan = schedule(series(dose(), dose(2, ages=(late,), intervals=(gap,))))
    forecast = dates(run(plan, shot(FIRST), on=FIRST))
    assert forecast.recommended == forecast.past_due == forecast.earliest == FIRST + 56 * DAY
    assert forecast.unadjusted_recommended == date(2020, 5, 1)
    assert forecast.unadjusted_past_due == date(2020, 6, 30)


def test_h05_of_several_intervals_the_latest_date_counts() -> None:
    short = after_previous("4 weeks", earliest_recommended="5 weeks", latest_recommended="6 weeks")
    long = after_previous("8 weeks", earliest_recommended="9 weeks", latest_recommended="10 weeks")
    for rows in ((short, long), (long, short)):
        plan = schedule(series(dose(), dose(2, ages=(), intervals=rows)))
        forecast = dates(run(plan, shot(FIRST), on=FIRST))
        weeks = [forecast.earliest, forecast.recommended]
        assert weeks == [FIRST + 56 * DAY, FIRST + 63 * DAY]
        assert forecast.past_due == FIRST + 69 * DAY


def test_h05_without_recommended_ages_or_intervals_recommended_is_earliest_and_nothing_is_past_due() -> None:
    forecast = dates(run(schedule(series(dose())), on=BORN))
    assert forecast.recommended == forecast.earliest == date(2020, 2, 12)
    assert forecast.past_due is None
    assert forecast.latest is None


def test_h05_the_earliest_date_is_not_before_the_last_dose() -> None:
    """FORECASTDTCAN-1: a dose that did not count is a floor all the same."""
    plan = schedule(series(dose(inadvertent=frozenset({"10"}))))
    assert dates(run(plan, shot(FIRST))).earliest == FIRST


def test_h05_the_earliest_date_waits_for_the_longer_end_of_a_conflict() -> None:
    clash = VaccineConflict("10", "10", begin="1 day", minimum_end="24 days", end="28 days")
    plan = schedule(series(dose(), dose(2)), conflicts=conflicts(clash))
    assert dates(run(plan, shot(FIRST))).earliest == FIRST + 28 * DAY


def test_h05_seasons() -> None:
    """The season's start is a floor; after its end nothing is recommended; earlier seasons do not number."""
    seasonal = dose(season_start=date(2023, 7, 1), season_end=date(2024, 6, 30), recurring=True)
    plan = schedule(series(seasonal))
    forecast = dates(run(plan, shot(date(2022, 10, 1)), on=date(2023, 8, 1)))
    assert (forecast.earliest, forecast.dose_number) == (date(2023, 7, 1), 1)
    this_season = run(plan, shot(date(2022, 10, 1)), shot(date(2023, 10, 1)), on=date(2024, 6, 30))
    assert dates(this_season).dose_number == 2
    over = only(run(plan, on=date(2024, 7, 1)))
    assert (over.status, over.reasons) == ("Not Recommended", ("Past seasonal recommendation end date",))
    assert over.forecast.earliest is None


@pytest.mark.parametrize(
    ("on", "given", "status", "reason"),
    [
        (date(2024, 12, 31), (), "Not Complete", None),
        (date(2025, 1, 1), (), "Aged Out", "Patient has exceeded the maximum age"),
        (
            date(2024, 12, 1),
            (date(2024, 12, 1),),
            "Aged Out",
            "Patient is unable to finish the series prior to the maximum age",
        ),
        (date(2024, 12, 1), (FIRST, date(2022, 1, 1)), "Complete", "Patient series is complete"),
    ],
)
def test_h05_need(on: date, given: tuple[date, ...], status: str, reason: str | None) -> None:
    second = dose(2, ages=(AgeRow(maximum="5 years"),), intervals=(after_previous("8 weeks"),))
    result = run(schedule(series(dose(ages=(AGES,)), second)), *map(shot, given), on=on)
    assert only(result).status == status
    assert only(result).reasons == ((reason,) if reason else ())


def test_h05_all_skipped_and_none_satisfied_is_not_recommended() -> None:
    always = ConditionalSkip(
        frozenset({"Forecast"}), (SkipSet(conditions=(SkipCondition("age", begin_age="0 days"),)),)
    )
    forecast = only(run(schedule(series(dose(skips=(always,))))))
    assert forecast.status == "Not Recommended"
    assert forecast.reasons == ("Not recommended at this time due to past immunization history",)


def test_h05_a_dose_of_which_nothing_says_from_when_is_not_forecast() -> None:
    """Table 7-9: a blank candidate earliest date is taken for the last day, and so is a blank maximum age."""
    forecast = only(run(schedule(series(dose(ages=())))))
    assert (forecast.status, forecast.forecast.earliest) == ("Aged Out", None)


def test_h05_evidence_of_immunity() -> None:
    immunity = {
        "clinical_history": frozenset({"020"}),
        "birth_date_immunity": (
            BirthDateImmunity(BORN + DAY, country="U.S.", exclusions=frozenset({"055"})),
        ),
    }
    plan = schedule(series(dose()), antigen_fields=immunity)
    for codes, country, wanted in (
        ([], None, "Not Complete"),
        ([], "U.S.", "Immune"),
        (["055"], "U.S.", "Not Complete"),
        (["020"], None, "Immune"),
        (["020", "055"], "U.S.", "Immune"),
    ):
        forecast = only(run(plan, observations=codes, country=country))
        assert forecast.status == wanted, (codes, country)
    assert forecast.reasons == ("Patient has evidence of immunity",)
    later = {"birth_date_immunity": (BirthDateImmunity(BORN),)}
    assert only(run(schedule(series(dose()), antigen_fields=later))).status == "Not Complete"
    finished = run(plan, shot(FIRST), observations=["020"])
    assert only(finished).status == "Complete"


def test_h05_contraindications_of_the_antigen() -> None:
    barred = Contraindication("080", begin_age="1 year", end_age="4 years", guidance="Ask first.")
    plan = schedule(series(dose()), antigen_fields={"contraindications": (barred,)})
    for on, codes, wanted in (
        (date(2020, 12, 31), ["080"], "Not Complete"),
        (date(2021, 1, 1), ["080"], "Contraindicated"),
        (date(2023, 12, 31), ["080"], "Contraindicated"),
        (date(2024, 1, 1), ["080"], "Not Complete"),
        (date(2021, 1, 1), [], "Not Complete"),
    ):
        assert only(run(plan, on=on, observations=codes)).status == wanted, (on, codes)
    told = only(run(plan, on=FIRST, observations=["080"]))
    assert (told.reasons, told.guidance) == (("Patient has a contraindication",), ("Ask first.",))
    assert told.forecast.earliest is None


def test_h05_contraindications_of_vaccines() -> None:
    """One vaccine ruled out is not recommended; with none left the series is contraindicated."""
    two = dose(preferable=(VaccineRow("10", forecast=True), VaccineRow("11", forecast=True)))
    one = Contraindication("076", vaccines=(VaccineRow("10"),))
    rest = Contraindication("081", vaccines=(VaccineRow("11", begin_age="2 years", end_age="4 years"),))
    plan = schedule(series(two), antigen_fields={"vaccine_contraindications": (one, rest)})
    assert dates(run(plan)).vaccines == ("10", "11")
    assert dates(run(plan, observations=["076"])).vaccines == ("11",)
    for on, wanted in (
        (date(2021, 12, 31), "Not Complete"),
        (date(2022, 1, 1), "Contraindicated"),
        (date(2024, 1, 1), "Not Complete"),
    ):
        assert only(run(plan, on=on, observations=["076", "081"])).status == wanted, on


def test_h05_recommended_vaccines_fit_the_earliest_or_the_recommended_date() -> None:
    """FORECASTRECVAC-1."""
    rows = (
        VaccineRow("10", begin_age="6 weeks", end_age="7 weeks", forecast=True),
        VaccineRow("11", begin_age="2 months", forecast=True),
        VaccineRow("12", begin_age="3 months", forecast=True),
        VaccineRow("13"),
    )
    plan = schedule(series(dose(ages=(AGES,), preferable=rows)))
    assert dates(run(plan, on=BORN)).vaccines == ("10", "11")


def test_h05_a_forecast_has_priority_if_all_its_intervals_have() -> None:
    """FORECASTPRIORITY-1."""
    priority, plain = IntervalRow(from_previous=True, priority=True), IntervalRow(from_previous=True)
    for rows, wanted in (((priority,), True), ((priority, plain), False), ((), False)):
        assert dates(run(schedule(series(dose(intervals=rows))))).priority is wanted
