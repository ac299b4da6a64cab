"""Twelve digits in bytes, in each encoding that a city's files come in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sesshu.kernel.number_scanner.findings import Search, Shape

DIGITS = 12
_ALPHABETS = ("0123456789", "０１２３４５６７８９")
_SEPARATORS = " \t\u00a0\u3000\u200b-‐‑‒–—―−ー－ｰ・._/"
# EBCDIC is what mainframes of resident registers write.
ENCODINGS = ("utf-8", "cp932", "utf-16-le", "utf-16-be", "cp1140")


@dataclass(frozen=True, slots=True)
class Hit:
    """Twelve digits at a byte offset."""

    offset: int
    digits: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class _Writing:
    """How one alphabet of digits is written in one encoding."""

    rows: re.Pattern[bytes]
    groups: re.Pattern[bytes]
    digit: re.Pattern[bytes]
    values: dict[bytes, str]
    width: int

    def read(self, raw: bytes) -> str:
        return "".join(self.values[found] for found in self.digit.findall(raw))

    def digit_before(self, data: bytes, offset: int) -> bool:
        return data[max(offset - self.width, 0) : offset] in self.values


def hits(data: bytes, search: Search) -> Iterator[Hit]:
    """The suspects in ``data`` itself, whatever its encoding."""
    for writing in _writings():
        for match in writing.rows.finditer(data):
            if len(match[0]) != DIGITS * writing.width and not search.windows:
                continue
            yield from _in_row(match.start(), writing.read(match[0]), search)
        for match in writing.groups.finditer(data):
            digits = writing.read(match[0])
            if search.suspects(digits) and not writing.digit_before(data, match.start()):
                yield Hit(match.start(), digits, Shape.GROUPED)


def _in_row(offset: int, digits: str, search: Search) -> Iterator[Hit]:
    for start in range(len(digits) - DIGITS + 1):
        window = digits[start : start + DIGITS]
        if search.suspects(window):
            yield Hit(offset, window, Shape.PLAIN)


@cache
def _writings() -> tuple[_Writing, ...]:
    found: dict[bytes, _Writing] = {}
    for encoding in ENCODINGS:
        for alphabet in _ALPHABETS:
            try:
                codes = [digit.encode(encoding) for digit in alphabet]
            except UnicodeEncodeError:
                continue
            found.setdefault(b"".join(codes), _writing(codes, encoding))
    return tuple(found.values())


def _writing(codes: list[bytes], encoding: str) -> _Writing:
    # Each pattern begins with one set of bytes, which the regular expression engine can skip to.
    digit, separator = _digit(codes), _one_of(_separators(encoding))
    groups = b"|".join(
        b"%(first)s{%(size)d}(?P<s%(size)d>%(sep)s)%(first)s{%(size)d}(?:(?P=s%(size)d)%(first)s{%(size)d}){%(more)d}"
        % {b"first": digit, b"size": size, b"sep": separator, b"more": DIGITS // size - 2}
        for size in (4, 3, 1)
    )
    return _Writing(
        rows=re.compile(digit + b"{12,}", re.DOTALL),
        groups=re.compile(b"(?=" + digit + b")(?:" + groups + b")(?!" + digit + b")", re.DOTALL),
        digit=re.compile(digit, re.DOTALL),
        values={code: str(value) for value, code in enumerate(codes)},
        width=len(codes[0]),
    )


def _digit(codes: list[bytes]) -> bytes:
    """A set for the byte in which the ten codes differ, the other bytes as they are."""
    columns = [sorted({code[place] for code in codes}) for place in range(len(codes[0]))]
    sets = (
        b"[" + re.escape(bytes(column)) + b"]" if len(column) > 1 else re.escape(bytes(column))
        for column in columns
    )
    return b"(?:" + b"".join(sets) + b")"


def _separators(encoding: str) -> list[bytes]:
    found = []
    for character in _SEPARATORS:
        try:
            found.append(character.encode(encoding))
        except UnicodeEncodeError:
            continue
    return found


def _one_of(choices: list[bytes]) -> bytes:
    single = b"".join(re.escape(choice) for choice in choices if len(choice) == 1)
    several = [re.escape(choice) for choice in choices if len(choice) > 1]
    return b"(?:" + b"|".join(([b"[" + single + b"]"] if single else []) + several) + b")"
