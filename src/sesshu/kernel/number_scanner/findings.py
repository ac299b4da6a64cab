"""What a scan looks for and what it reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """How the digits stand there."""

    PLAIN = "plain"  # twelve digits in a row
    GROUPED = "grouped"  # 4-4-4, 3-3-3-3 or one by one
    COLUMN = "column"  # a column said to hold something else, with too many right check digits for it
    UNREADABLE = "unreadable"  # could not be looked into


@dataclass(frozen=True, slots=True)
class Finding:
    """A place, never a number. ``where`` leads through archives and encodings, outermost first."""

    where: str
    place: str
    shape: Shape

    def __str__(self) -> str:
        return f"{self.where or '内容'}の{self.place}"


@dataclass(frozen=True, slots=True)
class Search:
    """Which digits are suspect; whether windows of longer rows of digits are tried."""

    suspects: Callable[[str], bool]
    windows: bool = False


def inside(where: str, what: str) -> str:
    """The path one level deeper."""
    return f"{where} > {what}" if where else what
