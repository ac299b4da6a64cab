"""The last guard of every answer to a business: no integrated number and no 符号 is in it, wherever it stood.

Answers are built from named fields; this looks through what remains free (messages, records).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection
from typing import Any

_FIFTEEN = re.compile(r"(?=([0-9]{15}))")
# As the core makes them. The protocol allows more, ids of a business among them, which must pass unchanged.
_CODE = re.compile(r"c[a-z2-7]{40,}")
_NEVER = frozenset({"integrated_number", "integrated_numbers", "code", "exchange_code"})
_HIDDEN = "●" * 15
_log = logging.getLogger(__name__)


def concealed(value: Any, numbers: Collection[str]) -> Any:
    """The same without these numbers, without 符号 and without the fields that hold them."""
    held = numbers if isinstance(numbers, set | frozenset | dict) else set(numbers)
    return _concealed(value, held)


def _concealed(value: Any, numbers: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {
            _text(str(key), numbers): _concealed(each, numbers)
            for key, each in value.items()
            if key not in _NEVER
        }
    if isinstance(value, list | tuple):
        return [_concealed(each, numbers) for each in value]
    if isinstance(value, str):
        return _text(value, numbers)
    if isinstance(value, int) and not isinstance(value, bool) and str(value) in numbers:
        return None
    return value


def _text(text: str, numbers: Collection[str]) -> str:
    if _CODE.fullmatch(text):
        _log.error("a code stood in an answer and was left out")
        return ""
    if len(text) < 15:
        return text
    for number in {found for found in _FIFTEEN.findall(text) if found in numbers}:
        _log.error("an integrated number stood in an answer and was left out")
        text = text.replace(number, _HIDDEN)
    return text
