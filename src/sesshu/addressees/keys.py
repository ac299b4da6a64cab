"""Search keys of names and addresses, and the same folding for what staff type.

A key is words between blanks: `LIKE '% ミホ%'` finds a word's beginning and `LIKE '%ンハナ%'` its inside,
both over the trigram index (pg_trgm pads a word's beginning, so that one or two letters suffice there).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from sesshu.kernel.kana import fold

_UNSAFE = "\0"
_DASHES = frozenset("-‐‑‒–—―−")
_LONG_VOWEL = re.compile(r"(?<=[ァ-ヺー])[-‐‑‒–—―−]")
_NUMBER_WORD = re.compile(r"(?<=[0-9])(?:丁目|番地ノ|番地|番|号|ノ|[‐‑‒–—―−])(?=[0-9])")
_NUMBER_END = re.compile(r"(?<=[0-9])(?:番地|番|号)(?![0-9])")
_KANJI_BLOCK = re.compile(r"([一二三四五六七八九十]{1,3})丁目")
_PREFECTURE = re.compile(r"^(?:東京都|北海道|(?:京都|大阪)府|..県|神奈川県|和歌山県|鹿児島県)")
_DIGITS = {sign: value for value, sign in enumerate("一二三四五六七八九", 1)}


class _Letters(dict[int, str]):
    """Letter by letter what `fold` makes of it; the unsafe sign where neighbours decide (joining marks)."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        marks = [mark for mark in unicodedata.normalize("NFKC", sign) if unicodedata.category(mark)[0] == "M"]
        joins = bool(marks) or 0x1100 <= code <= 0x11FF or 0xAC00 <= code <= 0xD7A3
        ignored = not fold(sign)
        half_width = 0xFF65 <= code <= 0xFF9F or sign in "゛゜"
        letter = _UNSAFE if (joins and not ignored) or half_width or code == 0 else fold(sign)
        self[code] = letter
        return letter


_LETTERS = _Letters()


def folded(text: str) -> str:
    """The same as :func:`sesshu.kernel.kana.fold`, several times as quick for ordinary names."""
    key = text.translate(_LETTERS)
    if _UNSAFE in key:
        return fold(text)
    return key if _DASHES.isdisjoint(key) else _LONG_VOWEL.sub("ー", key)


def name_key(name: str, kana: str = "", alias: str = "", alias_kana: str = "") -> str:
    """Each name whole and, where a blank divides it, the given name as a word of its own."""
    words: list[str] = []
    for text in (name, kana, alias, alias_kana):
        if text:
            family, _, given = text.replace("　", " ").partition(" ")
            first, second = _part(family), _part(given)
            words.append(first + second)
            if first and second:
                words.append(second)
    return f" {' '.join(words)} "


@lru_cache(maxsize=1 << 16)
def _part(text: str) -> str:
    """A family or given name folded; a city's hundred thousands share some thousands of each."""
    return folded(text)


@lru_cache(maxsize=1 << 14)
def address_key(city: str, town: str, house_number: str, building: str) -> str:
    """The address in one word, and from its town on in another."""
    street = folded_address(f"{town}{house_number}")
    place = folded_address(city)
    if not place and not street:
        return ""
    return f" {place}{street}{folded_address(building)} {street}"


def folded_address(text: str) -> str:
    """An address as typed: 一丁目2番地の3 and 1-2-3 become the same; the prefecture is dropped."""
    key = folded(_KANJI_BLOCK.sub(_block, text) if "丁目" in text else text)
    if key[:4].endswith(("県", "府", "都", "道")) or key[2:3] in ("県", "府", "都", "道"):
        key = _PREFECTURE.sub("", key)
    return _NUMBER_END.sub("", _NUMBER_WORD.sub("-", key))


def _block(found: re.Match[str]) -> str:
    tens, ten, units = found[1].rpartition("十")
    value = (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(units, 0)
    return f"{value}丁目"
