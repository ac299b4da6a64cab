"""The calendar of the CDSi specification, tables 3-6 and 3-7 (requirement H05)."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sesshu.schedule.reckoning import Reckoning
from sesshu.schedule.reckoning.cdsi import CdsiReckoning, after

DAY = timedelta(days=1)
births = st.dates(date(1900, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("rule", "day", "expression", "wanted"),
    [
        ("CALCDT-1", date(2010, 5, 10), "3 years", date(2013, 5, 10)),
        ("CALCDT-2", date(2010, 11, 10), "3 months", date(2011, 2, 10)),
        ("CALCDT-3", date(2010, 5, 10), "6 weeks", date(2010, 6, 21)),
        ("CALCDT-4", date(2010, 12, 30), "4 days", date(2011, 1, 3)),
        ("CALCDT-5", date(2011, 3, 31), "6 months", date(2011, 10, 1)),
        ("CALCDT-5", date(2012, 2, 29), "1 year", date(2013, 3, 1)),
        ("CALCDT-5", date(2012, 2, 29), "4 years", date(2016, 2, 29)),
        ("CALCDT-6", date(2000, 1, 31), "6 months - 4 days", date(2000, 7, 27)),
        ("CALCDT-6", date(2000, 1, 31), "1 month + 1 week", date(2000, 3, 8)),
        ("CALCDT-6", date(2000, 12, 31), "2 years - 10 months", date(2002, 3, 1)),
        ("blank", date(2000, 1, 31), " 13 years", date(2013, 1, 31)),
        ("nothing", date(2000, 1, 31), "0 days", date(2000, 1, 31)),
        ("back", date(2000, 1, 31), "-4 days", date(2000, 1, 27)),
    ],
)
def test_h05_the_rules_of_date_arithmetic(rule: str, day: date, expression: str, wanted: date) -> None:
    assert CdsiReckoning().point(expression, day) == wanted, rule
    assert CdsiReckoning().next_day(day, expression) == wanted


@pytest.mark.parametrize(
    "expression", ["", "soon", "6", "6 week 4 days", "6 fortnights", "+ weeks", "6 weeks x"]
)
def test_h05_what_cannot_be_read_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="期間"):
        CdsiReckoning().point(expression, date(2000, 1, 1))


def test_h05_beyond_the_calendar_there_is_its_end() -> None:
    assert after(date(9990, 1, 1), "50 years") == date.max
    assert after(date(9999, 12, 30), "1 week") == date.max
    assert after(date.max, "1 day") == date.max
    assert after(date(1, 1, 3), "0 days - 1 year") == date.min
    assert after(date(1, 1, 3), "- 4 days") == date.min
    assert CdsiReckoning().last_day(date(1, 1, 3), "- 4 days") == date.min


def test_h05_it_is_a_reckoning_like_the_japanese_one() -> None:
    reckoning: Reckoning = CdsiReckoning()
    assert reckoning.describe("12  months -  4 days ") == "12 months - 4 days"
    assert reckoning.describe_gap("4 weeks") == "4 weeks"
    assert reckoning.last_day(date(2024, 1, 1), "4 weeks") == date(2024, 1, 28)
    with pytest.raises(ValueError, match="期間"):
        reckoning.describe_gap("27d")


@settings(max_examples=400, deadline=None)
@given(births, st.integers(0, 120))
def test_h05_an_age_in_years_is_the_birthday_or_the_1st_of_march(birth: date, years: int) -> None:
    reached = after(birth, f"{years} years")
    if (birth.month, birth.day) == (2, 29) and not _leap(birth.year + years):
        assert reached == date(birth.year + years, 3, 1)
    else:
        assert reached == birth.replace(year=birth.year + years)
    assert after(birth, f"{years} years - 4 days") == reached - 4 * DAY
    assert after(birth, f"{12 * years} months") == reached


@settings(max_examples=400, deadline=None)
@given(births, st.integers(0, 240))
def test_h05_an_age_in_months_keeps_the_day_or_is_the_1st(birth: date, months: int) -> None:
    reached = after(birth, f"{months} months")
    ahead = (reached.year - birth.year) * 12 + reached.month - birth.month
    assert (ahead, reached.day) in ((months, birth.day), (months + 1, 1))
    if reached.day != birth.day:
        assert (reached - DAY).day < birth.day


@settings(max_examples=200, deadline=None)
@given(births, st.integers(0, 2000), st.integers(0, 50))
def test_h05_weeks_and_days_are_counted(birth: date, days: int, weeks: int) -> None:
    assert after(birth, f"{weeks} weeks + {days} days") == birth + timedelta(days=7 * weeks + days)
    assert after(birth, f"{days} days") <= after(birth, f"{days + 1} days")


def test_h05_every_birthday_from_1900_to_2040_keeps_its_order() -> None:
    """One born later is never older: every age date of every birthday, leap days included."""
    for expression in ("6 weeks", "12 months - 4 days", "18 months", "2 years", "65 years"):
        birth, before = date(1900, 1, 1), date.min
        while birth <= date(2040, 12, 31):
            reached = after(birth, expression)
            assert reached >= before
            birth, before = birth + DAY, reached


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
