"""Twelve digits in bytes, in each encoding that a city's files come in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sesshu.kernel.number_scanner.findings import Search, Shape

DIGITS = 12
_ASCII, _FULL_WIDTH = "0123456789", "０１２３４５６７８９"
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
class _Codec:
    rows: re.Pattern[bytes]
    groups: re.Pattern[bytes]
    digit: re.Pattern[bytes]
    values: dict[bytes, str]

    def read(self, raw: bytes) -> str:
        return "".join(self.values[found] for found in self.digit.findall(raw))


def hits(data: bytes, search: Search) -> Iterator[Hit]:
    """The suspects in ``data`` itself, whatever its encoding."""
    for encoding in ENCODINGS:
        codec = _codec(encoding)
        for match in codec.rows.finditer(data):
            yield from _in_row(match.start(), codec.read(match[0]), search)
        for match in codec.groups.finditer(data):
            digits = codec.read(match[0])
            if search.suspects(digits):
                yield Hit(match.start(), digits, Shape.GROUPED)


def _in_row(offset: int, digits: str, search: Search) -> Iterator[Hit]:
    if len(digits) != DIGITS and not search.windows:
        return
    for start in range(len(digits) - DIGITS + 1):
        window = digits[start : start + DIGITS]
        if search.suspects(window):
            yield Hit(offset, window, Shape.PLAIN)


@cache
def _codec(encoding: str) -> _Codec:
    values = _values(encoding)
    digit = _one_of(values)
    separators = _one_of(_encoded(_SEPARATORS, encoding))
    before = b"".join(b"(?<!" + re.escape(value) + b")" for value in values)
    after = b"(?!" + digit + b")"
    group = [b"(?:" + digit + b"){%d}" % size for size in (4, 3, 1)]
    alternatives = b"|".join(
        first + b"(?P<s%d>" % index + separators + b")" + first + _repeated(index, first, times)
        for index, (first, times) in enumerate(((group[0], 1), (group[1], 2), (group[2], 10)))
    )
    return _Codec(
        rows=re.compile(b"(?:" + digit + b"){12,}", re.DOTALL),
        groups=re.compile(before + b"(?:" + alternatives + b")" + after, re.DOTALL),
        digit=re.compile(digit, re.DOTALL),
        values=values,
    )


def _repeated(index: int, group: bytes, times: int) -> bytes:
    return b"(?:(?P=s%d)" % index + group + b"){%d}" % times


def _values(encoding: str) -> dict[bytes, str]:
    found = {}
    for alphabet in (_ASCII, _FULL_WIDTH):
        for value, character in enumerate(alphabet):
            for raw in _encoded(character, encoding):
                found[raw] = str(value)
    return found


def _encoded(characters: str, encoding: str) -> list[bytes]:
    found = []
    for character in characters:
        try:
            found.append(character.encode(encoding))
        except UnicodeEncodeError:
            continue
    return found


def _one_of(choices: dict[bytes, str] | list[bytes]) -> bytes:
    single = b"".join(re.escape(choice) for choice in choices if len(choice) == 1)
    several = [re.escape(choice) for choice in choices if len(choice) > 1]
    return b"(?:" + b"|".join(([b"[" + single + b"]"] if single else []) + several) + b")"
