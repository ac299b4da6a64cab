"""H06: every example of date arithmetic in the fact sheets; both roundings for all birthdays of 1900–2040.

Sources: facts/vaccination-rules.md §1.3 (the first block is the ministry's own examples) and
facts/national-standards.md §3.2. A row is written once and never computed from the code.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from sesshu.kernel.dates import earliest_next
from sesshu.schedule import DoseGiven, Person, assess, load_pack
from sesshu.schedule.reckoning.japan import JapaneseReckoning, pregnancy_week

_JAPAN = JapaneseReckoning()
_PACK = load_pack("jp")
_DAY = timedelta(days=1)


def _day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("birth", "expression", "wanted"),
    [
        # vaccination-rules.md §1.3
        ("2013-04-01", "3m", "2013-06-30"),
        ("2013-04-01", "6m", "2013-09-30"),
        ("2013-04-01", "1y", "2014-03-31"),
        ("2013-01-31", "1m", "2013-02-28"),
        ("2024-02-29", "12m", "2025-02-28"),
        ("2024-02-29", "48m", "2028-02-28"),
        ("2025-08-31", "2m", "2025-10-30"),
        ("2025-08-31", "6m", "2026-02-28"),
        ("2025-08-31", "7m", "2026-03-30"),
        ("2025-08-31", "12m", "2026-08-30"),
        ("2025-08-31", "60m", "2030-08-30"),
        ("2025-08-31", "90m", "2033-02-28"),
        ("2025-08-31", "day 42", "2025-10-12"),
        ("2025-08-31", "day 104", "2025-12-13"),
        ("2025-08-31", "day 168", "2026-02-15"),
        ("2025-08-31", "day 224", "2026-04-12"),
        ("2014-04-02", "fiscal-start 12y", "2026-04-01"),
        ("2014-04-02", "fiscal-end 16y", "2031-03-31"),
        ("2014-04-01", "fiscal-start 12y", "2025-04-01"),
        ("2020-04-01", "school -1y", "2025-04-01"),
        ("2020-04-01", "school -1d", "2026-03-31"),
        ("2020-04-02", "school -1y", "2026-04-01"),
        ("2020-04-02", "school -1d", "2027-03-31"),
        ("2007-04-01", "20y", "2027-03-31"),
        ("1961-11-22", "65y", "2026-11-21"),
        ("1961-11-22", "66y", "2027-11-21"),
        # national-standards.md §3.2
        ("2013-04-01", "1m", "2013-04-30"),
        ("2013-04-01", "12m", "2014-03-31"),
        ("2026-08-31", "2m", "2026-10-30"),
        ("2026-12-31", "2m", "2027-02-28"),
        ("2026-05-10", "day 42", "2026-06-21"),
        ("2026-05-10", "day 224", "2026-12-20"),
        ("2026-05-10", "day 104", "2026-08-22"),
        ("2026-05-10", "90m", "2033-11-09"),
        ("2026-05-10", "60m", "2031-05-09"),
        ("2026-05-10", "36m", "2029-05-09"),
        ("2026-05-10", "24m", "2028-05-09"),
    ],
)
def test_h06_points_of_a_life(birth: str, expression: str, wanted: str) -> None:
    assert _JAPAN.point(expression, _day(birth)).isoformat() == wanted


@pytest.mark.parametrize(
    ("previous", "gap", "wanted"),
    [
        ("2023-04-01", "3m", "2023-07-01"),
        ("2022-11-30", "3m", "2023-03-01"),
        ("2023-11-30", "3m", "2024-03-01"),  # February 2024 has 29 days, and still no 30th
        ("2023-04-01", "2.5m", "2023-06-16"),
        ("2026-01-01", "6d", "2026-01-08"),
        ("2026-01-01", "20d", "2026-01-22"),
        ("2026-01-01", "27d", "2026-01-29"),
        ("2026-01-01", "60d", "2026-03-03"),
        ("2026-01-01", "139d", "2026-05-21"),
    ],
)
def test_h06_first_days_after_an_interval(previous: str, gap: str, wanted: str) -> None:
    assert _JAPAN.next_day(_day(previous), gap).isoformat() == wanted


@pytest.mark.parametrize(
    ("birth", "sex", "programme", "on", "window"),
    [
        ("2025-08-31", "M", "rota", "2025-11-01", ("2025-10-12", "2026-04-12")),
        ("2014-04-02", "F", "hpv", "2026-05-01", ("2026-04-01", "2031-03-31")),
        ("2014-04-01", "F", "hpv", "2026-05-01", ("2025-04-01", "2030-03-31")),
        ("2020-04-01", "M", "mr", "2025-06-01", ("2025-04-01", "2026-03-31")),
        ("2020-04-02", "M", "mr", "2026-06-01", ("2026-04-01", "2027-03-31")),
        ("1961-11-22", "M", "pneumococcal-senior", "2026-12-01", ("2026-11-21", "2027-11-21")),
        ("2007-04-01", "F", "je", "2026-06-01", ("2011-05-20", "2027-03-31")),
        ("2026-05-10", "F", "rota", "2026-07-01", ("2026-06-21", "2026-12-20")),
    ],
)
def test_h06_windows_of_the_examples(
    birth: str, sex: str, programme: str, on: str, window: tuple[str, str]
) -> None:
    person = Person(_day(birth), sex)  # type: ignore[arg-type]
    status = assess(person, (), _day(on), _PACK, [programme]).programme(programme)
    assert status.status == "eligible"
    assert (str(status.eligible_from), str(status.eligible_to)) == window


def test_h06_a_pregnancy_that_began_before_the_rule_leaves_one_day() -> None:
    """EDD 2026-04-23: 28週0日 2026-01-29 to 36週6日 2026-04-01, the rule's first day."""
    due = _day("2026-04-23")
    assert pregnancy_week(due, "28+0").isoformat() == "2026-01-29"
    assert pregnancy_week(due, "36+6").isoformat() == "2026-04-01"
    mother = Person(_day("1995-05-05"), "F", due_dates=(due,))
    for day, routine in (("2026-03-31", False), ("2026-04-01", True), ("2026-04-02", False)):
        given = DoseGiven(_day(day), "RSV-preF-maternal")
        assert assess(mother, (given,), _day("2026-05-01"), _PACK).doses[0].routine is routine, day


