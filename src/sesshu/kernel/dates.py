"""Dates of law: ages reached, intervals, fiscal years and the start of school.

Two roundings exist side by side, and mixing them up is the usual mistake:

* an **age** is reached at the end of the day before the anniversary (年齢計算ニ関スル法律, 民法143条準用);
  an anniversary that the month does not have is its *last day*, with nothing taken off;
* an **interval** of N months ends on the same day N months later; a day that the month does not have
  becomes the *first of the following month* (定期接種実施要領の間隔の解釈).
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_DAY = timedelta(days=1)
_HALF_MONTH = {28: 14, 29: 15, 30: 15, 31: 16}
_INTERVAL = re.compile(r"^(\d+)(d|(?:\.5)?m)$")


@dataclass(frozen=True, slots=True)
class Interval:
    """「N日以上」「N月以上」「N月半以上」の間隔.

    ``days`` are the full days that must lie *between* two doses; ``months`` are calendar months;
    ``half`` adds half of the month reached.
    """

    days: int = 0
    months: int = 0
    half: bool = False

    @classmethod
    def parse(cls, text: str) -> "Interval":
        """Read ``20d``, ``6m`` or ``2.5m``; anything else raises ``ValueError``."""
        found = _INTERVAL.match(text)
        if not found:
            raise ValueError(f"間隔「{text}」は 20d、6m、2.5m のように書いてください。")
        number, unit = int(found[1]), found[2]
        if unit == "d":
            return cls(days=number)
        return cls(months=number, half=unit == ".5m")

    def __str__(self) -> str:
        """The interval as Japanese law words it: 20日, 6月, 2月半."""
        if self.months:
            return f"{self.months}月半" if self.half else f"{self.months}月"
        return f"{self.days}日"


@lru_cache(maxsize=1 << 16)
def reach(birth: date, *, years: int = 0, months: int = 0) -> date:
    """Day on which someone born on ``birth`` reaches the age: the day before the anniversary.

    Both 「N歳以上」 begins and 「N歳未満／至るまで」 ends on it, inclusive. Source: 年齢計算ニ関スル法律,
    民法143条2項 (no such day: the last day of that month).
    """
    year, month = _shift(birth, years * 12 + months)
    if birth.day > 28 and birth.day > (last := monthrange(year, month)[1]):
        return date(year, month, last)
    return date(year, month, birth.day) - _DAY


@lru_cache(maxsize=1 << 16)
def months_after(day: date, months: int) -> date:
    """Same day ``months`` later; where that month has no such day, the 1st of the next (民法143条2項)."""
    year, month = _shift(day, months)
    if day.day > 28 and day.day > monthrange(year, month)[1]:
        year, month = _shift(date(year, month, 1), 1)
        return date(year, month, 1)
    return date(year, month, day.day)


def earliest_next(previous: date, interval: Interval | str) -> date:
    """First day on which the next dose keeps ``interval`` (``27d``, ``6m``, ``2.5m``) from ``previous``.

    「N日以上」 leaves N full days between, hence N+1 days; 「N月半」 is the N-month day plus half of the
    month it falls in (28 days: 14, 29 and 30: 15, 31: 16). Source: 定期接種実施要領の間隔の解釈.
    """
    gap = Interval.parse(interval) if isinstance(interval, str) else interval
    if not gap.months:
        return previous + timedelta(days=gap.days + 1)
    due = months_after(previous, gap.months)
    if gap.half:
        due += timedelta(days=_HALF_MONTH[monthrange(due.year, due.month)[1]])
    return due


def fiscal_year(day: date) -> int:
    """Fiscal year (4月1日から翌年3月31日まで) that ``day`` falls in, as the year of its April."""
    return day.year if day.month >= 4 else day.year - 1


def fiscal_year_start(year: int) -> date:
    """First day of the fiscal year: 1 April."""
    return date(year, 4, 1)


def fiscal_year_end(year: int) -> date:
    """Last day of the fiscal year: 31 March of the next calendar year."""
    return date(year + 1, 3, 31)


def school_start(birth: date) -> date:
    """就学の始期: first 1 April after the day on which six years are reached (学校教育法17条1項)."""
    sixth_birthday = reach(birth, years=6) + _DAY
    april = date(sixth_birthday.year, 4, 1)
    return april if sixth_birthday <= april else date(sixth_birthday.year + 1, 4, 1)


def months_on(birth: date, day: date) -> int:
    """Whole months of age by law on ``day``; raises ``ValueError`` before birth."""
    if day < birth:
        raise ValueError(f"{day.isoformat()}は生年月日{birth.isoformat()}より前です。")
    months = (day.year - birth.year) * 12 + day.month - birth.month
    if reach(birth, months=months + 1) <= day:
        return months + 1
    if months and reach(birth, months=months) > day:
        return months - 1
    return months


def age_on(birth: date, day: date) -> int:
    """Whole years of age by law on ``day``; the year is complete on the eve of the birthday."""
    return months_on(birth, day) // 12


def age_text(birth: date, day: date) -> str:
    """Age as staff read it: 「3歳2か月」, under one year 「5か月」, under one month 「12日」."""
    months = months_on(birth, day)
    if not months:
        return f"{(day - birth).days}日"
    years, rest = divmod(months, 12)
    return "".join([f"{years}歳" if years else "", f"{rest}か月" if rest else ""])


def _shift(day: date, months: int) -> tuple[int, int]:
    """Year and month that lie ``months`` after ``day``'s."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return year, month + 1
