"""Evaluation by the CDSi specification, chapters 4 to 6, on small schedules (requirement H05)."""

from datetime import date, timedelta

import pytest

from sesshu.schedule.cdsi import (
    AgeRow,
    Association,
    Indication,
    IntervalRow,
    Observation,
    Patient,
    VaccineConflict,
    VaccineRow,
    assess,
)
from sesshu.schedule.tests.cdsi_schedules import (
    BORN,
    VACCINE,
    after_previous,
    conflicts,
    dates,
    dose,
    only,
    run,
    schedule,
    series,
    shot,
    statuses,
    verdicts,
)

SIX_WEEKS = date(2020, 2, 12)
DAY = timedelta(days=1)
ONE_DOSE = schedule(series(dose()))
TWO_DOSES = schedule(series(dose(), dose(2, ages=(), intervals=(after_previous("8 weeks"),))))


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        (SIX_WEEKS - 5 * DAY, ("Not Valid", ("Too young",))),
        (SIX_WEEKS - 4 * DAY, ("Valid", ("Grace period",))),
        (SIX_WEEKS - DAY, ("Valid", ("Grace period",))),
        (SIX_WEEKS, ("Valid", ())),
        (date(2024, 12, 31), ("Valid", ())),
        (date(2025, 1, 1), ("Extraneous", ("Too old",))),
    ],
)
def test_h05_age(day: date, wanted: tuple[str, tuple[str, ...]]) -> None:
    ages = AgeRow(absolute_minimum="6 weeks - 4 days", minimum="6 weeks", maximum="5 years")
    plan = schedule(series(dose(ages=(ages,))))
    assert verdicts(run(plan, shot(day), on=date(2025, 1, 1))) == [wanted]


@pytest.mark.parametrize(
    ("gap", "wanted"),
    [
        (51, ("Not Valid", ("Too soon",))),
        (52, ("Valid", ("Grace period",))),
        (55, ("Valid", ("Grace period",))),
        (56, ("Valid", ())),
    ],
)
def test_h05_preferable_interval(gap: int, wanted: tuple[str, tuple[str, ...]]) -> None:
    result = run(TWO_DOSES, shot(SIX_WEEKS), shot(SIX_WEEKS + gap * DAY))
    assert verdicts(result)[1] == wanted


def test_h05_an_interval_runs_from_the_last_dose_valid_or_not() -> None:
    second, third = SIX_WEEKS + 10 * DAY, SIX_WEEKS + 57 * DAY
    result = run(TWO_DOSES, shot(SIX_WEEKS), shot(second), shot(third))
    assert statuses(result) == ["Valid", "Not Valid", "Not Valid"]
    assert dates(result).earliest == third + 56 * DAY


def test_h05_an_interval_passes_over_inadvertent_doses_and_substandard_ones() -> None:
    second = dose(2, ages=(), intervals=(after_previous("8 weeks"),), inadvertent=frozenset({"11"}))
    plan = schedule(
        series(dose(), second), associations={"10": (Association("A"),), "11": (Association("A"),)}
    )
    between, last = SIX_WEEKS + 10 * DAY, SIX_WEEKS + 56 * DAY
    result = run(plan, shot(SIX_WEEKS), shot(between, "11"), shot(last))
    assert verdicts(result)[1:] == [("Not Valid", ("Inadvertent Administration",)), ("Valid", ())]
    result = run(plan, shot(SIX_WEEKS), shot(between, condition=True), shot(last))
    assert verdicts(result)[1:] == [("Sub-standard", ("Dose condition flag",)), ("Valid", ())]


def test_h05_an_allowable_interval_saves_a_dose_that_came_too_soon() -> None:
    allowed = IntervalRow(from_previous=True, absolute_minimum="4 weeks")
    second = dose(2, ages=(), intervals=(after_previous("8 weeks"),), allowable_intervals=(allowed,))
    plan = schedule(series(dose(), second))
    for gap, wanted in ((27, "Not Valid"), (28, "Valid")):
        assert statuses(run(plan, shot(SIX_WEEKS), shot(SIX_WEEKS + gap * DAY)))[1] == wanted