def test_h06_first_standard_day_and_last_of_rota_by_product() -> None:
    """One- and five-valent vaccine end on different days (施行規則2条の3)."""
    child = Person(_day("2025-08-31"), "M")
    for vaccine, last in (("RV1", "2026-02-15"), ("RV5", "2026-04-12")):
        given = DoseGiven(_day("2025-10-31"), vaccine)
        status = assess(child, (given,), _day("2025-12-01"), _PACK, ["rota"]).programme("rota")
        assert str(status.last_day) == last


def _birthdays() -> Iterator[date]:
    """Every 29 February and month end of 1900–2040, and every eleventh day between."""
    day, end = date(1900, 1, 1), date(2040, 12, 31)
    while day <= end:
        last = monthrange(day.year, day.month)[1]
        if day.toordinal() % 11 == 0 or day.day == last or (day.month, day.day) == (2, 29):
            yield day
        day += _DAY


def test_h06_ages_and_intervals_of_all_birthdays_from_1900_to_2040() -> None:
    """An age is reached on the eve; a day that the month lacks is its last day, or the 1st of the next."""
    months = (1, 2, 3, 6, 7, 9, 12, 13, 24, 36, 48, 60, 90, 108, 132, 144, 156, 240, 720, 780, 1200)
    leap = 0
    for birth in _birthdays():
        leap += (birth.month, birth.day) == (2, 29)
        for n in months:
            year, month = divmod(birth.year * 12 + birth.month - 1 + n, 12)
            last = monthrange(year, month + 1)[1]
            reached, kept = _JAPAN.point(f"{n}m", birth), earliest_next(birth, f"{n}m")
            if birth.day > last:
                assert (reached.year, reached.month, reached.day) == (year, month + 1, last)
                assert kept == reached + _DAY == date(year, month + 1, last) + _DAY
            else:
                assert kept == date(year, month + 1, birth.day)
                assert reached == kept - _DAY
        assert _JAPAN.point("65y", birth) == _JAPAN.point("780m", birth)
        start, end = _JAPAN.point("school -1y", birth), _JAPAN.point("school -1d", birth)
        assert (start.month, start.day, end.month, end.day) == (4, 1, 3, 31)
        begins = end + _DAY
        sixth = date(birth.year + 6, 3, 1) if (birth.month, birth.day) == (2, 29) else None
        try:
            sixth = sixth or birth.replace(year=birth.year + 6)
        except ValueError:
            raise AssertionError(birth) from None
        assert sixth <= begins <= date(sixth.year + 1, 4, 1)
        first = _JAPAN.point("fiscal-start 12y", birth)
        reached = _JAPAN.point("12y", birth)
        assert first <= reached < date(first.year + 1, 4, 1)
    assert leap == 35


@pytest.mark.parametrize("birth", ["1924-02-29", "1960-02-29", "2000-02-29", "2024-02-29"])
def test_h06_born_on_the_29th_of_february(birth: str) -> None:
    """In a common year the age is reached on 28 February; in a leap year on the 28th too, the eve."""
    born = _day(birth)
    for years in range(1, 101):
        reached = _JAPAN.point(f"{years}y", born)
        assert (reached.year, reached.month, reached.day) == (born.year + years, 2, 28)
