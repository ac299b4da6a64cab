"""Rooms that can make a file for taking out register here; this room knows none of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sesshu.protection.models import Account


class UnknownProducer(LookupError):
    pass


@dataclass(frozen=True, slots=True)
class Offer:
    """What a request will hold, before it is made: no person, only how many and which items."""

    title: str
    columns: tuple[str, ...]
    count: int
    words: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Producer:
    """``offer`` reads conditions, the query part of an address (ValueError: they cannot be read); ``plan``
    plans the job that makes the file.

    The job writes the plain file to a place of its own and hands it to
    :func:`sesshu.protection.taking_out.services.deliver`, which leaves only the encrypted one.
    """

    name: str
    forms: tuple[str, ...]
    offer: Callable[[str], Offer]
    plan: Callable[[int, Account | None], None]


_producers: dict[str, Producer] = {}


def register(producer: Producer) -> None:
    """Add a producer; the same name again replaces it."""
    _producers[producer.name] = producer


def producer(name: str) -> Producer:
    """:raises UnknownProducer: for a name that no room registered."""
    try:
        return _producers[name]
    except KeyError:
        raise UnknownProducer(name) from None


def names() -> tuple[str, ...]:
    return tuple(_producers)