def test_h05_an_interval_from_a_target_dose_and_every_interval_must_hold() -> None:
    from_first = IntervalRow(from_target_dose=1, absolute_minimum="16 weeks", minimum="16 weeks")
    third = dose(3, ages=(), intervals=(after_previous("8 weeks"), from_first))
    plan = schedule(series(dose(), dose(2, ages=()), third))
    second = SIX_WEEKS + 28 * DAY
    for last, wanted in ((111, "Not Valid"), (112, "Valid")):
        given = (shot(SIX_WEEKS), shot(second), shot(SIX_WEEKS + last * DAY))
        assert statuses(run(plan, *given))[2] == wanted


def test_h05_an_interval_from_the_most_recent_dose_of_a_type_looks_at_the_whole_history() -> None:
    row = IntervalRow(from_most_recent=frozenset({"20"}), absolute_minimum="4 weeks", minimum="4 weeks")
    plan = schedule(
        series(dose(intervals=(row,))),
        series(dose(), antigen="B"),
        associations={"10": (Association("A"),), "20": (Association("B"),)},
    )
    other = shot(SIX_WEEKS, "20")
    assert statuses(run(plan, other, shot(SIX_WEEKS + 27 * DAY))) == ["Not Valid"]
    assert statuses(run(plan, other, shot(SIX_WEEKS + 28 * DAY))) == ["Valid"]
    assert dates(run(plan, other)).earliest == SIX_WEEKS + 28 * DAY


def test_h05_an_interval_from_an_observation_uses_the_most_recent() -> None:
    row = IntervalRow(from_observation="170", absolute_minimum="27 weeks", minimum="27 weeks")
    plan = schedule(series(dose(ages=(), intervals=(row,))))
    seen = tuple(
        Observation("170", day) for day in (date(2023, 1, 1), None, date(2023, 6, 1), date(2022, 1, 1))
    )
    assert statuses(run(plan, shot(date(2023, 12, 1)))) == ["Valid"]
    result = assess(Patient(BORN, observations=seen), (shot(date(2023, 12, 6)),), date(2024, 1, 1), plan)
    assert statuses(result) == ["Not Valid"]
    for order in (seen, seen[::-1], seen[1:], (seen[1], seen[2])):
        result = assess(Patient(BORN, observations=order), (), date(2023, 7, 1), plan)
        assert dates(result).earliest == date(2023, 6, 1) + 189 * DAY


CONFLICT = VaccineConflict("20", "10", begin="1 day", minimum_end="24 days", end="28 days")


@pytest.mark.parametrize(
    ("other_is_valid", "gap", "wanted"),
    [
        (True, 0, "Valid"),
        (True, 1, "Not Valid"),
        (True, 23, "Not Valid"),
        (True, 24, "Valid"),
        (False, 24, "Not Valid"),
        (False, 27, "Not Valid"),
        (False, 28, "Valid"),
    ],
)
def test_h05_a_conflict_ends_sooner_after_a_valid_dose(other_is_valid: bool, gap: int, wanted: str) -> None:
    """CALCDTCONFLICT-2: minimum end interval after a Valid dose, end interval after one that is not."""
    plan = schedule(
        series(dose(preferable=(VACCINE, VaccineRow("20"))), dose(2, preferable=(VACCINE,))),
        associations={"10": (Association("A"),), "20": (Association("A"),)},
        conflicts=conflicts(CONFLICT),
    )
    first = SIX_WEEKS if other_is_valid else SIX_WEEKS - 5 * DAY
    result = run(plan, shot(first, "20"), shot(first + gap * DAY))
    assert statuses(result) == ["Valid" if other_is_valid else "Not Valid", wanted]
    if wanted == "Not Valid":
        assert verdicts(result)[1][1] == ("Impacted by a vaccine conflict",)


