"""The Japanese calendar (和暦) from Meiji to Reiwa, and the reading of dates that staff type.

Source: 元号法 and the cabinet orders naming each era; an era begins on its first day as given here
(令和 2019-05-01, 平成 1989-01-08, 昭和 1926-12-25, 大正 1912-07-30). Meiji is taken from 1873-01-01,
when Japan took up the Gregorian calendar; earlier Meiji dates belong to another calendar and are refused.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Era:
    """An era: its name, its letter, the year that counts as 元年, and its first and last day."""

    name: str
    letter: str
    first_year: int
    start: date
    end: date


ERAS: tuple[Era, ...] = (
    Era("令和", "R", 2019, date(2019, 5, 1), date.max),
    Era("平成", "H", 1989, date(1989, 1, 8), date(2019, 4, 30)),
    Era("昭和", "S", 1926, date(1926, 12, 25), date(1989, 1, 7)),
    Era("大正", "T", 1912, date(1912, 7, 30), date(1926, 12, 24)),
    Era("明治", "M", 1868, date(1873, 1, 1), date(1912, 7, 29)),
)
_BY_SIGN = {sign: era for era in ERAS for sign in (era.name, era.letter, era.name[0])}

_SEPARATED = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_KANJI = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_ERA = re.compile(
    r"(令和|平成|昭和|大正|明治|[令平昭大明RHSTM])(元|\d{1,2})"
    r"(?:年(\d{1,2})月(\d{1,2})日|([-/.])(\d{1,2})\5(\d{1,2}))",
    re.IGNORECASE,
)
_ERA_COMPACT = re.compile(r"([RHSTM])(\d{2})(\d{2})(\d{2})", re.IGNORECASE)


def era_of(day: date) -> Era:
    """The era that `day` belongs to. Raises ValueError before 1873-01-01."""
    for era in ERAS:
        if era.start <= day:
            return era
    raise ValueError(f"{day.isoformat()} は和暦で表せません(明治6年1月1日より前です)。")


def to_wareki(day: date) -> str:
    """`令和8年11月22日`; the first year of an era is written 元年. Raises ValueError before 1873."""
    era = era_of(day)
    year = day.year - era.first_year + 1
    return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def to_wareki_short(day: date) -> str:
    """`R8.11.22`; the first year is written 1. Raises ValueError before 1873."""
    era = era_of(day)
    return f"{era.letter}{day.year - era.first_year + 1}.{day.month}.{day.day}"


def parse_date(text: str) -> date:
    """The day that `text` names, in the Western or the Japanese calendar.

    Reads 2026-11-22, 2026/11/22, 2026.11.22, 20261122, 2026年11月22日, 令和8年11月22日, 令和元年5月1日,
    R8.11.22, H30/4/1, R081122, full width too. Raises ValueError, with a message for staff, when the text
    is no date, when the day does not exist, and when it lies outside of the era named (昭和64年1月8日).
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    for pattern in (_SEPARATED, _KANJI, _COMPACT):
        if found := pattern.fullmatch(plain):
            parts = [part for part in found.groups() if part.isdigit()]
            return _day(int(parts[0]), int(parts[1]), int(parts[2]), text)
    if found := _ERA.fullmatch(plain) or _ERA_COMPACT.fullmatch(plain):
        sign, year, *rest = (part for part in found.groups() if part and part not in "-/.")
        return _era_day(sign, year, int(rest[0]), int(rest[1]), text)
    raise ValueError(
        f"「{text}」は日付として読めません。"
        "2026-11-22、20261122、令和8年11月22日、R8.11.22 のように入力してください。"
    )


def _era_day(sign: str, year: str, month: int, day: int, text: str) -> date:
    era = _BY_SIGN[sign.upper()]
    number = 1 if year == "元" else int(year)
    if number < 1:
        raise ValueError(f"「{text}」の年は元年(1年)以後で入力してください。")
    found = _day(era.first_year + number - 1, month, day, text)
    if not era.start <= found <= era.end:
        raise ValueError(f"「{text}」は{_period(era)}の外です。元号か年を確かめてください。")
    return found


def _period(era: Era) -> str:
    end = "" if era.end == date.max else to_wareki(era.end)
    return f"{era.name}の期間({to_wareki(era.start)}から{end})"


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"「{text}」は実在しない日付です。年月日を確かめてください。") from None
