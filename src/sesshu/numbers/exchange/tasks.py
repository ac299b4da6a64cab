"""The outbox of 符号: what is due, and when what failed is tried again."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from sesshu.kernel import clock
from sesshu.numbers.integrated import numbering
from sesshu.numbers.integrated.models import CodeTask
from sesshu.protection import tenancy

BATCH = 500
# While a batch is under way nobody else takes it; whoever dies with it leaves it for this long.
_HELD = timedelta(minutes=2)
_FIRST, _LONGEST = timedelta(seconds=30), timedelta(hours=1)
_OPEN = ("state", "acquisition_number", "attempts", "next_at", "trouble", "done_at")


@dataclass
class Counts:
    done: int = 0
    failed: int = 0


def due(kind: CodeTask.Kind, state: CodeTask.State) -> QuerySet[CodeTask]:
    """Of the municipality acted for, oldest first."""
    return CodeTask.objects.filter(
        municipality_code=tenancy.current(), kind=kind, state=state, next_at__lte=clock.now()
    ).order_by("next_at", "pk")


def claimed(rows: QuerySet[CodeTask]) -> list[CodeTask]:
    """Up to a batch of them, which nobody else takes for the while that an answer may need."""
    batch = list(
        rows.select_for_update(of=("self",), skip_locked=True).select_related("person__tenant_key")[:BATCH]
    )
    CodeTask.objects.filter(pk__in=[task.pk for task in batch]).update(next_at=clock.now() + _HELD)
    return batch


def numbers_of(batch: Sequence[CodeTask]) -> dict[int, str]:
    """The integrated numbers of their persons, by task."""
    return {
        task.pk: numbering.opened(task.person_id, task.person.number_sealed, task.person.tenant_key)
        for task in batch
        if task.person.tenant_key is not None
    }


def finished(task: CodeTask, counts: Counts) -> None:
    """The 取得番号 is not kept beyond its use (番号法21条の2)."""
    task.state, task.acquisition_number, task.trouble = CodeTask.State.DONE, "", ""
    task.done_at = clock.now()
    counts.done += 1


def failed(task: CodeTask, trouble: str, counts: Counts) -> None:
    """Tried again after a while that doubles up to an hour."""
    task.attempts += 1
    task.next_at = clock.now() + min(_FIRST * 2 ** min(task.attempts - 1, 10), _LONGEST)
    task.trouble = trouble
    counts.failed += 1


def written(batch: Iterable[CodeTask]) -> None:
    CodeTask.objects.bulk_update(list(batch), _OPEN, batch_size=BATCH)


def front(municipality: str) -> dict[str, str]:
    """Who asks: this process."""
    return {
        "municipality": municipality,
        "actor": "keeper",
        "terminal": "",
        "request_id": str(uuid.uuid4()),
    }
