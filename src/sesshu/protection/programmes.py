"""The programmes that a right may be limited to: the catalogue, a room above, says which there are."""

from __future__ import annotations

from collections.abc import Callable

Choices = list[tuple[str, str]]
_offered: list[Callable[[], Choices]] = []


def offer(choices: Callable[[], Choices]) -> None:
    """At start-up: who knows the programmes, as (code, name) in order."""
    _offered[:] = [choices]


def choices() -> Choices:
    """All programmes; none where no catalogue is installed."""
    return _offered[0]() if _offered else []


def names(codes: list[str] | None) -> str:
    """The names of these programmes; every programme for None."""
    if codes is None:
        return "すべて"
    known = dict(choices())
    return "、".join(known.get(code, code) for code in codes)
