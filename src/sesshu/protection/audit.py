"""The audit log: written in the transaction of the act, so that an act without its event cannot be (S05)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextvars import ContextVar
from copy import copy
from datetime import datetime
from typing import Any

import psycopg
from django.db import DatabaseError, connection

from sesshu.kernel import clock
from sesshu.protection import acts, forwarding, purposes
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.tenancy import current

# A longer list of persons goes on in further events of the same act.
SUBJECTS_LISTED = 20_000
COMMAND_LINE = "command-line"
terminal: ContextVar[str] = ContextVar("terminal", default="")
# Of a shared id, the account of the person who uses it now.
on_duty: ContextVar[int | None] = ContextVar("on_duty", default=None)
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
    actor: str = "",
) -> AuditEvent:
    """Write one event in the current transaction; the first one where the list of persons needs several.

    :param by: the account, or ``None`` for the command line of the server itself.
    :param subjects: addressee ids (never numbers or names) that were read or changed.
    :param count: how many persons the act touched, when more than are listed.
    :param actor: who it was where there is no account, such as a stranger at the door.
    :param purpose: the act's own; where a purpose of the person's case is in force
        (:mod:`sesshu.protection.purposes`) that is the event's, and the act's own code stands in ``detail``
        as "for".
    :param detail: ids, counts, days and codes that :mod:`sesshu.protection.acts` allows.
    :raises acts.Unsayable: when ``detail`` could hold a name or a number.
    :raises NotRecorded: when the log takes no event; the transaction cannot be committed any more.
    """
    ids = list(subjects)
    event = AuditEvent(
        municipality_code=current(),
        at=clock.now(),
        account=by,
        actor=by.login if by else actor or COMMAND_LINE,
        terminal=terminal.get(),
        action=action,
        purpose=purposes.current() or purpose,
        count=len(ids) if count is None else count,
        detail=_detail(purpose) | (detail or {}),
        result=result,
    )
    acts.check_detail(action, event.detail)
    parts = [ids[start : start + SUBJECTS_LISTED] for start in range(0, len(ids), SUBJECTS_LISTED)] or [[]]
    first = _write(event, parts[0])
    for number, part in enumerate(parts[1:], start=2):
        more = copy(event)
        more.count, more.detail = 0, event.detail | {"part": number, "of": first.pk}
        _write(more, part)
    return first


def _detail(purpose: str) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if purposes.current() not in ("", purpose) and acts.is_code(purpose) and purpose:
        said["for"] = purpose
    if on_duty.get() is not None:
        said["on_duty"] = on_duty.get()
    return said


def _write(event: AuditEvent, subjects: list[int]) -> AuditEvent:
    event.subjects = subjects
    event.pk = _insert(event)
    event._state.adding, event._state.db = False, "default"
    _written.set(_written.get() + 1)
    forwarding.after_commit(event)
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
