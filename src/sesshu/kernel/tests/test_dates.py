"""Dates of law against hand-checked vectors and over every birthday (requirement H03)."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sesshu.kernel.dates import (
    Interval,
    age_on,
    age_text,
    earliest_next,
    fiscal_year,
    fiscal_year_end,
    fiscal_year_start,
    months_after,
    months_on,
    reach,
    school_start,
)

DAY = timedelta(days=1)
births = st.dates(min_value=date(1900, 1, 1), max_value=date(2040, 12, 31))
spans = st.integers(min_value=1, max_value=110 * 12)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("birth", "months", "expected"),
    [
        ("2013-04-01", 1, "2013-04-30"),
        ("2013-04-01", 3, "2013-06-30"),
        ("2013-04-01", 6, "2013-09-30"),
        ("2013-04-01", 12, "2014-03-31"),
        ("2013-01-31", 1, "2013-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-28"),
        ("2025-08-31", 2, "2025-10-30"),
        ("2025-08-31", 6, "2026-02-28"),
        ("2025-08-31", 7, "2026-03-30"),
        ("2025-08-31", 12, "2026-08-30"),
        ("2025-08-31", 60, "2030-08-30"),
        ("2025-08-31", 90, "2033-02-28"),
        ("2026-08-31", 2, "2026-10-30"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-05-10", 90, "2033-11-09"),
        ("2026-05-10", 60, "2031-05-09"),
        ("2026-05-10", 36, "2029-05-09"),
        ("2026-05-10", 24, "2028-05-09"),
    ],
)
def test_months_since_birth(birth: str, months: int, expected: str) -> None:
    assert reach(day(birth), months=months) == day(expected)


@pytest.mark.parametrize(
    ("birth", "years", "expected"),
    [("1961-11-22", 65, "2026-11-21"), ("1961-11-22", 66, "2027-11-21"), ("2007-04-01", 20, "2027-03-31")],
)
def test_years_of_age(birth: str, years: int, expected: str) -> None:
    assert reach(day(birth), years=years) == day(expected)


@pytest.mark.parametrize(
    ("previous", "interval", "expected"),
    [
        ("2023-04-01", "3m", "2023-07-01"),
        ("2023-11-30", "3m", "2024-03-01"),
        ("2022-11-30", "3m", "2023-03-01"),
        ("2023-04-01", "2.5m", "2023-06-16"),
        ("2023-05-01", "2.5m", "2023-07-17"),
        ("2022-12-01", "2.5m", "2023-02-15"),
        ("2023-12-01", "2.5m", "2024-02-16"),
        ("2026-01-01", "6d", "2026-01-08"),
        ("2026-01-01", "20d", "2026-01-22"),
        ("2026-01-01", "27d", "2026-01-29"),
        ("2026-01-01", "60d", "2026-03-03"),
        ("2026-01-01", "139d", "2026-05-21"),
    ],
)
def test_first_day_after_an_interval(previous: str, interval: str, expected: str) -> None:
    assert earliest_next(day(previous), interval) == day(expected)


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        ("2020-04-01", "2026-04-01"),
        ("2020-04-02", "2027-04-01"),
        ("2020-03-31", "2026-04-01"),
        ("2020-02-29", "2026-04-01"),
        ("2020-12-31", "2027-04-01"),
    ],
)
def test_school_starts_on_the_first_april_after_six(birth: str, expected: str) -> None:
    assert school_start(day(birth)) == day(expected)


@pytest.mark.parametrize(("birth", "year"), [("2014-04-02", 2026), ("2014-04-01", 2025)])
def test_a_child_of_1_april_belongs_to_the_earlier_fiscal_year(birth: str, year: int) -> None:
    assert fiscal_year(reach(day(birth), years=12)) == year


def test_fiscal_year_runs_from_april_to_march() -> None:
    assert fiscal_year(date(2026, 3, 31)) == 2025
    assert fiscal_year(date(2026, 4, 1)) == 2026
    assert (fiscal_year_start(2026), fiscal_year_end(2026)) == (date(2026, 4, 1), date(2027, 3, 31))


@pytest.mark.parametrize(
    ("birth", "on", "years", "text"),
    [
        ("2023-09-10", "2026-11-22", 3, "3歳2か月"),
        ("2023-11-23", "2026-11-22", 3, "3歳"),
        ("2023-11-24", "2026-11-22", 2, "2歳11か月"),
        ("2026-06-22", "2026-11-22", 0, "5か月"),
        ("2026-11-10", "2026-11-22", 0, "12日"),
        ("2024-02-29", "2025-02-27", 0, "11か月"),
        ("2024-02-29", "2025-02-28", 1, "1歳"),
    ],
)
def test_age_as_staff_read_it(birth: str, on: str, years: int, text: str) -> None:
    assert age_on(day(birth), day(on)) == years
    assert age_text(day(birth), day(on)) == text


def test_age_before_birth_is_refused() -> None:
    with pytest.raises(ValueError, match="より前"):
        age_on(date(2026, 1, 2), date(2026, 1, 1))


@pytest.mark.parametrize("text", ["", "20", "6w", "2.5d", "1.25m", "-3d"])
def test_an_unreadable_interval_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="間隔"):
        Interval.parse(text)


@pytest.mark.parametrize(("text", "wording"), [("27d", "27日"), ("6m", "6月"), ("2.5m", "2月半")])
def test_interval_in_the_words_of_law(text: str, wording: str) -> None:
    assert str(Interval.parse(text)) == wording


@given(births, spans)
def test_an_age_is_reached_the_day_before_the_anniversary_or_at_month_end(birth: date, months: int) -> None:
    reached = reach(birth, months=months)
    following = reached + DAY
    assert following.day == birth.day or (following.day == 1 and birth.day > reached.day)


@given(births, spans)
def test_ages_are_reached_in_order(birth: date, months: int) -> None:
    assert reach(birth, months=months) < reach(birth, months=months + 1)
    assert reach(birth, months=months) <= reach(birth + DAY, months=months)


@given(births, spans)
def test_years_are_twelve_months(birth: date, months: int) -> None:
    years = months // 12
    assert reach(birth, years=years) == reach(birth, months=years * 12)


@given(births, spans)
def test_an_interval_rounds_up_where_an_age_rounds_down(birth: date, months: int) -> None:
    assert months_after(birth, months) == reach(birth, months=months) + DAY


@given(births, spans)
def test_a_month_is_complete_from_the_day_it_is_reached(birth: date, months: int) -> None:
    reached = reach(birth, months=months)
    assert months_on(birth, reached) == months
    assert months_on(birth, reached - DAY) == months - 1


@given(births)
def test_school_starts_in_april_of_the_seventh_year_of_life(birth: date) -> None:
    start = school_start(birth)
    assert (start.month, start.day) == (4, 1)
    assert reach(birth, years=6) < start <= reach(birth, years=7) + DAY


@given(births, st.integers(0, 400), st.integers(1, 24))
def test_a_longer_interval_never_ends_sooner(previous: date, days: int, months: int) -> None:
    assert earliest_next(previous, f"{days}d") < earliest_next(previous, f"{days + 1}d")
    whole, half = earliest_next(previous, f"{months}m"), earliest_next(previous, f"{months}.5m")
    assert whole < half < earliest_next(previous, f"{months + 1}m") + timedelta(days=2)


@given(births)
def test_the_fiscal_year_holds_its_day(on: date) -> None:
    year = fiscal_year(on)
    assert fiscal_year_start(year) <= on <= fiscal_year_end(year)
    assert monthrange(year + 1, 3)[1] == fiscal_year_end(year).day
