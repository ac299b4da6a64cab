"""Whether who planned a job may still do it, asked beside the work's own open transaction (S04)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from sesshu.jobs import registry
from sesshu.jobs.models import Job
from sesshu.protection.accounts import selectors
from sesshu.protection.models import Account


@dataclass(frozen=True, slots=True)
class Watch:
    """Asks over a connection of its own: the work's may be in the midst of a COPY."""

    account_id: int
    action: str | None
    programme: str | None

    def still_may(self, connection: psycopg.Connection[Any]) -> bool:
        """Read anew each time, for a withdrawal must stop the job within a minute."""
        question = selectors.question_of(self.account_id)
        rows = connection.execute(question.sql, question.values).fetchall()
        return question.answer(rows, self.action, self.programme)


def watch_of(job: Job) -> Watch | None:
    """The watch of a job that a person planned; the server's own commands have none."""
    if job.planned_by_id is None:
        return None
    return Watch(job.planned_by_id, registry.kind(job.kind).action, job.programme or None)


def may_plan(account: Account, job: Job) -> bool:
    """Whether this account may run the job again or stop it."""
    try:
        action = registry.kind(job.kind).action
    except registry.UnknownKind:  # of a version before this one
        return False
    return action is None or account.may(action, job.programme or None)
