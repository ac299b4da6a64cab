"""What the rules must know of persons, without this room knowing any: the room of addressees answers.

Nothing of it is shown or stored: an alert holds ids and counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Facts:
    """``household``, ``dwelling`` and ``family`` only serve to be compared; empty where unknown."""

    number: str = ""
    household: str = ""
    dwelling: str = ""
    family: str = ""
    protected: bool = False


class Source(Protocol):
    """Who knows persons. Within the current municipality, and not logged: nothing is shown to anybody."""

    def ids_of(self, number: str) -> list[int]:
        """The person of a 宛名番号 and all those who are the same person; empty where there is none."""

    def facts(self, ids: Iterable[int]) -> Mapping[int, Facts]:
        """Facts of these persons."""


class _Nobody:
    def ids_of(self, number: str) -> list[int]:
        return []

    def facts(self, ids: Iterable[int]) -> Mapping[int, Facts]:
        return {}


_sources: list[Source] = [_Nobody()]


def register(source: Source) -> None:
    """Answer from now on with ``source``."""
    _sources[:] = [source]


_leaving: list[Callable[[int], bool]] = [lambda account: False]


def register_leaving(told: Callable[[int], bool]) -> None:
    """Learn from ``told`` whether an account's holder is to leave: a day of leaving is announced."""
    _leaving[:] = [told]


def is_leaving(account: int) -> bool:
    return _leaving[0](account)


def ids_of(number: str) -> list[int]:
    return _sources[0].ids_of(number)


def facts(ids: Iterable[int]) -> Mapping[int, Facts]:
    return _sources[0].facts(ids)
