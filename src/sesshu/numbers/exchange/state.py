"""Where the acquisition of 符号 stands, and doing now what is due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from sesshu.kernel import clock
from sesshu.numbers.exchange import acquiring, invalidating
from sesshu.numbers.integrated import code_tasks, finding
from sesshu.numbers.integrated.attaching import attach
from sesshu.numbers.integrated.models import CodeTask, Person
from sesshu.protection import tenancy
from sesshu.protection.tenancy import acting_for


def acquire_now(municipality: str, business: str, addressees: Sequence[str]) -> dict[str, Any]:
    """Ask for every 符号 that is missing, and anew for these 宛名番号; then run all that is open."""
    with acting_for(municipality):
        attach()
        again = {person.pk for person in finding.persons_of(business, addressees).values()}
        code_tasks.renew(again)
        code_tasks.acquire(set(_never_asked()) - again)
        _open().update(next_at=clock.now())
    ended, acquired = invalidating.run(municipality), acquiring.run(municipality)
    with acting_for(municipality):
        return {"done": acquired.done + ended.done, "failed": acquired.failed + ended.failed} | _told()


def run(municipality: str) -> None:
    """One round of the keeper."""
    invalidating.run(municipality)
    acquiring.run(municipality)


def _never_asked() -> list[Any]:
    tasks = CodeTask.objects.filter(person=OuterRef("pk"))
    held = Person.objects.filter(
        municipality_code=tenancy.current(), merged_into=None, ended_at=None, tenant_key__isnull=False
    )
    return list(held.exclude(Exists(tasks)).values_list("pk", flat=True))


def _open() -> QuerySet[CodeTask]:
    return CodeTask.objects.filter(municipality_code=tenancy.current()).exclude(state=CodeTask.State.DONE)


def _told() -> dict[str, Any]:
    without = _open().filter(
        kind=CodeTask.Kind.ACQUIRE, state=CodeTask.State.DUE, person__holder__resident_code=None
    )
    troubles = _open().exclude(trouble="").values_list("trouble").annotate(many=Count("pk"))
    return {
        "waiting": _open().count(),
        "without_resident_code": without.count(),
        "troubles": dict(troubles),
    }
