"""The loop of the dispatcher's process: woken by the outbox, a thread for each institution in turn."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.db import DatabaseError, close_old_connections, connection
from psycopg import sql

from sesshu.network import dispatching, expiry, outbox

THREADS = 32
LONGEST_SLEEP = 2.0  # seconds; an institution that was left alone is tried again without a wake-up
LATE_EVERY = 1.0  # seconds; a permit lives for a day
TIDIED_EVERY = 3600.0  # seconds
_log = logging.getLogger(__name__)


class Dispatcher:
    """Runs until told to stop."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._busy: set[str] = set()
        self._lock = threading.Lock()
        self._tidied = self._dropped = 0.0

    def stop(self) -> None:
        """End after the deliveries that are under way."""
        self._stopped.set()

    def run(self) -> None:
        """Deliver what is due, sleep until there is more. A lost database is looked for again."""
        with ThreadPoolExecutor(THREADS, thread_name_prefix="deliver") as pool:
            while not self._stopped.is_set():
                try:
                    self._listen(pool)
                except (DatabaseError, psycopg.Error) as error:
                    _log.error("the outbox cannot be read: %s", type(error).__name__)
                    connection.close()
                    self._stopped.wait(LONGEST_SLEEP)

    def _listen(self, pool: ThreadPoolExecutor) -> None:
        connection.ensure_connection()
        raw = connection.connection
        raw.execute(sql.SQL("LISTEN {}").format(sql.Identifier(outbox.CHANNEL)))
        while not self._stopped.is_set():
            self._drop_late()
            self._tidy()
            for code in dispatching.due():
                if code not in self._busy:
                    pool.submit(self._deliver, code)
            # One notice is enough: what is due is asked for anew each time.
            for _ in raw.notifies(timeout=LONGEST_SLEEP, stop_after=1):
                break

    def _drop_late(self) -> None:
        if time.monotonic() - self._dropped > LATE_EVERY:
            dispatching.drop_late()
            self._dropped = time.monotonic()

    def _tidy(self) -> None:
        """Give up what served its time; once an hour is enough."""
        if not self._tidied or time.monotonic() - self._tidied > TIDIED_EVERY:
            expiry.forget_replies()
            expiry.forget_numbers()
            self._tidied = time.monotonic()

    def _take(self, code: str) -> bool:
        with self._lock:
            if code in self._busy:
                return False
            self._busy.add(code)
            return True

    def _deliver(self, code: str) -> None:
        try:
            close_old_connections()
            while self._take(code):
                self._deliver_one(code)
                if code not in dispatching.due():
                    break
        except Exception as error:  # whatever it is, the others go on, and this one is tried again
            # Its text may quote a row.
            _log.error("delivery to %s failed: %s", code, type(error).__name__)
            connection.close()

    def _deliver_one(self, code: str) -> None:
        try:
            dispatching.deliver(code)
        finally:
            # Before the question whether there is more: what comes after it finds us free.
            with self._lock:
                self._busy.discard(code)
