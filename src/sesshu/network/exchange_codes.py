"""符号: another one for each person and institution, which only the core can join (番号法21条の2; N01, M14).

A 符号 is AES-256-SIV of 連携用ID and generation under the institution's own key. Without that key two 符号 of
one person are two random texts; with it the core reads the 連携用ID back, and a 符号 that it did not make, or
made for another institution, does not open.
"""

from __future__ import annotations

import base64
import binascii
from typing import NamedTuple

from cryptography.exceptions import InvalidTag

from sesshu.network.core_keys import Master

_LINK, _GENERATION = 16, 4


class Linked(NamedTuple):
    """What stands behind a 符号."""

    link: bytes
    generation: int


def code_of(master: Master, institution: str, link: bytes, generation: int) -> str:
    """The 符号 at this institution. Letters and the digits 2 to 7, so that none looks like a number."""
    plain = bytes(link) + generation.to_bytes(_GENERATION)
    sealed = master.codes_of(institution).encrypt(plain, None)
    return "c" + base64.b32encode(sealed).decode().rstrip("=").lower()


def linked(master: Master, institution: str, code: str) -> Linked | None:
    """What this institution's 符号 stands for; None when the core never gave it out to this institution."""
    text = code[1:].upper()
    try:
        sealed = base64.b32decode(text + "=" * (-len(text) % 8))
        plain = master.codes_of(institution).decrypt(sealed, None)
    except (binascii.Error, InvalidTag, ValueError):
        return None
    return Linked(plain[:_LINK], int.from_bytes(plain[_LINK:]))
