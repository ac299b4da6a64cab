"""One document at once: the preview of a list, the paper for the person at the counter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from sesshu.addressees.choices import Status
from sesshu.addressees.models import Addressee
from sesshu.addressees.selectors import is_protected
from sesshu.health.eligibility.choices import Purpose
from sesshu.health.eligibility.models import Extraction, ExtractionRow
from sesshu.health.notices import documents, numbering, services
from sesshu.health.notices.documents import Printed
from sesshu.health.notices.models import Issue
from sesshu.health.notices.typesetting.letters import render_letters
from sesshu.health.notices.typesetting.questionnaires import render
from sesshu.health.notices.typesetting.values import Rendered


class NothingToPrint(ValueError):
    """Nobody is on the list, or the document's characters cannot be printed."""


def first_rows(extraction: Extraction, pages: int = 3) -> list[ExtractionRow]:
    """Whose documents a preview shows; nobody who would not be printed either, whatever was extracted."""
    rows = extraction.rows.filter(included=True, addressee__status=Status.RESIDENT)
    printable = rows.exclude(addressee_id__in=is_protected())
    return list(printable.select_related("addressee", "extraction").order_by("addressee_id")[:pages])


def preview(rows: Sequence[ExtractionRow]) -> bytes:
    """The rows' pages as they will be printed, under a specimen's number.

    :raises NothingToPrint: without rows, or when their characters cannot be printed.
    """
    if not rows:
        raise NothingToPrint("印刷する人がいません。")
    of, extraction = documents.sender(), rows[0].extraction
    if extraction.purpose == Purpose.REMINDER:
        letters = [
            documents.letter(row.addressee, _specimen(row), of, printed_on=extraction.on) for row in rows
        ]
        return _bytes(lambda out: render_letters(letters, out, workers=1))
    sheets = [documents.questionnaire(row.addressee, _facts(_specimen(row), row), of) for row in rows]
    return _bytes(lambda out: render(sheets, out, workers=1))


def counter_copy(issue: Issue) -> bytes:
    """The paper of one issue. A protected person's address is left to be written by hand (支援措置)."""
    person: Addressee = issue.addressee
    facts = documents.facts_of(issue, due_from=None, age_on=issue.issued_on)
    hide = not services.may_show_address(person)
    sheet = documents.questionnaire(person, facts, documents.sender(), hide_address=hide)
    return _bytes(lambda out: render([sheet], out, workers=1))


def _specimen(row: ExtractionRow) -> Issue:
    return Issue(
        addressee=row.addressee,
        code=numbering.specimen(),
        programme=row.extraction.programme,
        dose_label=row.dose_label,
        issued_on=row.extraction.on,
        valid_to=row.due_to,
    )


def _facts(issue: Issue, row: ExtractionRow) -> Printed:
    return documents.facts_of(issue, due_from=row.due_from, age_on=row.extraction.on)


def _bytes(render_to: Callable[[Path], Rendered]) -> bytes:
    with TemporaryDirectory() as folder:
        out = Path(folder) / "document.pdf"
        rendered = render_to(out)
        if rendered.file is None:
            refused = "、".join(one.message for one in rendered.refused)
            raise NothingToPrint(refused or "印刷する人がいません。")
        return out.read_bytes()
