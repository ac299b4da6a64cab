"""The audit log: written in the transaction of the act, so that an act without its event cannot be (S05)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import datetime
from typing import Any

import psycopg
from django.db import DatabaseError, connection

from sesshu.kernel import clock
from sesshu.protection import acts, purposes
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.tenancy import current

# A longer list of persons goes on in further events of the same act.
SUBJECTS_LISTED = 20_000
COMMAND_LINE = "command-line"
terminal: ContextVar[str] = ContextVar("terminal", default="")
_written: ContextVar[int] = ContextVar("written", default=0)
_INSERT = """
    INSERT INTO protection_auditevent (municipality_code, at, account_id, actor, terminal, action, purpose,
        subjects, count, detail, result)
    VALUES (%s, %s, %s::bigint, %s, %s, %s, %s, %s::bigint[], %s::int, %s::jsonb, %s) RETURNING id
"""


class NotRecorded(RuntimeError):
    """The event could not be written; the act must not be done either."""


def written() -> int:
    """How many events this request or job has written so far."""
    return _written.get()


def record(
    action: str,
    *,
    by: Account | None,
    subjects: Iterable[int] = (),
    count: int | None = None,
    purpose: str = "",
    detail: dict[str, Any] | None = None,
    result: str = "ok",
) -> AuditEvent:
    """Write one event in the current transaction; the first one where the list of persons needs several.

    :param by: the account, or ``None`` for the command line of the server itself.
    :param subjects: addressee ids (never numbers or names) that were read or changed.
    :param count: how many persons the act touched, when more than are listed.
    :param purpose: where empty, the purpose in force (:mod:`sesshu.protection.purposes`).
    :param detail: ids, counts, days and codes that :mod:`sesshu.protection.acts` allows.
    :raises acts.Unsayable: when ``detail`` could hold a name or a number.
    :raises NotRecorded: when the log takes no event; the transaction cannot be committed any more.
    """
    ids = list(subjects)
    said = dict(detail or {})
    acts.check_detail(action, said)
    total = len(ids) if count is None else count
    parts = [ids[start : start + SUBJECTS_LISTED] for start in range(0, len(ids), SUBJECTS_LISTED)] or [[]]
    first = _event(action, by, parts[0], total, purpose, said, result)
    for number, part in enumerate(parts[1:], start=2):
        _event(action, by, part, 0, purpose, said | {"part": number, "of": first.pk}, result)
    return first


def _event(
    action: str,
    by: Account | None,
    subjects: list[int],
    count: int,
    purpose: str,
    detail: dict[str, Any],
    result: str,
) -> AuditEvent:
    event = AuditEvent(
        municipality_code=current(),
        at=clock.now(),
        account=by,
        actor=by.login if by else COMMAND_LINE,
        terminal=terminal.get(),
        action=action,
        purpose=purpose or purposes.current(),
        subjects=subjects,
        count=count,
        detail=detail,
        result=result,
    )
    event.pk = _insert(event)
    event._state.adding, event._state.db = False, "default"
    _written.set(_written.get() + 1)
    return event


def _insert(event: AuditEvent) -> int:
    # Every act of the house waits for it: prepared once a connection, numbers as text so that the statement
    # is always the same.
    at: datetime = event.at
    values = [
        event.municipality_code, at, None if event.account_id is None else str(event.account_id), event.actor,
        event.terminal, event.action, event.purpose, "{" + ",".join(map(str, event.subjects)) + "}",
        str(event.count), json.dumps(event.detail), event.result,
    ]  # fmt: skip
    try:
        connection.ensure_connection()
        with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
            ((pk,),) = cursor.execute(_INSERT, values, prepare=True).fetchall()
            return int(pk)
    except DatabaseError as error:
        raise NotRecorded("操作記録を残せないため、処理を取り消しました。") from error
