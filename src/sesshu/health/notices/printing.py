"""The press: numbers first, then the file, then the issue. A kill between any two leaves nothing issued.

1. One transaction gives every document its number (state ``prepared``, which counts as nothing).
2. The file is written beside its place and moved there whole.
3. One transaction turns all of the run's numbers into issued documents.

After a kill in 1 or 2 nothing is issued and the next run takes the same numbers up; after one between 2 and
3 the file is there and the next run writes the same file again.
"""

from __future__ import annotations

import glob
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from sesshu.health.eligibility import services as eligibility
from sesshu.health.eligibility.choices import Purpose
from sesshu.health.eligibility.models import Extraction
from sesshu.health.notices.documents import RunDocuments
from sesshu.health.notices.models import Issue, IssueReason, IssueState, NoticeKind, PrintRun, RunState
from sesshu.health.notices.preparing import KIND_OF_PURPOSE, Prepared, prepare
from sesshu.health.notices.typesetting.letters import render_letters
from sesshu.health.notices.typesetting.questionnaires import render
from sesshu.health.notices.typesetting.values import Rendered
from sesshu.jobs.registry import Progress, Silent
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import acting_for

MESSAGE = "印刷データを作成しています"
Document = TypeVar("Document")
_SUBJECTS = 20_000


class AlreadyPrinting(ValueError):
    """Another run of the same programme is at the press."""


@dataclass(frozen=True)
class Printed:
    """What came of a run. ``file`` is None when there was nothing to print."""

    run: PrintRun
    documents: int
    pages: int
    file: Path | None
    refused: tuple[dict[str, object], ...]
    dropped: dict[str, int]


def print_run(
    municipality: str,
    extraction_id: int,
    *,
    by: Account | None,
    at: datetime,
    out: Callable[[PrintRun], Path],
    reissue: bool = False,
    progress: Progress | None = None,
) -> Printed:
    """Print and issue the list of an extraction. Not to be called inside a transaction.

    A list is printed once: asked again, as by a job that was killed as it ended, it tells what came of it.

    :param out: where the file of the run is to stand.
    :raises AlreadyPrinting: while the same programme's notices are being printed.
    """
    with acting_for(municipality):
        extraction = Extraction.objects.get(pk=extraction_id)
    with _alone(municipality, extraction):
        with acting_for(municipality):
            done = _done(extraction)
            if done is not None:
                return done
            prepared = prepare(extraction=extraction, by=by, at=at, reissue=reissue)
        with acting_for(municipality):
            rendered = _rendered(prepared.run, out(prepared.run), progress or Silent())
        with acting_for(municipality):
            _confirm(prepared.run, rendered, by=by, at=at)
    return _outcome(prepared, rendered)


def _rendered(run: PrintRun, out: Path, progress: Progress) -> Rendered:
    documents = RunDocuments(run)
    count = len(documents)
    if not count:
        return Rendered(0, 0, None)

    def tell(done: int, total: int) -> None:
        progress.update(done, total or count, MESSAGE)

    out.parent.mkdir(parents=True, exist_ok=True)
    _sweep(out)
    if run.kind == NoticeKind.REMINDER:
        return render_letters(_Counted(documents.letters(), count), out, progress=tell)
    return render(_Counted(documents.questionnaires(), count), out, progress=tell)


def _sweep(out: Path) -> None:
    """What a killed run left half-written beside its file: whole pages of names and addresses."""
    for unfinished in out.parent.glob(f".{glob.escape(out.name)}.*.part"):
        unfinished.unlink(missing_ok=True)


@transaction.atomic
def _confirm(run: PrintRun, rendered: Rendered, *, by: Account | None, at: datetime) -> None:
    issues = Issue.objects.filter(run=run, state=IssueState.PREPARED)
    unprintable = [refused.addressee_number for refused in rendered.refused]
    issues.filter(addressee__number__in=unprintable).update(state=IssueState.UNPRINTABLE)
    persons = list(issues.values_list("addressee_id", flat=True))
    _cancel_former(run, by=by, at=at)
    issues.update(state=IssueState.ISSUED)
    run.state, run.printed_at = RunState.DONE, at
    run.documents, run.pages = rendered.documents, rendered.pages
    run.file_name = str(rendered.file or "")
    run.refused = [_told(refused.addressee_number, refused.message) for refused in rendered.refused]
    run.save()
    eligibility.close(run.extraction, at=at)
    audit.record(
        "notices.issue",
        by=by,
        subjects=persons[:_SUBJECTS],
        count=len(persons),
        purpose=run.kind,
        detail={"run": run.pk, "extraction": run.extraction_id},
    )


def _cancel_former(run: PrintRun, *, by: Account | None, at: datetime) -> None:
    """The lost paper's number is no longer good once its replacement for the same dose is issued."""
    again = Issue.objects.filter(
        run=run,
        state=IssueState.PREPARED,
        reason=IssueReason.REISSUE,
        addressee_id=OuterRef("addressee_id"),
    )
    same_dose = Q(dose_number=OuterRef("dose_number")) | Q(dose_number__isnull=True)
    former = Issue.objects.filter(
        municipality_code=run.municipality_code,
        programme=run.extraction.programme,
        kind=run.kind,
        state=IssueState.ISSUED,
    )
    # Last season's paper for the dose of the same number is history, not lost.
    former = former.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=at.date()))
    former.filter(Exists(again.filter(same_dose))).update(
        state=IssueState.CANCELLED, closed_at=at, closed_by=by, closing_reason="再発行のため"
    )


def _done(extraction: Extraction) -> Printed | None:
    run = PrintRun.objects.filter(extraction=extraction, state=RunState.DONE).order_by("pk").first()
    if run is None:
        return None
    file = Path(run.file_name) if run.file_name else None
    return Printed(run, run.documents, run.pages, file, tuple(run.refused), {})


@contextmanager
def _alone(municipality: str, extraction: Extraction) -> Iterator[None]:
    """A lock of the session: the server frees it when the process is killed."""
    kind = KIND_OF_PURPOSE[Purpose(extraction.purpose)]
    key = [_key(f"press {municipality}"), _key(f"{kind} {extraction.programme}")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        if not cursor.fetchone()[0]:
            raise AlreadyPrinting("この接種種類はいま印刷中です。終わってから、もう一度実行してください。")
    try:
        yield
    finally:
        _unlock(key)


def _key(text: str) -> int:
    return zlib.crc32(text.encode()) - 2**31


def _unlock(key: list[int]) -> None:
    # After an error in somebody's outer transaction no statement is taken; the session's end frees it then.
    if connection.connection is not None and not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def _outcome(prepared: Prepared, rendered: Rendered) -> Printed:
    refused = tuple(_told(one.addressee_number, one.message) for one in rendered.refused)
    return Printed(prepared.run, rendered.documents, rendered.pages, rendered.file, refused, prepared.dropped)


def _told(number: str, message: str) -> dict[str, object]:
    return {"addressee_number": number, "message": message}


class _Counted(Generic[Document]):
    """An iterator that knows how much is to come."""

    def __init__(self, documents: Iterator[Document], count: int) -> None:
        self._documents, self._count = documents, count

    def __iter__(self) -> Iterator[Document]:
        return self._documents

    def __length_hint__(self) -> int:
        return self._count
