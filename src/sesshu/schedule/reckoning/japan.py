"""The calendar of Japanese law: ages reached on the eve, fiscal years, the start of school, full days.

Expressions: ``2m`` ``12y`` (age reached), ``7m +1d`` (the day after), ``birth``, ``day 42`` (since birth),
``fiscal-start 12y`` ``fiscal-end 16y`` (of the fiscal year in which the age is reached), ``school -1y``
``school -1d`` (before the start of school), ``2025-04-01``. Gaps: ``27d`` ``6m`` ``2.5m``.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache, lru_cache

from sesshu.kernel.dates import (
    Interval,
    earliest_next,
    fiscal_year,
    fiscal_year_end,
    fiscal_year_start,
    months_after,
    reach,
    school_start,
)
from sesshu.schedule.wording import Phrase

_AGE = re.compile(r"^(\d+)([my])(?: \+(\d+)d)?$")
_FISCAL = re.compile(r"^fiscal-(start|end) (\d+)y$")
_SCHOOL = re.compile(r"^school -1([yd])$")
_DAY = re.compile(r"^day (\d+)$")
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")

_LONGEST_MONTHS = 150 * 12

Place = Callable[[date], date]


class JapaneseReckoning:
    """See the module; stateless, one instance serves all."""

    def point(self, expression: str, birth: date) -> date:
        """The date an expression stands for, for someone born on ``birth``."""
        return _compile(expression)[0](birth)

    def describe(self, expression: str) -> Phrase:
        """「生後2月に達した日」 and the like."""
        return _compile(expression)[1]

    def next_day(self, previous: date, gap: str) -> date:
        """First day after 「gap以上の間隔」."""
        return earliest_next(previous, _interval(gap))

    def last_day(self, previous: date, gap: str) -> date:
        """Last day within 「gapまで」: N full days between, or the same day N months later."""
        interval = _interval(gap)
        if interval.months:
            return months_after(previous, interval.months) + timedelta(days=15 if interval.half else 0)
        return previous + timedelta(days=interval.days + 1)

    def describe_gap(self, gap: str) -> Phrase:
        """「27日」「6月」「2月半」."""
        return _gap_phrase(gap)


@cache
def _interval(gap: str) -> Interval:
    return Interval.parse(gap)


@cache
def _gap_phrase(gap: str) -> Phrase:
    interval = _interval(gap)
    if interval.months > _LONGEST_MONTHS or interval.days > _LONGEST_MONTHS * 31:
        raise ValueError(f"間隔「{gap}」は長すぎます。")
    if interval.months:
        english = f"{interval.months} and a half months" if interval.half else f"{interval.months} months"
    else:
        english = f"{interval.days} days between"
    return Phrase(str(interval), english)


@lru_cache(maxsize=1024)
def _compile(expression: str) -> tuple[Place, Phrase]:
    for read in (_age, _fiscal, _school, _days, _fixed):
        found = read(expression)
        if found:
            return found
    raise ValueError(f"日付の式「{expression}」は読めません。")


def _age(expression: str) -> tuple[Place, Phrase] | None:
    if expression == "birth":
        return (lambda birth: birth), Phrase("出生の日", "the day of birth")
    found = _AGE.match(expression)
    if not found:
        return None
    number, later = int(found[1]), timedelta(days=int(found[3] or 0))
    months = number * (12 if found[2] == "y" else 1)
    if months > _LONGEST_MONTHS:
        raise ValueError(f"年齢「{expression}」は長すぎます。")
    name = f"{number}歳" if found[2] == "y" else f"生後{number}月"
    unit = "years" if found[2] == "y" else "months"
    phrase = Phrase(f"{name}に達した日", f"the day on which {number} {unit} of age are reached")
    if later:
        phrase = Phrase(f"{phrase}の翌日", f"the day after {phrase.en}")
    return (lambda birth: reach(birth, months=months) + later), phrase


def _fiscal(expression: str) -> tuple[Place, Phrase] | None:
    found = _FISCAL.match(expression)
    if not found:
        return None
    if int(found[2]) * 12 > _LONGEST_MONTHS:
        raise ValueError(f"年齢「{expression}」は長すぎます。")
    years, edge = int(found[2]), fiscal_year_start if found[1] == "start" else fiscal_year_end
    name = f"{years}歳となる日の属する年度の{'初日' if found[1] == 'start' else '末日'}"
    which = "first" if found[1] == "start" else "last"
    english = f"the {which} day of the fiscal year in which {years} years of age are reached"
    return (lambda birth: edge(fiscal_year(reach(birth, years=years)))), Phrase(name, english)


def _school(expression: str) -> tuple[Place, Phrase] | None:
    found = _SCHOOL.match(expression)
    if not found:
        return None
    if found[1] == "d":
        eve = Phrase("小学校就学の始期の前日", "the day before school begins")
        return (lambda birth: school_start(birth) - timedelta(days=1)), eve
    year = Phrase("小学校就学の始期の1年前の日", "the day one year before school begins")
    return (lambda birth: _year_before(school_start(birth))), year


def _days(expression: str) -> tuple[Place, Phrase] | None:
    found = _DAY.match(expression)
    if not found:
        return None
    days = int(found[1])
    if days > _LONGEST_MONTHS * 31:
        raise ValueError(f"日数「{expression}」は長すぎます。")
    weeks, rest = divmod(days, 7)
    phrase = Phrase(f"出生{weeks}週{rest}日後", f"{weeks} weeks {rest} days after birth")
    return (lambda birth: birth + timedelta(days=days)), phrase


def _fixed(expression: str) -> tuple[Place, Phrase] | None:
    if not _DATE.match(expression):
        return None
    day = date.fromisoformat(expression)
    return (lambda _birth: day), Phrase("期間の端の日", "the period's edge")


def school_year(birth: date) -> int:
    """The fiscal year that one belongs to in reckoning by school years: those born until 1 April are in it.

    An age reached on the eve of a birthday lies in fiscal year ``school_year + age`` whatever the birthday.
    """
    return fiscal_year(birth - timedelta(days=1))


def shares_school_year(expression: str) -> bool:
    """Whether the expression falls on one day for all births of a school year."""
    return any(pattern.match(expression) for pattern in (_FISCAL, _SCHOOL, _DATE))


def _year_before(april: date) -> date:
    return date(april.year - 1, april.month, april.day)


def pregnancy_week(due_date: date, expression: str) -> date:
    """Date of ``28+0`` (weeks + days) of the pregnancy due on ``due_date``, which is 40週0日 itself.

    The day-before reckoning of ages does not apply. Source: 施行令3条1項の表RSウイルス感染症の項.
    """
    weeks, days = (int(part) for part in expression.split("+"))
    return due_date - timedelta(days=280 - 7 * weeks - days)
