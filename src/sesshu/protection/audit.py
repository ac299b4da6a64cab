"""The audit log: written in the transaction of the act, so that an act without its event cannot be."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

from sesshu.kernel import clock
from sesshu.protection import purposes
from sesshu.protection.models import Account, AuditEvent

# Past this many, a list of ids says no more than its count and the extraction's own rows do.
SUBJECTS_LISTED = 20_000
terminal: ContextVar[str] = ContextVar("terminal", default="")
# Of a shared id, the account of the person who uses it now.
on_duty: ContextVar[int | None] = ContextVar("on_duty", default=None)


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
    """Write one event in the current transaction.

    :param by: the account, or ``None`` for the command line of the server itself.
    :param subjects: addressee ids (never numbers or names) that were read or changed.
    :param count: how many persons the act touched, when more than are listed.
    :param actor: who it was where there is no account, such as a stranger at the door.
    :param purpose: the act's own words; they stand in ``detail`` ("for") where a purpose is in force
        (:mod:`sesshu.protection.purposes`), whose code then is the event's purpose.
    """
    ids = list(subjects)
    in_force = purposes.current()
    said: dict[str, Any] = {"for": purpose} if in_force and purpose and purpose != in_force else {}
    if on_duty.get() is not None:
        said["on_duty"] = on_duty.get()
    return AuditEvent.objects.create(
        at=clock.now(),
        account=by,
        actor=by.login if by else actor or "command-line",
        terminal=terminal.get(),
        action=action,
        purpose=in_force or purpose,
        subjects=ids[:SUBJECTS_LISTED],
        count=len(ids) if count is None else count,
        detail=said | (detail or {}),
        result=result,
    )
