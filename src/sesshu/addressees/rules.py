"""What no text of an addressee may hold, whether it comes in a file or is typed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sesshu.kernel.check_digits import is_individual_number

_TWELVE_DIGITS = re.compile(r"[0-9０-９]{4}[-‐－\s]?[0-9０-９]{4}[-‐－\s]?[0-9０-９]{4}")
_WIDE_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


def may_hold_individual_number(texts: Iterable[str]) -> bool:
    """The quick question over many texts at once: whether any twelve digits stand there at all."""
    return _TWELVE_DIGITS.search("\n".join(texts)) is not None


def holds_individual_number(text: str) -> bool:
    """Whether an 個人番号 stands in `text`: twelve digits that check (番号法20条: not to be kept)."""
    return any(_is_one(found) for found in _TWELVE_DIGITS.findall(text))


def _is_one(text: str) -> bool:
    return is_individual_number("".join(sign for sign in text.translate(_WIDE_DIGITS) if sign.isdigit()))
