"""Courses that were not finished in time, or are finished only in part (H03), worked out by hand."""

from datetime import date

import pytest

from sesshu.schedule import DoseGiven, Exclusion, Person, assess
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
        ("2026-06-30", "R", "2期", "2030-04-01"),
        ("2026-07-01", "R", "1期", "2026-02-07"),
        ("2026-06-30", "M", "1期", "2026-02-07"),
    ],
)
def test_h03_who_had_measles_needs_rubella_only_until_the_last_day_of_the_exclusion(
    on: str, given: str, label: str, earliest: str
) -> None:
    """施行規則2条: excluded from measles until 2026-06-30 inclusive; one rubella dose ends the first period.

    Born on 2024-12-10: the second period begins a year before school, on 2030-04-01.
    """
    exclusion = Exclusion("had-disease", frozenset({"measles"}), date(2025, 1, 1), date(2026, 6, 30))
    child = Person(date(2024, 12, 10), "F", exclusions=(exclusion,))
    doses = (DoseGiven(date(2026, 1, 10), given),)
    status = assess(child, doses, date.fromisoformat(on), PACK).programme("mr")
    assert (status.next_label, str(status.earliest)) == (label, earliest)
