"""Kana, search keys and lengths of Japanese names. Text itself is never changed: these make keys from it.

The folding is meant for finding people, so it joins what staff cannot tell apart by ear or by keyboard
and leaves apart what they can. It joins: half and full width, hiragana and katakana, small and large kana
(シャ シヤ), ヂ and ジ, ヅ and ズ, ヮ and ワ, upper and lower case, with and without spaces, middle dots
and variation selectors. It keeps apart: ヴ and ブ, the long-vowel mark and its vowel (オー オウ), and old
and new forms of kanji (邊 辺).
"""

import re
import unicodedata

_HIRAGANA = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
_SMALL_KANA = str.maketrans("ァィゥェォヵヶッャュョヮ", "アイウエオカケツヤユヨワ")
_SAME_SOUND = str.maketrans("ヂヅ", "ジズ")
# Hyphens and dashes that stand for the long-vowel mark when they follow a kana.
_LONG_VOWEL = re.compile(r"(?<=[ァ-ヺー])[-‐‑‒–—―−]")
_IGNORED = re.compile(r"[\s\u200b-\u200d\ufeff・･゠=\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
_VARIATION = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_KANA = re.compile(r"[ァ-ヺー・ヽヾぁ-ゖゝゞ\s]+")
_LONE_VOICED = str.maketrans({"゛": "\u3099", "゜": "\u309a"})


def to_katakana(text: str) -> str:
    """Hiragana to katakana and half-width katakana to full width; all else as it stands."""
    return _widen_kana(text).translate(_HIRAGANA)


def fold(text: str) -> str:
    """The search key of a name or address: see the module's text for what is joined. Idempotent."""
    # A selector between a letter and its accent would keep NFKC from joining them, so it goes first.
    plain = unicodedata.normalize("NFKC", _IGNORED.sub("", text.translate(_LONE_VOICED)))
    katakana = _IGNORED.sub("", plain).casefold().translate(_HIRAGANA)
    sounds = katakana.translate(_SMALL_KANA).translate(_SAME_SOUND)
    return unicodedata.normalize("NFKC", _LONG_VOWEL.sub("ー", sounds))


def is_kana(text: str) -> bool:
    """Whether `text` is kana and spaces only, in any width, and not empty."""
    return bool(text.strip()) and _KANA.fullmatch(_widen_kana(text)) is not None


def strip_variation(text: str) -> str:
    """`text` without its variation selectors (IVS, SVS): the base characters alone."""
    return _VARIATION.sub("", text)


def grapheme_length(text: str) -> int:
    """The number of characters as a reader counts them: marks, selectors and joiners add nothing.

    Follows the extending rules of UAX #29 as far as names and addresses of a Japanese register need them
    (combining marks, variation selectors, half-width voiced marks, joiners); not Hangul jamo nor flags.
    """
    return sum(1 for character in text if not _extends(character))


def _extends(character: str) -> bool:
    if character < "\u0300":
        return False
    return character in "\u200d\uff9e\uff9f" or unicodedata.category(character) in ("Mn", "Me")


def _widen_kana(text: str) -> str:
    """Half-width katakana to full width, voiced marks joined; other compatibility forms untouched."""
    return re.sub(r"[\uff65-\uff9f]+", lambda run: unicodedata.normalize("NFKC", run.group()), text)
