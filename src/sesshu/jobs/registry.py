"""The kinds of jobs. A room registers its own in ``jobs.py``; all are imported when Django starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class Cancelled(Exception):
    """The person who planned the job asked to stop it."""


class Progress(Protocol):
    def update(self, done: int, total: int, message: str = "") -> None:
        """Tell how far the work is.

        :raises Cancelled: when the job is to stop.
        """


JobFunction = Callable[[Progress, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """A registered job. ``function`` must be idempotent: after a crash it runs again from its start."""

    name: str
    title: str
    function: JobFunction


class UnknownKind(LookupError):
    pass


_kinds: dict[str, Kind] = {}


def job(name: str, *, title: str) -> Callable[[JobFunction], JobFunction]:
    """Register ``function(progress, payload) -> result`` under ``name``."""

    def register(function: JobFunction) -> JobFunction:
        _kinds[name] = Kind(name, title, function)
        return function

    return register


def kind(name: str) -> Kind:
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(name) from None


def kinds() -> tuple[Kind, ...]:
    return tuple(_kinds.values())


class Silent:
    """Progress that nobody watches: a command that runs in the foreground."""

    def update(self, done: int, total: int, message: str = "") -> None:
        return None
