"""情報照会 (SKI, M02, M11): accepted when our own copy of the list allows it, and recorded either way.

The same reference again is the same inquiry. Nothing is sent from here: the dispatcher asks for the permit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sesshu.intermediate import bulk, callers, network_copies, outbox, persons, place, recording
from sesshu.intermediate.callers import Caller
from sesshu.intermediate.choices import Event, OutboxKind, Side
from sesshu.intermediate.models import Inquiry, InquiryBatch, Person, Record
from sesshu.intermediate.sealing import Cabinet, cabinet
from sesshu.kernel import clock
from sesshu.protection import tenancy
from sesshu.protocol import codes
from sesshu.protocol.messages import Institution, PermissionList, Row
from sesshu.protocol.refusals import Refusal

# How long a permit is asked for; the permit itself then says until when an answer counts.
PATIENCE = timedelta(days=7)
REFERENCE_USED = "reference_used"
_USED = "この参照番号は、内容の異なる別の照会に使われています。新しい参照番号で照会してください。"


@dataclass(frozen=True, slots=True)
class AskedInquiry:
    """One inquiry as the city asks it; ``line`` in a file of inquiries."""

    reference: str
    integrated_number: str
    provider: str
    item: str
    information: str
    starts_on: date | None = None
    ends_on: date | None = None
    department: str = ""
    nondisclosure: bool = False
    actor: str = ""
    work: str = ""
    procedure: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """``processing_number`` when it is accepted, else ``error`` and ``message``; ``new`` the first time."""

    reference: str
    processing_number: str | None
    error: str = ""
    message: str = ""
    new: bool = False


@dataclass(frozen=True, slots=True)
class _Judging:
    """What inquiries are judged by, read once for all of a message."""

    listing: PermissionList | None
    directory: dict[str, Institution]
    persons: dict[str, Person]
    hidden: dict[tuple[int, str], bool]

    def row(self, asked: AskedInquiry) -> Row | Refusal:
        """The row that allows it, or why it is refused."""
        if asked.starts_on and asked.ends_on and asked.starts_on > asked.ends_on:
            return Refusal.INVALID
        provider = self.directory.get(asked.provider)
        if provider is None or asked.provider == place.institution():
            return Refusal.UNKNOWN_INSTITUTION
        row = network_copies.row_in_force(
            self.listing,
            day=clock.today(),
            inquirer=self.directory.get(place.institution()),
            provider=provider,
            item=asked.item,
            information=asked.information,
            work=asked.work,
            procedure=asked.procedure,
        )
        if row is None:
            return Refusal.NOT_LISTED
        person = self.persons.get(asked.integrated_number)
        return row if person is not None and person.code_digest else Refusal.NO_CODE


def accept(
    asked: Sequence[AskedInquiry], *, by: Caller, batch: InquiryBatch | None = None
) -> list[Acceptance]:
    """Accept or refuse each; a refusal is recorded with its reason (control 47)."""
    box = cabinet()
    known = _known({each.reference for each in asked})
    judging = _judging([each for each in asked if each.reference not in known], box)
    answers: list[Acceptance] = []
    made: dict[str, Inquiry] = {}
    records: list[Record] = []
    for each in asked:
        found = known.get(each.reference) or made.get(each.reference)
        if found is not None:
            answers.append(_repeated(found, each, box))
            continue
        row = judging.row(each)
        if isinstance(row, Refusal):
            records.append(_refused(each, row, judging, by))
            answers.append(Acceptance(each.reference, None, row, row.sentence))
            continue
        inquiry = made[each.reference] = _inquiry(each, row, judging, by, batch)
        answers.append(Acceptance(each.reference, inquiry.processing_number, new=True))
    _keep(list(made.values()), records)
    callers.record("inquiries", by, count=len(asked), accepted=len(made))
    return answers


def _keep(made: list[Inquiry], refused: list[Record]) -> None:
    bulk.insert(made)
    recording.write([*refused, *(recording.of_inquiry(each, Event.ASKED) for each in made)])
    outbox.put(OutboxKind.PERMIT, [(outbox.CORE, each.processing_number, None) for each in made])


def _known(references: set[str]) -> dict[str, Inquiry]:
    held = Inquiry.objects.filter(municipality_code=tenancy.current(), reference__in=references)
    return {inquiry.reference: inquiry for inquiry in held.select_related("person").defer("sealed_answer")}


def _judging(asked: Sequence[AskedInquiry], box: Cabinet) -> _Judging:
    found = persons.find({each.integrated_number for each in asked}, box)
    flags = persons.flags(found.values())
    hidden = {key: flag.nondisclosure for key, flag in flags.items()}
    return _Judging(network_copies.permission_list(), network_copies.directory(), found, hidden)


def _repeated(inquiry: Inquiry, asked: AskedInquiry, box: Cabinet) -> Acceptance:
    same = (inquiry.provider, inquiry.item, inquiry.information, inquiry.starts_on, inquiry.ends_on) == (
        asked.provider, asked.item, asked.information, asked.starts_on, asked.ends_on,
    )  # fmt: skip
    digest = box.digest(persons.NUMBER, asked.integrated_number)
    if not same or (inquiry.person is not None and bytes(inquiry.person.digest) != digest):
        return Acceptance(asked.reference, None, REFERENCE_USED, _USED)
    return Acceptance(asked.reference, inquiry.processing_number)


def _inquiry(
    asked: AskedInquiry, row: Row, judging: _Judging, by: Caller, batch: InquiryBatch | None
) -> Inquiry:
    person = judging.persons[asked.integrated_number]
    assert judging.listing is not None
    return Inquiry(
        reference=asked.reference,
        processing_number=codes.new_processing_number(),
        person=person,
        provider=asked.provider,
        item=row.item,
        work=row.work,
        procedure=row.procedure,
        information=row.information,
        information_name=row.information_name[:200],
        legal_basis=row.legal_basis[:200],
        fields=list(row.fields),
        starts_on=asked.starts_on,
        ends_on=asked.ends_on,
        list_version=judging.listing.version,
        nondisclosure=_hidden(asked, judging),
        department=asked.department,
        actor=(asked.actor or by.actor)[:60],
        asked_at=clock.now(),
        answer_by=clock.now() + PATIENCE,
        batch=batch,
        line=asked.line,
    )


def _hidden(asked: AskedInquiry, judging: _Judging) -> bool:
    person = judging.persons.get(asked.integrated_number)
    if person is None:
        return asked.nondisclosure
    flagged = judging.hidden.get((person.pk, asked.information), False)
    return asked.nondisclosure or person.nondisclosure or flagged


def _refused(asked: AskedInquiry, refusal: Refusal, judging: _Judging, by: Caller) -> Record:
    at = clock.now()
    person = judging.persons.get(asked.integrated_number)
    return Record(
        side=Side.INQUIRER,
        event=Event.REFUSED,
        at=at,
        asked_at=at,
        person_digest=None if person is None else bytes(person.digest),
        inquirer=place.institution(),
        provider=asked.provider,
        item=asked.item,
        information=asked.information,
        nondisclosure=_hidden(asked, judging),
        refusal=refusal,
        actor=(asked.actor or by.actor)[:60],
    )
