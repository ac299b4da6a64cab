"""Where persons are reckoned: in this process for a few, on two processes for a city."""

from __future__ import annotations

import gc
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

from sesshu.health.eligibility import reckoning
from sesshu.health.eligibility.reckoning import Part, Reckoned, Setup

Reckon = Callable[[Iterable[Part]], Iterator[Reckoned]]
WORTH_PROCESSES = 3_000
PROCESSES = 2
_AHEAD = 4


@contextmanager
def pool(setup: Setup, persons: int) -> Iterator[Reckon]:
    """Gives ``reckon(parts)``; results come in the order of the parts."""
    if persons <= WORTH_PROCESSES or multiprocessing.current_process().daemon:
        yield partial(map, reckoning.Reckoner(setup).reckon)
        return
    executor = ProcessPoolExecutor(
        PROCESSES, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(setup,)
    )
    try:
        yield partial(_spread, executor)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _spread(executor: ProcessPoolExecutor, parts: Iterable[Part]) -> Iterator[Reckoned]:
    source = iter(parts)
    waiting: deque[Future[Reckoned]] = deque()
    while True:
        waiting.extend(executor.submit(_reckon, part) for part in islice(source, _AHEAD - len(waiting)))
        if not waiting:
            return
        yield waiting.popleft().result()


_reckoner: reckoning.Reckoner | None = None


def _begin(setup: Setup) -> None:
    global _reckoner
    _reckoner = reckoning.Reckoner(setup)
    # The rules live as long as the process and persons leave hardly a cycle: seldom is often enough.
    gc.freeze()
    gc.set_threshold(100_000, 50, 1_000)
    parent = multiprocessing.parent_process()
    if parent is not None:
        # A killed parent closes no queue that a worker waits on.
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _reckon(part: Part) -> Reckoned:
    if _reckoner is None:
        raise RuntimeError("The worker was not set up.")
    return _reckoner.reckon(part)
