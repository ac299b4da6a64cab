"""Two processes that reckon over columns. No Django: they are begun anew and load no more than that."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import islice
from multiprocessing.connection import wait

from sesshu.health.eligibility.bulk import BulkPart, BulkReckoner, Made
from sesshu.health.eligibility.reckoning import Setup

Reckon = Callable[[Iterable[BulkPart]], Iterator[Made]]
PROCESSES = 2
_AHEAD = 4


@contextmanager
def pool(setup: Setup) -> Iterator[Reckon]:
    """Gives ``reckon(parts)``; results come in the order of the parts."""
    if PROCESSES < 2 or multiprocessing.current_process().daemon:
        yield partial(map, BulkReckoner(setup).reckon)
        return
    executor = ProcessPoolExecutor(
        PROCESSES, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(setup,)
    )
    try:
        yield partial(_spread, executor)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _spread(executor: ProcessPoolExecutor, parts: Iterable[BulkPart]) -> Iterator[Made]:
    """What was made of the parts, in their order."""
    source = iter(parts)
    waiting: deque[Future[Made]] = deque()
    while True:
        waiting.extend(executor.submit(_reckon, part) for part in islice(source, _AHEAD - len(waiting)))
        if not waiting:
            return
        yield waiting.popleft().result()


_reckoner: BulkReckoner | None = None


def _begin(setup: Setup) -> None:
    global _reckoner
    _reckoner = BulkReckoner(setup)
    parent = multiprocessing.parent_process()
    if parent is not None:
        # A killed parent closes no queue that a worker waits on.
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _reckon(part: BulkPart) -> Made:
    if _reckoner is None:
        raise RuntimeError("The worker was not set up.")
    return _reckoner.reckon(part)
