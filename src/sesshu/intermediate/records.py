"""Reading of 情報提供等記録 (TKM): one entry for each inquiry, put together from its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from sesshu.intermediate import callers, correcting, network_copies, persons, place
from sesshu.intermediate.callers import Caller
from sesshu.intermediate.choices import Event
from sesshu.intermediate.models import Record
from sesshu.intermediate.sealing import Cabinet, cabinet
from sesshu.protection import tenancy

MOST = 2_000


@dataclass(frozen=True, slots=True)
class Entry:
    """The record of one inquiry (番号法23条1項, 2項), as it stands after its corrections."""

    record: int
    side: str
    inquirer: str
    inquirer_name: str
    provider: str
    provider_name: str
    asked_at: datetime
    event: str
    at: datetime
    processing_number: str
    permit: str
    item: str
    information: str
    information_name: str
    legal_basis: str
    count: int
    nondisclosure: bool
    refusal: str | None
    message: str
    actor: str
    corrections: list[dict[str, Any]]


def of_person(
    integrated_number: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    all_of_them: bool = False,
    by: Caller,
) -> list[Entry]:
    """A person's records, newest first; those of 不開示 only with ``all_of_them``.

    ``since`` and ``until`` choose the entries; each is told as it stands now, later corrections too.
    """
    box = cabinet()
    held = _own().filter(person_digest=box.digest(persons.NUMBER, integrated_number))
    entries = entries_of(whole(_between(held, since, until), held), box)
    callers.record("records", by, count=len(entries))
    return [entry for entry in entries if all_of_them or not entry.nondisclosure]


def own_view(integrated_number: str, *, by: Caller) -> list[Entry]:
    """What the person is shown (JTK 10112): who, when, by which law; nothing of 不開示, no staff's name."""
    box = cabinet()
    held = _own().filter(person_digest=box.digest(persons.NUMBER, integrated_number))
    hidden = _hidden_now(integrated_number, box)
    entries = [
        entry
        for entry in entries_of(whole(held, held), box)
        if not entry.nondisclosure and not hidden & {"", entry.information}
    ]
    callers.record("own-view", by, count=len(entries))
    return entries


def between(since: datetime, until: datetime) -> QuerySet[Record]:
    """All rows of a time, newest first; for lists of the staff web."""
    return _between(_own(), since, until).order_by("-id")


def whole(chosen: QuerySet[Record], among: QuerySet[Record]) -> list[Record]:
    """Every row of the entries of at most :data:`MOST` chosen rows: the others lie on other days."""
    first = chosen.filter(corrects=None).order_by("-id")
    hits = list(first.values_list("pk", "processing_number")[:MOST])
    alone = [pk for pk, processing_number in hits if not processing_number]
    numbers = {processing_number for _, processing_number in hits if processing_number}
    same = Q(processing_number__in=numbers) | Q(pk__in=alone) | Q(corrects__in=alone)
    return list(among.filter(same))


def entries_of(rows: Iterable[Record], box: Cabinet) -> list[Entry]:
    """Rows put together by processing number, newest first; at most :data:`MOST` rows are read."""
    groups: dict[str, list[Record]] = {}
    held = rows.order_by("-id")[:MOST] if isinstance(rows, QuerySet) else rows
    for row in sorted(held, key=lambda row: row.pk):
        groups.setdefault(row.processing_number or f"#{row.corrects_id or row.pk}", []).append(row)
    names = network_copies.names()
    found = [_entry(group, names, box) for group in groups.values()]
    return sorted(found, key=lambda entry: (entry.at, entry.record), reverse=True)


def _hidden_now(integrated_number: str, box: Cabinet) -> set[str]:
    """Kinds of information that are 不開示 today, whatever was so at the time; the empty one is all."""
    found = persons.find([integrated_number], box)
    flags = persons.flags(found.values())
    whole = {"" for person in found.values() if person.nondisclosure}
    return whole | {information for (_, information), flag in flags.items() if flag.nondisclosure}


def _own() -> QuerySet[Record]:
    return Record.objects.filter(municipality_code=tenancy.current())


def _between(rows: QuerySet[Record], since: datetime | None, until: datetime | None) -> QuerySet[Record]:
    rows = rows if since is None else rows.filter(at__gte=since)
    return rows if until is None else rows.filter(at__lt=until)


def _entry(rows: Sequence[Record], names: dict[str, str], box: Cabinet) -> Entry:
    events = [row for row in rows if row.event != Event.CORRECTED] or rows
    last = events[-1]
    corrections = [row for row in rows if row.event == Event.CORRECTED]
    values = _corrected(last, corrections, any(row.nondisclosure for row in events), box)
    return Entry(
        record=last.pk,
        side=last.side,
        inquirer=last.inquirer,
        inquirer_name=names.get(last.inquirer, ""),
        provider=last.provider,
        provider_name=names.get(last.provider, ""),
        event=last.event,
        at=last.at,
        processing_number=last.processing_number,
        permit=last.permit,
        information=last.information,
        refusal=last.refusal or None,
        message=last.refusal_sentence,
        actor=events[0].actor,
        corrections=[_told(row, box) for row in corrections],
        **values,
    )


def _corrected(last: Record, corrections: Sequence[Record], hidden: bool, box: Cabinet) -> dict[str, Any]:
    """Our own corrections count; what the other side corrected in its record is told and changes nothing."""
    values = {field: getattr(last, field) for field in correcting.FIELDS} | {"nondisclosure": hidden}
    for row in corrections:
        if row.message is not None:
            continue
        after = correcting.after_of(row, box)
        values[row.field] = correcting.parsed(row.field, after)
    return values


def _told(row: Record, box: Cabinet) -> dict[str, Any]:
    return {
        "at": row.at,
        "field": row.field,
        "before": correcting.before_of(row, box),
        "after": correcting.after_of(row, box),
        "reason": row.reason,
        "ours": row.message is None,
        "by": row.actor if row.message is not None else place.institution(),
    }
