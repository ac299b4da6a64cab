"""Progress that others can see while the work's own transactions are still open."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

import psycopg
from django.db import connection

from sesshu.jobs.registry import Cancelled, Revoked
from sesshu.jobs.watching import Watch
from sesshu.protection.tenancy import SETTING

_INTERVAL = 0.3  # seconds between two writes


class JobProgress:
    """Writes over a connection of its own and learns from the same row whether to stop."""

    def __init__(self, municipality_code: str, job_id: int, watch: Watch | None = None) -> None:
        self.job_id, self.watch = job_id, watch
        parameters = connection.get_connection_params()
        named = ("host", "port", "dbname", "user", "password", "sslmode", "sslrootcert")
        parameters = {key: parameters[key] for key in named if key in parameters}
        self.connection = psycopg.connect(**parameters, autocommit=True)
        self.connection.execute("SELECT set_config(%s, %s, false)", [SETTING, municipality_code])
        self.written_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def update(self, done: int, total: int, message: str = "") -> None:
        now = time.monotonic()
        if done < total and now - self.written_at < _INTERVAL:
            return
        self.written_at = now
        row = self.connection.execute(
            "UPDATE jobs_job SET done = %s, total = %s, message = %s WHERE id = %s"
            " RETURNING cancel_requested",
            [done, total, message, self.job_id],
        ).fetchone()
        if row and row[0]:
            raise Cancelled
        self.check()

    def check(self) -> None:
        """:raises Revoked: when who planned the job may no longer do it."""
        if self.watch is not None and not self.watch.still_may(self.connection):
            raise Revoked
