"""The Japanese calendar: boundaries of eras, first years, days that do not exist."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sesshu.kernel.wareki import ERAS, era_of, parse_date, to_wareki, to_wareki_short

days = st.dates(date(1873, 1, 1), date(2117, 12, 31))


@given(days)
def test_every_day_comes_back_from_the_long_form(day: date) -> None:
    assert parse_date(to_wareki(day)) == day


@given(days)
def test_every_day_comes_back_from_the_short_form(day: date) -> None:
    assert parse_date(to_wareki_short(day)) == day


@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"]))
def test_every_day_comes_back_from_the_western_forms(day: date, form: str) -> None:
    year, month, number = f"{day.year:04}", f"{day.month:02}", f"{day.day:02}"
    assert parse_date(form.replace("%Y", year).replace("%m", month).replace("%d", number)) == day


@given(st.text())
def test_any_text_is_read_or_refused_with_its_own_words(text: str) -> None:
    try:
        answer: object = parse_date(text)
    except ValueError as refusal:
        answer = str(refusal)
    assert isinstance(answer, date) or f"「{text}」" in str(answer)


@pytest.mark.parametrize(
    ("day", "long", "short"),
    [
        (date(2026, 11, 22), "令和8年11月22日", "R8.11.22"),
        (date(2019, 5, 1), "令和元年5月1日", "R1.5.1"),
        (date(2019, 4, 30), "平成31年4月30日", "H31.4.30"),
        (date(1989, 1, 8), "平成元年1月8日", "H1.1.8"),
        (date(1989, 1, 7), "昭和64年1月7日", "S64.1.7"),
        (date(1926, 12, 25), "昭和元年12月25日", "S1.12.25"),
        (date(1926, 12, 24), "大正15年12月24日", "T15.12.24"),
        (date(1912, 7, 30), "大正元年7月30日", "T1.7.30"),
        (date(1912, 7, 29), "明治45年7月29日", "M45.7.29"),
        (date(1873, 1, 1), "明治6年1月1日", "M6.1.1"),
    ],
)
def test_eras_meet_without_gap_or_overlap(day: date, long: str, short: str) -> None:
    assert (to_wareki(day), to_wareki_short(day)) == (long, short)


@pytest.mark.parametrize(
    "text",
    ["令和8年11月22日", "令和 8年 11月 22日", "R8.11.22", "r8/11/22", "R8-11-22", "R081122",
     "Ｒ８．１１．２２", "令8.11.22", "2026-11-22", "2026/11/22", "2026.11.22", "20261122",
     "２０２６年１１月２２日"],
)  # fmt: skip
def test_the_ways_staff_write_a_day(text: str) -> None:
    assert parse_date(text) == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("昭和64年1月8日", "昭和の期間"),
        ("平成元年1月7日", "平成の期間"),
        ("平成31年5月1日", "平成の期間"),
        ("令和元年4月30日", "令和の期間"),
        ("S1.12.24", "昭和の期間"),
        ("明治5年12月2日", "明治の期間"),
        ("令和7年2月29日", "実在しない"),
        ("2026-02-30", "実在しない"),
        ("20261301", "実在しない"),
        ("令和0年5月1日", "元年"),
        ("", "読めません"),
        ("不詳", "読めません"),
        ("2026-11/22", "読めません"),
        ("R8.11", "読めません"),
    ],
)
def test_impossible_days_are_refused_with_the_reason(text: str, part: str) -> None:
    with pytest.raises(ValueError, match=part):
        parse_date(text)


def test_days_before_the_gregorian_calendar_have_no_era_here() -> None:
    with pytest.raises(ValueError, match="和暦で表せません"):
        to_wareki(date(1872, 12, 31))


def test_the_table_of_eras_is_without_a_hole() -> None:
    assert all((newer.start - older.end).days == 1 for newer, older in pairwise(ERAS))
    assert era_of(date.max) is ERAS[0]