def test_h05_a_dose_of_another_antigen_has_no_status_and_conflicts_to_the_minimum_end() -> None:
    plan = schedule(
        series(dose()),
        associations={"10": (Association("A"),), "20": (Association("elsewhere"),)},
        conflicts=conflicts(CONFLICT),
    )
    for gap, wanted in ((23, "Not Valid"), (24, "Valid")):
        assert statuses(run(plan, shot(SIX_WEEKS, "20"), shot(SIX_WEEKS + gap * DAY))) == [wanted]
    forecast = dates(run(plan, shot(SIX_WEEKS, "20")))
    assert forecast.earliest == SIX_WEEKS + 28 * DAY


def test_h05_the_antigen_of_a_vaccine_depends_on_the_age_at_which_it_was_given() -> None:
    """Association ages are half-open: below 50 years against A, from the birthday on against B."""
    plan = schedule(
        series(dose(ages=()), antigen="A"),
        series(dose(ages=()), antigen="B"),
        associations={
            "10": (
                Association("A", begin_age="0 days", end_age="50 years"),
                Association("B", begin_age="50 years"),
            )
        },
    )
    birthday = date(2070, 1, 1)
    young = run(plan, shot(birthday - DAY), on=birthday)
    assert (statuses(young, "A"), statuses(young, "B")) == (["Valid"], [])
    assert (only(young, "A").status, only(young, "B").status) == ("Complete", "Aged Out")
    old = run(plan, shot(birthday), on=birthday)
    assert (statuses(old, "A"), statuses(old, "B")) == ([], ["Valid"])


def test_h05_a_vaccine_must_be_preferable_or_allowable_at_its_age() -> None:
    vaccines = {
        "preferable": (VaccineRow("10", begin_age="2 years", end_age="3 years"),),
        "allowable": {"11": (VaccineRow("11", end_age="1 year"), VaccineRow("11", begin_age="2 years"))},
    }
    kinds = {code: (Association("A"),) for code in ("10", "11", "12")}
    plan = schedule(series(dose(ages=(), **vaccines)), associations=kinds)
    for day, code, wanted in (
        (date(2021, 12, 31), "10", "Not Valid"),
        (date(2022, 1, 1), "10", "Valid"),
        (date(2022, 12, 31), "10", "Valid"),
        (date(2023, 1, 1), "10", "Not Valid"),
        (date(2020, 12, 31), "11", "Valid"),
        (date(2021, 1, 1), "11", "Not Valid"),
        (date(2022, 1, 1), "11", "Valid"),
        (date(2022, 1, 1), "12", "Not Valid"),
    ):
        [verdict] = verdicts(run(plan, shot(day, code)))
        assert verdict[0] == wanted, (day, code)
        if wanted == "Not Valid":
            assert verdict[1] == ("Not a preferable or allowable vaccine",)


def test_h05_a_trade_name_is_asked_for_where_the_data_name_one() -> None:
    named = VaccineRow("10", trade_name="Recombivax Adult", mvx="MSD")
    plan = schedule(series(dose(preferable=(named,))))
    day = date(2021, 1, 1)
    assert statuses(run(plan, shot(day, trade_name="RECOMBIVAX ADULT"))) == ["Valid"]
    assert statuses(run(plan, shot(day, mvx="MSD"))) == ["Valid"]
    assert statuses(run(plan, shot(day, mvx="SKB", trade_name="Engerix"))) == ["Not Valid"]
    assert statuses(run(plan, shot(day))) == ["Not Valid"]


