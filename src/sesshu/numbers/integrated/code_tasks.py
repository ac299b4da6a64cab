"""What is to be asked about 符号, put into the outbox in the transaction that makes it due."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sesshu.kernel import clock
from sesshu.numbers.integrated.models import CodeTask, Person
from sesshu.protection import tenancy


def acquire(persons: Iterable[UUID]) -> int:
    """Ask for a 符号 of each; how many are new. Whoever waits for an invalidation waits for it no more."""
    return _put(persons, CodeTask.Kind.ACQUIRE)


def invalidate(persons: Iterable[UUID]) -> int:
    """Have the 符号 of each ended. An acquisition that is not yet done is given up."""
    return _put(persons, CodeTask.Kind.INVALIDATE)


def renew(persons: Iterable[UUID]) -> int:
    """Have the 符号 of each ended and ask for another: it may be that of somebody else."""
    return _put(persons, CodeTask.Kind.INVALIDATE, again=True)


def renew_of(holders: Iterable[int]) -> int:
    """The same for the persons of these holders, whose 住民票コード was another one until now."""
    held = Person.objects.filter(municipality_code=tenancy.current(), holder__in=list(holders))
    return renew(held.values_list("pk", flat=True))


def _put(persons: Iterable[UUID], kind: CodeTask.Kind, *, again: bool = False) -> int:
    wanted, now = list(persons), clock.now()
    waiting = CodeTask.objects.filter(municipality_code=tenancy.current(), person__in=wanted).exclude(
        state=CodeTask.State.DONE
    )
    waiting.exclude(kind=kind).delete()
    waiting.update(again=again)
    same = set(waiting.values_list("person_id", flat=True))
    fresh = [
        CodeTask(person_id=pk, kind=kind, again=again, next_at=now, made_at=now)
        for pk in wanted
        if pk not in same
    ]
    return len(CodeTask.objects.bulk_create(fresh))
