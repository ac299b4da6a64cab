"""A person erased with everything that hangs on the person: rooms register their tables here (H21).

Who is erased: 予防接種法施行規則4条1項, five years from the day after the death for whoever has a record of
vaccination; persons without any record, five years from the day after their removal, as this city keeps its
copies of the register.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from django.db import models
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from sesshu.addressees.choices import ChangeReason, Status
from sesshu.addressees.models import Addressee, AddresseeVersion, Merge, ProtectiveMeasure
from sesshu.protection.retention.rules import Candidate, Rule, register
from sesshu.protection.tenancy import acting_for, current

Outside = Callable[[str, Sequence[int]], Sequence[str]]

_tables: dict[str, tuple[int, type[models.Model], str]] = {}
_records: dict[str, tuple[type[models.Model], str]] = {}
_outside: list[Outside] = []


def register_person_table(model: type[models.Model], path: str, *, order: int, record: bool = False) -> None:
    """At start-up: rows of ``model`` go with the person that ``path`` leads to.

    :param order: tables of a lower order are erased first.
    :param record: a person with such a row has a record that 施行規則4条 keeps until five years after death.
    """
    key = f"{model._meta.label}.{path}"
    _tables[key] = (order, model, path)
    if record:
        _records[key] = (model, path)


def register_outside(erase: Outside) -> None:
    """At start-up: what another system holds of persons (municipality, ids), erased before their rows go."""
    if erase not in _outside:
        _outside.append(erase)


def tables() -> tuple[str, ...]:
    """The labels of all tables that go with a person."""
    return tuple(sorted({model._meta.label for _, model, _ in _tables.values()} | {"addressees.Addressee"}))


def register_rules() -> None:
    """At start-up: the two rules of persons."""
    register(
        Rule(
            code="person-dead",
            title="死亡した人の予防接種の記録",
            basis="予防接種法施行規則4条1項（令和8年6月1日施行）",
            event="死亡した日",
            years=5,
            tables=tables,
            candidates=_dead,
            erase=_erase,
            outside=_erase_outside,
            page="addressees:detail",
        )
    )
    register(
        Rule(
            code="person-no-record",
            title="接種記録のない、住民でなくなった人",
            basis="市の文書保存期間（5年）",
            event="消除の日",
            years=5,
            tables=tables,
            candidates=_removed,
            erase=_erase,
            outside=_erase_outside,
            page="addressees:detail",
        )
    )


def _persons(subjects: Sequence[int] | None) -> QuerySet[Addressee]:
    """Those of the city that were not merged into another: who was goes with the other."""
    found = Addressee.objects.filter(municipality_code=current(), merged_into__isnull=True)
    return found if subjects is None else found.filter(pk__in=subjects)


def _dead(last: date, subjects: Sequence[int] | None) -> Iterator[Candidate]:
    """The later of the death that the register told and the removal: rather kept a few days too long."""
    told = Max("versions__effective_on", filter=Q(versions__reason=ChangeReason.DEATH))
    dead = _persons(subjects).filter(status=Status.DEAD).annotate(died_on=told)
    for pk, died_on, removed_on in dead.values_list("pk", "died_on", "removed_on"):
        days = [day for day in (died_on, removed_on) if day]
        if days and max(days) <= last:
            yield Candidate(pk, max(days))


def _removed(last: date, subjects: Sequence[int] | None) -> Iterator[Candidate]:
    gone = _persons(subjects).filter(status__in=[Status.MOVED_OUT, Status.REMOVED], removed_on__lte=last)
    for model, path in _records.values():
        known = model._default_manager.filter(**{path: OuterRef("pk")})
        merged = model._default_manager.filter(**{f"{path}__merged_into": OuterRef("pk")})
        gone = gone.filter(~Exists(known), ~Exists(merged))
    for pk, removed_on in gone.values_list("pk", "removed_on"):
        if removed_on:
            yield Candidate(pk, removed_on)


def _with_merged(subjects: Sequence[int]) -> list[int]:
    """The persons and all that were ever merged into them."""
    found, step = set(subjects), set(subjects)
    while step:
        merged = Addressee.objects.filter(municipality_code=current(), merged_into__in=step)
        step = set(merged.values_list("pk", flat=True)) - found
        found |= step
    return sorted(found)


def _erase_outside(municipality: str, subjects: Sequence[int]) -> list[str]:
    with acting_for(municipality):
        persons = _with_merged(subjects)
    return [receipt for erase in _outside for receipt in erase(municipality, persons)]


def _erase(subjects: Sequence[int]) -> Mapping[str, int]:
    persons, counts = _with_merged(subjects), dict[str, int]()
    for _, model, path in sorted(_tables.values(), key=lambda each: each[0]):
        rows = model._default_manager.filter(**{f"{path}__in": persons})
        _count(counts, model, rows._raw_delete(rows.db))
    people = Addressee.objects.filter(municipality_code=current(), pk__in=persons)
    _count(counts, Addressee, people._raw_delete(people.db))
    return counts


def _count(counts: dict[str, int], model: type[models.Model], gone: int) -> None:
    if gone:
        counts[model._meta.label] = counts.get(model._meta.label, 0) + gone


for _model, _path in (
    (AddresseeVersion, "addressee"),
    (ProtectiveMeasure, "addressee"),
    (Merge, "winner"),
    (Merge, "loser"),
):
    register_person_table(_model, _path, order=50)
