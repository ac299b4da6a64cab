"""What staff type into the one search box, word by word: a date, a number, a name or an address."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from sesshu.addressees.keys import folded, folded_address
from sesshu.kernel.wareki import ERAS, parse_date

_ERA_PART = re.compile(
    r"(令和|平成|昭和|大正|明治|[令平昭大明RHSTM])(元|\d{1,2})(?:年|[-/.])?(?:(\d{1,2})月?[-/.]?)?",
    re.IGNORECASE,
)
_YEAR_PART = re.compile(r"(\d{4})(?:年|[-/.])(?:(\d{1,2})月?[-/.]?)?")
_NUMBER = re.compile(r"[0-9]{1,15}")
_MOST_TERMS = 5


@dataclass(frozen=True, slots=True)
class Term:
    """One word. `first` and `last` bound a birth; `number` is a run of digits; `text` is folded."""

    name: str = ""
    address: str = ""
    number: str = ""
    first: date | None = None
    last: date | None = None


def terms(text: str) -> list[Term]:
    """The words of the box, at most five; an unreadable one is text."""
    plain = unicodedata.normalize("NFKC", text)
    return [term for word in plain.split()[:_MOST_TERMS] if (term := _term(word)) is not None]


def _term(word: str) -> Term | None:
    first, last = _days(word)
    number = word if _NUMBER.fullmatch(word) else ""
    if first is not None:
        # Eight digits may be a day as well as a number; anything else that reads as a day is one.
        return Term(number=number, first=first, last=last)
    if number:
        return Term(number=number, address=word)
    name, address = folded(word), folded_address(word)
    return Term(name=name, address=address) if name else None


def _days(word: str) -> tuple[date, date] | tuple[None, None]:
    try:
        day = parse_date(word)
    except ValueError:
        return _part_of_calendar(word)
    return day, day


def _part_of_calendar(word: str) -> tuple[date, date] | tuple[None, None]:
    """A year or a month: H30, 平成30年4月, 2018年, 2018-04."""
    if found := _ERA_PART.fullmatch(word):
        era = next(era for era in ERAS if found[1].upper() in (era.name, era.name[0], era.letter))
        year = era.first_year + (1 if found[2] == "元" else int(found[2])) - 1
        first, last = _span(year, found[3])
        return (max(first, era.start), min(last, era.end)) if first and last else (None, None)
    if found := _YEAR_PART.fullmatch(word):
        return _span(int(found[1]), found[2])
    return None, None


def _span(year: int, month: str | None) -> tuple[date, date] | tuple[None, None]:
    if not 1868 <= year <= 2100:
        return None, None
    if not month:
        return date(year, 1, 1), date(year, 12, 31)
    if not 1 <= int(month) <= 12:
        return None, None
    first = date(year, int(month), 1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
