"""Lanes of the dispatcher: each does its own work in order, and none waits for another."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections, connection

Work = Callable[[], int]
_log = logging.getLogger(__name__)


class Lane:
    """Runs its work until it finds none; asked while it runs, it looks once more.

    :param full: how many a whole batch of the work is.
    """

    def __init__(self, work: Work, pool: ThreadPoolExecutor, full: int = 1) -> None:
        self._work, self._pool, self._full = work, pool, full
        self._lock = threading.Lock()
        self._running = self._wanted = False

    def want(self) -> None:
        with self._lock:
            self._wanted = True
            if self._running:
                return
            self._running = True
        self._pool.submit(self._run)

    def _run(self) -> None:
        try:
            while self._go_on():
                self._once()
        except BaseException:  # this thread ends; the next that wants the lane has another
            with self._lock:
                self._running = False
            raise
        finally:
            close_old_connections()

    def _go_on(self) -> bool:
        with self._lock:
            self._running, self._wanted = self._wanted, False
            return self._running

    def _once(self) -> None:
        try:
            # A batch that is not full took all there was, unless one message went alone.
            while (done := self._work()) == 1 or done >= self._full:
                pass
        except Exception as error:  # whatever it is, the next round tries again
            connection.close()
            # Its text may quote a row.
            _log.error("a lane failed: %s", type(error).__name__)


class Lanes:
    """All of them, made when first wanted."""

    def __init__(self, threads: int, full: int = 1) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="lane")
        self._full = full
        self._lanes: dict[Hashable, Lane] = {}

    def want(self, name: Hashable, work: Work) -> None:
        if name not in self._lanes:
            self._lanes[name] = Lane(work, self._pool, self._full)
        self._lanes[name].want()

    def close(self) -> None:
        """Wait until what runs has ended."""
        self._pool.shutdown(wait=True, cancel_futures=True)
