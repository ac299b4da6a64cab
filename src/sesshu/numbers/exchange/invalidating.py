"""The end of a 符号 after the time of keeping (FGU 20234), and of what the person left here."""

from __future__ import annotations

from uuid import UUID

from sesshu.kernel import clock
from sesshu.numbers.exchange import places, tasks
from sesshu.numbers.integrated import code_tasks
from sesshu.numbers.integrated.models import CodeTask, Link, Person
from sesshu.protection import audit, tenancy
from sesshu.protection.keys.models import SubjectKey
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import peers, points


def run(municipality: str) -> tasks.Counts:
    """Everything that is due now of one municipality."""
    counts = tasks.Counts()
    while _send(municipality, counts):
        pass
    return counts


def _send(municipality: str, counts: tasks.Counts) -> bool:
    with acting_for(municipality):
        batch = tasks.claimed(tasks.due(CodeTask.Kind.INVALIDATE, CodeTask.State.DUE))
        numbers = tasks.numbers_of(batch)
        if batch:
            audit.record("numbers.codes-invalidate", by=None, count=len(batch))
    if not batch:
        return False
    points.reach("numbers.invalidations.claimed")
    trouble = _trouble(municipality, list(numbers.values()))
    points.reach("numbers.invalidations.sent")
    with acting_for(municipality):
        for task in batch:
            if trouble:
                tasks.failed(task, trouble, counts)
            else:
                tasks.finished(task, counts)
        tasks.written(batch)
        if not trouble:
            forget([task.person_id for task in batch])
            code_tasks.acquire(_wanted_again(batch))
    points.reach("numbers.invalidations.noted")
    return not trouble and len(batch) == tasks.BATCH


def _wanted_again(batch: list[CodeTask]) -> list[UUID]:
    """Those of whom another 符号 is wanted still; another command may have come while this one was away."""
    rows = CodeTask.objects.filter(municipality_code=tenancy.current(), pk__in=[task.pk for task in batch])
    return list(rows.filter(again=True).values_list("person_id", flat=True))


def _trouble(municipality: str, numbers: list[str]) -> str:
    body = tasks.front(municipality) | {"integrated_numbers": numbers}
    try:
        places.ask(places.intermediate(municipality), "/fgu/invalidate", body)
    except places.Away:
        return "away"
    except peers.Refused as refused:
        return f"refused:{refused.code}"[:60]
    return ""


def forget(persons: list[UUID]) -> None:
    """Of those whom no business has and for whom nobody stands: basic information and its key."""
    held = Person.objects.filter(municipality_code=tenancy.current(), merged_into=None)
    linked = Link.objects.filter(municipality_code=tenancy.current(), person__in=persons, ended_at=None)
    gone = held.filter(pk__in=persons).exclude(pk__in=linked.values("person"))
    keys = [key for key in gone.values_list("key_id", flat=True) if key]
    gone.update(basic_sealed=b"", basic_digest=b"", key_id=None, holder=None, ended_at=clock.now())
    SubjectKey.objects.filter(municipality_code=tenancy.current(), pk__in=keys).delete()
