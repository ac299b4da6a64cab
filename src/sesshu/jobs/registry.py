"""The kinds of jobs. A room registers its own in ``jobs.py``; all are imported when Django starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sesshu.protection.actions import Action


class Cancelled(Exception):
    """The person who planned the job asked to stop it."""


class Revoked(Exception):
    """Who planned the job may no longer do what it does (S04)."""


class Progress(Protocol):
    def update(self, done: int, total: int, message: str = "") -> None:
        """Tell how far the work is.

        :raises Cancelled: when the job is to stop.
        :raises Revoked: when who planned it lost the right to it.
        """


JobFunction = Callable[[Progress, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """A registered job. ``function`` must be idempotent: after a crash it runs again from its start.

    ``action`` is what who planned it must be allowed to do, until its end; None: only to be in service.
    """

    name: str
    title: str
    function: JobFunction
    action: Action | None = None


class UnknownKind(LookupError):
    pass


_kinds: dict[str, Kind] = {}


def job(name: str, *, title: str, action: Action | None = None) -> Callable[[JobFunction], JobFunction]:
    """Register ``function(progress, payload) -> result`` under ``name``."""

    def register(function: JobFunction) -> JobFunction:
        _kinds[name] = Kind(name, title, function, action)
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
