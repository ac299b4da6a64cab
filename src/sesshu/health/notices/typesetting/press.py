"""The press: chunks of documents to worker processes, their PDFs bound in order into one file."""

import multiprocessing
import os
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing.connection import wait
from operator import length_hint
from pathlib import Path
from typing import TypeVar

from sesshu.health.notices.typesetting.binding import Volume
from sesshu.health.notices.typesetting.values import Composed, Progress, Refused, Rendered, Substituted

Document = TypeVar("Document")
Compose = Callable[[Sequence[Document]], Composed]
_CHUNKS_PER_WORKER = 40
_AHEAD = 2


def press(
    documents: Iterable[Document], compose: Compose[Document], out: Path, *,
    chunk: int, progress: Progress | None, workers: int,
) -> Rendered:  # fmt: skip
    """Composes `documents` by chunks on `workers` processes and writes one PDF, whole or not at all.

    `compose` must be a function of a module. Whatever it or `progress` raises is raised here, and `out` is
    then as it was before.
    """
    total = length_hint(documents)
    composed = _composed(_chunks(documents, chunk), compose, workers)
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.", suffix=".part")
    os.close(handle)
    unfinished = Path(name)
    try:
        rendered = _bind(composed, unfinished, out, progress, total)
        if rendered.file is not None:
            unfinished.replace(out)
        return rendered
    finally:
        composed.close()
        unfinished.unlink(missing_ok=True)


def _bind(
    composed: Iterable[Composed], unfinished: Path, out: Path, progress: Progress | None, total: int
) -> Rendered:
    done = documents = 0
    refused: list[Refused] = []
    substituted: list[Substituted] = []
    with Volume(unfinished) as volume:
        for part in composed:
            if part.pdf:
                volume.append(part.pdf)
            done, documents = done + part.received, documents + part.documents
            refused.extend(part.refused)
            substituted.extend(part.substituted)
            if progress is not None:
                progress(done, total)
    file = out if volume.pages else None
    return Rendered(documents, volume.pages, file, tuple(refused), tuple(substituted))


def _chunks(documents: Iterable[Document], size: int) -> Iterator[Sequence[Document]]:
    source = iter(documents)
    while part := tuple(islice(source, size)):
        yield part


def _composed(
    chunks: Iterator[Sequence[Document]], compose: Compose[Document], workers: int
) -> Generator[Composed, None, None]:
    """The chunks' PDFs in order. A single chunk, or a process that may have no children, does it itself."""
    opening = tuple(islice(chunks, 2))
    if len(opening) < 2 or workers < 2 or multiprocessing.current_process().daemon:
        yield from map(compose, opening)
        yield from map(compose, chunks)
        return
    pool = ProcessPoolExecutor(
        workers,
        multiprocessing.get_context("spawn"),
        _end_with_parent,
        max_tasks_per_child=_CHUNKS_PER_WORKER,
    )
    try:
        waiting: deque[Future[Composed]] = deque(pool.submit(compose, part) for part in opening)
        while waiting:
            waiting.extend(
                pool.submit(compose, part) for part in islice(chunks, workers + _AHEAD - len(waiting))
            )
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _end_with_parent() -> None:
    """In a worker: stop when the parent is killed, which the pool's own queue would not notice."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_await_end, args=(parent.sentinel,), daemon=True).start()


def _await_end(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