def test_h05_a_small_volume_is_remarked_and_counts() -> None:
    plan = schedule(series(dose(preferable=(VaccineRow("10", volume=0.5),))))
    day = date(2021, 1, 1)
    assert verdicts(run(plan, shot(day, volume=0.25))) == [
        ("Valid", ("Volume administered is less than recommended volume",))
    ]
    assert verdicts(run(plan, shot(day, volume=0.5))) == [("Valid", ())]
    assert verdicts(run(plan, shot(day))) == [("Valid", ())]


def test_h05_an_expired_lot_is_substandard_from_the_day_after() -> None:
    day = date(2021, 1, 1)
    assert verdicts(run(ONE_DOSE, shot(day, lot_expiry=day))) == [("Valid", ())]
    assert verdicts(run(ONE_DOSE, shot(day, lot_expiry=day - DAY))) == [("Sub-standard", ("Lot expired",))]


def test_h05_doses_after_the_last_target_are_extraneous() -> None:
    result = run(
        ONE_DOSE, shot(date(2021, 1, 1)), shot(date(2021, 6, 1)), shot(date(2021, 6, 2), condition=True)
    )
    assert verdicts(result)[1:] == [("Extraneous", ("Series already complete",))] * 2


def test_h05_a_recurring_dose_comes_again_and_again() -> None:
    yearly = dose(2, ages=(), intervals=(after_previous("1 year"),), recurring=True)
    plan = schedule(series(dose(), yearly))
    given = [shot(date(2021 + n, 1, 1)) for n in range(3)]
    result = run(plan, *given, on=date(2023, 6, 1))
    assert statuses(result) == ["Valid"] * 3
    assert dates(result).dose_number == 4
    assert dates(result).earliest == date(2024, 1, 1)


@pytest.mark.parametrize(("day", "wanted"), [(date(2021, 6, 30), "Valid"), (date(2021, 7, 1), "Not Valid")])
def test_h05_a_row_is_used_from_its_effective_to_its_cessation_date_inclusive(day: date, wanted: str) -> None:
    """RELEVANT-1, -2: both ends count."""
    old = AgeRow(cessation=date(2021, 6, 30), absolute_minimum="1 year")
    new = AgeRow(effective=date(2021, 7, 1), absolute_minimum="2 years")
    assert statuses(run(schedule(series(dose(ages=(old, new)))), shot(day))) == [wanted]


def test_h05_a_risk_series_needs_an_indication_at_its_ages() -> None:
    risk = series(
        dose(ages=()),
        type="Risk",
        default=False,
        indications=(Indication("055", begin_age="2 years", end_age="4 years"),),
    )
    plan = schedule(risk)
    for on, codes, wanted in (
        (date(2021, 12, 31), ["055"], 0),
        (date(2022, 1, 1), ["055"], 1),
        (date(2022, 1, 1), ["056"], 0),
        (date(2022, 1, 1), [], 0),
        (date(2023, 12, 31), ["055"], 1),
        (date(2024, 1, 1), ["055"], 0),
    ):
        assert len(run(plan, on=on, observations=codes).series) == wanted, (on, codes)


def test_h05_gender() -> None:
    plan = schedule(series(dose(), genders=frozenset({"Female", "Unknown"})))
    assert len(run(plan, gender="Female").series) == 1
    assert len(run(plan).series) == 1
    assert run(plan, gender="Male").forecasts == ()


def test_h05_an_interval_from_the_most_recent_dose_passes_over_inadvertent_ones() -> None:
    row = IntervalRow(from_most_recent=frozenset({"20"}), absolute_minimum="4 weeks", minimum="4 weeks")
    kinds = {"10": (Association("A"),), "20": (Association("A"),)}
    first = dose(intervals=(row,), inadvertent=frozenset({"20"}))
    given = (shot(SIX_WEEKS, "20"), shot(SIX_WEEKS + DAY))
    assert statuses(run(schedule(series(first), associations=kinds), *given)) == ["Not Valid", "Valid"]
    plain = dose(intervals=(row,))
    assert statuses(run(schedule(series(plain), associations=kinds), *given)) == ["Not Valid", "Not Valid"]
