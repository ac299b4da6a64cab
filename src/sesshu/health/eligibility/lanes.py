"""Several chunks at once, each on a connection of its own: while one is written, another is reckoned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Protocol, TypeVar

from django.db import connection

Task = TypeVar("Task")
Result = TypeVar("Result")


class Work(Protocol):
    """Does something of each task and yields what came of it."""

    def __call__(self, do: Callable[[Task], Result], tasks: Iterable[Task], /) -> Iterator[Result]: ...


@contextmanager
def opened(count: int) -> Iterator[Work]:
    """Gives ``work(do, tasks)``, which yields what came of each as soon as it is done.

    Within a transaction there is one lane: another connection would not see what is not committed yet. What
    has begun is ended when an error or a cancellation leaves the block; nothing else is begun.
    """
    if count < 2 or connection.in_atomic_block:
        yield map
        return
    executor = ThreadPoolExecutor(count, "lane")

    def work(do: Callable[[Task], Result], tasks: Iterable[Task], /) -> Iterator[Result]:
        for finished in as_completed([executor.submit(_closing, do, task) for task in tasks]):
            yield finished.result()

    try:
        yield work
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _closing(do: Callable[[Task], Result], task: Task) -> Result:
    """A thread's connection is its own and nobody else closes it."""
    try:
        return do(task)
    finally:
        connection.close()
