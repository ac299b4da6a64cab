"""The database server of an installation, seen by its administrator: what runs, and what was left."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests.running import Installation, wait_until

Connection = psycopg.Connection[tuple[object, ...]]
_RUNNING = "SELECT 1 FROM pg_stat_activity WHERE usename = 'sesshu_app' AND query LIKE %s"
_SESSIONS = "SELECT 1 FROM pg_stat_activity WHERE usename = 'sesshu_app'"


@contextmanager
def administrator(made: Installation) -> Iterator[Connection]:
    from sesshu.config import database

    before = os.environ.get("SESSHU_HOME")
    os.environ["SESSHU_HOME"] = str(made.home)
    try:
        connection = database._administrator(database.server(), database.DATABASE)
    finally:
        if before is None:
            del os.environ["SESSHU_HOME"]
        else:
            os.environ["SESSHU_HOME"] = before
    with connection:
        yield connection


def is_running(connection: Connection, statement: str) -> bool:
    """Whether a session of the application runs, or ran last, a statement with these words."""
    return connection.execute(_RUNNING, [f"%{statement}%"]).fetchone() is not None


def await_no_session(connection: Connection) -> None:
    """Until the server has noticed that its client was killed; its transaction is then gone."""
    wait_until(
        lambda: connection.execute(_SESSIONS).fetchone() is None, "the server drops the killed session"
    )
