"""Courses that were not finished in time, or are finished only in part (H03), worked out by hand."""

from datetime import date

import pytest

from sesshu.schedule import DoseGiven, Exclusion, LongTermIllness, Person, assess
from sesshu.schedule.tests.asking import PACK, ask, judged, state

BORN = "2026-05-10"


def test_h03_a_hib_booster_given_too_soon_leaves_the_gap_of_those_who_did_not_finish() -> None:
    """実施規則10条2項: once twelve months are passed with initial doses left, 27 days, not seven months.

    Twelve months are reached on 2027-05-09; 27 full days after 10 May end on 6 June.
    """
    doses = ("2026-07-09=Hib", "2027-04-25=Hib", "2027-05-10=Hib")
    result = ask(BORN, "F", "2027-05-20", *doses)
    assert judged(result.doses[-1]) == (4, "not_valid", False, "interval_too_short")
    status = result.programme("hib")
    assert (state(status), str(status.earliest)) == (("not_yet", "追加", "interval"), "2027-06-07")


@pytest.mark.parametrize(
    ("on", "given", "label", "earliest"),
    [
        ("2026-01-31", "R", "1期", "2026-02-07"),
        ("2026-02-01", "R", "2期", "2030-04-01"),
        ("2026-06-30", "R", "2期", "2030-04-01"),
        ("2026-07-01", "R", "1期", "2026-02-07"),
        ("2026-06-30", "M", "1期", "2026-02-07"),
    ],
)
def test_h03_who_had_measles_needs_rubella_only_from_the_first_day_of_the_exclusion_to_its_last(
    on: str, given: str, label: str, earliest: str
) -> None:
    """施行規則2条: excluded from measles from 2026-02-01 to 2026-06-30; one rubella dose ends the 1st period.

    Born on 2024-12-10: the second period begins a year before school, on 2030-04-01.
    """
    exclusion = Exclusion("had-disease", frozenset({"measles"}), date(2026, 2, 1), date(2026, 6, 30))
    child = Person(date(2024, 12, 10), "F", exclusions=(exclusion,))
    doses = (DoseGiven(date(2026, 1, 10), given),)
    status = assess(child, doses, date.fromisoformat(on), PACK).programme("mr")
    assert (status.next_label, str(status.earliest)) == (label, earliest)


@pytest.mark.parametrize(
    ("on", "status", "text"),
    [
        ("2026-05-20", "eligible", "2026-05-09から2026-05-20まで受けられます。"),
        ("2026-05-21", "not_yet", None),
        ("2026-06-16", "not_yet", None),
        ("2026-06-17", "eligible", "2026-06-17から2028-05-09まで受けられます。"),
    ],
)
def test_h03_a_live_vaccine_closes_another_from_the_next_day_for_twenty_seven_days(
    on: str, status: str, text: str | None
) -> None:
    """定期接種実施要領: MR on 2026-05-20; the same day is allowed, then 27 full days to 16 June."""
    told = ask("2025-05-10", "F", on, "2026-05-20=MR").programme("varicella")
    waiting = "麻しん風しん混合（2026-05-20）から27日以上空けるため、2026-06-17から受けられます。"
    assert (told.status, told.reasons[0].text) == (status, text or waiting)


@pytest.mark.parametrize(
    ("on", "status", "text"),
    [
        (
            "2026-06-30",
            "not_yet",
            "当該疾病にかかったことのある者の間は受けられません。2026-07-01から受けられます。",
        ),
        ("2026-07-01", "eligible", "2026-07-01から2028-05-09まで受けられます。"),
        ("2026-07-10", "eligible", "2026-07-01から2028-05-09まで受けられます。"),
    ],
)
def test_h03_after_an_exclusion_the_window_is_open_from_the_day_after_it(
    on: str, status: str, text: str
) -> None:
    """施行令3条1項: one year is reached on 2026-05-09, the exclusion ends on 2026-06-30 inclusive."""
    exclusion = Exclusion("had-disease", frozenset({"varicella"}), date(2026, 5, 1), date(2026, 6, 30))
    child = Person(date(2025, 5, 10), "F", exclusions=(exclusion,))
    told = assess(child, (), date.fromisoformat(on), PACK).programme("varicella")
    assert (told.status, told.reasons[0].text, str(told.earliest)) == (status, text, "2026-07-01")


@pytest.mark.parametrize(
    ("ended", "status", "last"),
    [
        ("2026-08-29", "eligible", "2026-08-30"),
        ("2026-08-30", "eligible", "2026-08-30"),
        ("2026-08-31", "aged_out", "None"),
    ],
)
def test_h03_a_long_illness_that_ends_on_the_eve_of_the_tenth_birthday_leaves_hib_one_day(
    ended: str, status: str, last: str
) -> None:
    """施行規則2条の10: ten years are reached on 2026-08-30, and Hib may be given until that day."""
    illness = LongTermIllness(date.fromisoformat(ended), date(2016, 11, 1))
    child = Person(date(2016, 8, 31), "F", long_term_illness=(illness,))
    told = assess(child, (), date.fromisoformat(ended), PACK).programme("hib")
    assert (told.status, str(told.last_day)) == (status, last)


def test_h05_between_two_windows_a_dose_is_too_early_for_the_next_not_too_late_for_the_last() -> None:
    """施行令附則: born 2008-06-01; 90 months are past on 2016-06-01, nine years are reached on 2017-05-31."""
    verdict = ask("2008-06-01", "F", "2016-07-01", "2016-06-01=JE").doses[0]
    assert judged(verdict) == (1, "not_valid", False, "too_early")
    assert verdict.reasons[0].text == "早すぎます: 9歳に達した日は2017-05-31、364日早い接種です。"
