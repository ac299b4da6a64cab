"""Entries of 情報提供等記録 as staff see them: with their person, where one may see the number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from sesshu.intermediate import correcting, persons, records
from sesshu.intermediate.callers import Caller
from sesshu.intermediate.choices import Event, Side
from sesshu.intermediate.models import Person, Record
from sesshu.intermediate.records import Entry
from sesshu.intermediate.sealing import cabinet
from sesshu.intermediate.staff import forms, naming
from sesshu.protection import acts, audit
from sesshu.protection.models import Account
from sesshu.protection.purposes import Purpose
from sesshu.protection.tenancy import current

MOST = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry in words."""

    entry: Entry
    number: str | None

    @property
    def inquirer(self) -> str:
        return self.entry.inquirer_name or self.entry.inquirer

    @property
    def provider(self) -> str:
        return self.entry.provider_name or self.entry.provider

    @property
    def event(self) -> str:
        return str(Event(self.entry.event).label)

    @property
    def side(self) -> str:
        return str(Side(self.entry.side).label)

    @property
    def information(self) -> str:
        return naming.information(self.entry.information, self.entry.information_name)

    @property
    def corrections(self) -> list[dict[str, Any]]:
        """Each with its item and values in words."""
        return [
            each
            | {
                "item": correcting.FIELDS.get(each["field"], each["field"]),
                "before": naming.corrected(each["field"], each["before"]),
                "after": naming.corrected(each["field"], each["after"]),
            }
            for each in self.entry.corrections
        ]


@dataclass(frozen=True, slots=True)
class Found:
    """``more``: there is more than is shown."""

    lines: list[Shown]
    more: bool
    unknown_person: bool = False


def search(
    *, by: Account, number: str, since: date | None, until: date | None, institution: str, side: str
) -> Found:
    """By person, period, other party; the newest first, at most :data:`MOST`. Logged with its persons."""
    every, box = Record.objects.filter(municipality_code=current()), cabinet()
    rows = every
    if number:
        rows = rows.filter(person_digest=box.digest(persons.NUMBER, number))
    if institution:
        rows = rows.filter(Q(inquirer=institution) | Q(provider=institution))
    if side:
        rows = rows.filter(side=side)
    if since:
        rows = rows.filter(at__gte=forms.beginning(since))
    if until:
        rows = rows.filter(at__lt=forms.end(until))
    found = records.entries_of(records.whole(rows, every), box)
    shown = _with_numbers(found[:MOST], by)
    asked = {"since": since, "until": until, "institution": institution, "side": side, "person": bool(number)}
    audit.record(
        "intermediate.record-list", by=by, subjects=shown.subjects, purpose=Purpose.EXCHANGE,
        detail={"conditions": acts.coded(asked), "shown": len(shown.lines)},
    )  # fmt: skip
    unknown = bool(number) and not persons.find([number], box)
    return Found(shown.lines, len(found) > MOST, unknown)


def of_record(record: Record, *, by: Account) -> tuple[Shown, str | None]:
    """The whole entry that a row belongs to."""
    rows = Record.objects.filter(municipality_code=current())
    same = Q(pk=record.pk) | Q(corrects=record)
    if record.processing_number:
        same |= Q(processing_number=record.processing_number, inquirer=record.inquirer)
    (entry,) = records.entries_of(rows.filter(same), cabinet())[:1]
    (shown,) = _with_numbers([entry], by).lines
    return shown, shown.number


def for_the_person(number: str, *, by: Account) -> list[Shown]:
    """What the person is shown: nothing of 不開示, no staff's name (番号法23条2項)."""
    found = records.own_view(number, by=Caller(by.login[:60]))
    known = persons.find([number], cabinet())
    audit.record(
        "intermediate.disclosure", by=by, subjects=[person.pk for person in known.values()],
        purpose=Purpose.DISCLOSURE, detail={"shown": len(found)},
    )  # fmt: skip
    return [Shown(entry, number) for entry in found]


def subjects(rows: Iterable[Record]) -> list[int]:
    """The persons of these rows, for the log."""
    return sorted(person.pk for person in _persons(rows).values())


@dataclass(frozen=True, slots=True)
class _Numbered:
    lines: list[Shown]
    subjects: list[int]


def _with_numbers(found: list[Entry], by: Account) -> _Numbered:
    rows = Record.objects.filter(municipality_code=current(), pk__in=[entry.record for entry in found])
    rows = rows.only("pk", "person_digest", "municipality_code")
    digests = {row.pk: bytes(row.person_digest) for row in rows if row.person_digest is not None}
    held = _of_digests(digests.values())
    numbers = naming.numbers_for(by, held.values())

    def number(entry: Entry) -> str | None:
        person = held.get(digests.get(entry.record, b""))
        return None if person is None else numbers.get(person.pk)

    lines = [Shown(entry, number(entry)) for entry in found]
    return _Numbered(lines, sorted(person.pk for person in held.values()))


def _persons(rows: Iterable[Record]) -> dict[bytes, Person]:
    return _of_digests(bytes(row.person_digest) for row in rows if row.person_digest is not None)


def _of_digests(digests: Iterable[bytes]) -> dict[bytes, Person]:
    held = Person.objects.filter(municipality_code=current(), digest__in=set(digests))
    return {bytes(person.digest): person for person in held}
