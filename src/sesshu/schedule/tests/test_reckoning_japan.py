"""The expressions of the Japanese calendar: dates, words in both languages, what is refused (H05, H06).

Dates are worked out by hand: ages from 年齢計算ニ関スル法律 and 民法143条, fiscal years from 1 April on, the
start of school from 学校教育法17条1項.
"""

from datetime import date

import pytest

from sesshu.schedule.reckoning.japan import JapaneseReckoning, pregnancy_week, school_year, shares_school_year

JAPAN = JapaneseReckoning()
BIRTH = date(2020, 4, 2)


@pytest.mark.parametrize(
    ("expression", "reached", "japanese", "english"),
    [
        ("birth", "2020-04-02", "出生の日", "the day of birth"),
        ("2m", "2020-06-01", "生後2月に達した日", "the day on which 2 months of age are reached"),
        (
            "7m +1d",
            "2020-11-02",
            "生後7月に達した日の翌日",
            "the day after the day on which 7 months of age are reached",
        ),
        ("12y", "2032-04-01", "12歳に達した日", "the day on which 12 years of age are reached"),
        (
            "fiscal-start 12y",
            "2032-04-01",
            "12歳となる日の属する年度の初日",
            "the first day of the fiscal year in which 12 years of age are reached",
        ),
        (
            "fiscal-end 16y",
            "2037-03-31",
            "16歳となる日の属する年度の末日",
            "the last day of the fiscal year in which 16 years of age are reached",
        ),
        ("school -1y", "2026-04-01", "小学校就学の始期の1年前の日", "the day one year before school begins"),
        ("school -1d", "2027-03-31", "小学校就学の始期の前日", "the day before school begins"),
        ("day 42", "2020-05-14", "出生6週0日後", "6 weeks 0 days after birth"),
        ("day 104", "2020-07-15", "出生14週6日後", "14 weeks 6 days after birth"),
        ("2025-04-01", "2025-04-01", "期間の端の日", "the period's edge"),
    ],
)
def test_h05_an_expression_has_a_date_and_words_in_both_languages(
    expression: str, reached: str, japanese: str, english: str
) -> None:
    assert JAPAN.point(expression, BIRTH).isoformat() == reached
    told = JAPAN.describe(expression)
    assert (told, told.en) == (japanese, english)


@pytest.mark.parametrize(
    ("gap", "turning", "japanese", "english"),
    [
        ("27d", "2026-03-15", "27日", "27 days between"),
        ("6m", "2026-08-15", "6月", "6 months"),
        ("2.5m", "2026-04-30", "2月半", "2 and a half months"),
    ],
)
def test_h05_a_gap_ends_on_a_day_and_has_words_in_both_languages(
    gap: str, turning: str, japanese: str, english: str
) -> None:
    """From 2026-02-15: 27 full days end on 14 March; 2月半 is 15 April and half of its 30 days.

    The day is the first that keeps 「以上」 and the last that keeps 「まで」.
    """
    told = JAPAN.describe_gap(gap)
    assert (told, told.en) == (japanese, english)
    assert JAPAN.next_day(date(2026, 2, 15), gap).isoformat() == turning
    assert JAPAN.last_day(date(2026, 2, 15), gap).isoformat() == turning


@pytest.mark.parametrize(
    "expression",
    [
        "", "2", "m", "2 m", "2w", "x2m", "2mx", "2m +1m", "2m+1d", "fiscal 12y", "fiscal-end 12m",
        "xfiscal-end 12y", "fiscal-end 12yx", "school", "school -1m", "xschool -1d", "school -1dx", "day",
        "xday 4", "day 4x", "2025-4-1", "x2025-04-01", "2025-04-01x", "BIRTH",
    ],
)  # fmt: skip
def test_h05_what_is_no_expression_is_refused_by_name(expression: str) -> None:
    with pytest.raises(ValueError, match=f"^日付の式「{expression.replace('+', '.')}」は読めません。$"):
        JAPAN.point(expression, BIRTH)


@pytest.mark.parametrize(
    ("longest", "longer", "told"),
    [
        ("1800m", "1801m", "年齢「1801m」は長すぎます。"),
        ("150y", "151y", "年齢「151y」は長すぎます。"),
        ("fiscal-end 150y", "fiscal-end 151y", "年齢「fiscal-end 151y」は長すぎます。"),
        ("day 55800", "day 55801", "日数「day 55801」は長すぎます。"),
    ],
)
def test_h05_no_age_is_beyond_a_hundred_and_fifty_years(longest: str, longer: str, told: str) -> None:
    assert JAPAN.describe(longest)
    with pytest.raises(ValueError, match=f"^{told}$"):
        JAPAN.describe(longer)


@pytest.mark.parametrize(("longest", "longer"), [("1800m", "1801m"), ("55800d", "55801d")])
def test_h05_no_gap_is_beyond_a_hundred_and_fifty_years(longest: str, longer: str) -> None:
    assert JAPAN.describe_gap(longest)
    with pytest.raises(ValueError, match=f"^間隔「{longer}」は長すぎます。$"):
        JAPAN.describe_gap(longer)


@pytest.mark.parametrize(
    ("expression", "shared"),
    [
        ("fiscal-start 12y", True),
        ("fiscal-end 16y", True),
        ("school -1y", True),
        ("school -1d", True),
        ("2025-04-01", True),
        ("12y", False),
        ("birth", False),
        ("day 42", False),
    ],
)
def test_h06_only_fiscal_years_school_and_fixed_days_are_one_day_for_a_school_year(
    expression: str, shared: bool
) -> None:
    """Born on 2 April 2020 and on 1 April 2021: the first and the last of one school year."""
    first, last = date(2020, 4, 2), date(2021, 4, 1)
    assert school_year(first) == school_year(last) == 2020
    assert (school_year(date(2020, 4, 1)), school_year(date(2021, 4, 2))) == (2019, 2021)
    assert shares_school_year(expression) is shared
    assert (JAPAN.point(expression, first) == JAPAN.point(expression, last)) is shared


@pytest.mark.parametrize(
    ("week", "day"),
    [("40+0", "2026-12-01"), ("36+6", "2026-11-09"), ("28+0", "2026-09-08"), ("0+0", "2026-02-24")],
)
def test_h05_a_week_of_pregnancy_is_counted_back_from_the_due_date(week: str, day: str) -> None:
    """施行令3条1項の表: 40週0日 is the due date, 2026-12-01; 0週0日 lies 280 days before it."""
    assert pregnancy_week(date(2026, 12, 1), week).isoformat() == day
