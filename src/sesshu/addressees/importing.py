"""Take in a resident feed: parse → validate → match → commit, in one transaction.

Whatever stops it, at whatever point, leaves the city as it was; the same file again adds nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from sesshu.addressees import committing, matching
from sesshu.addressees.feeds import Feed, UnreadableFile, open_feed
from sesshu.addressees.models import AddresseeVersion, FeedImport
from sesshu.addressees.reading import Chunk, Reader
from sesshu.addressees.staging import create_tables, load
from sesshu.jobs.registry import Progress, Silent
from sesshu.kernel.cells import CellError
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

__all__ = ["ImportReport", "UnreadableFile", "import_residents"]


@dataclass(slots=True)
class ImportReport:
    """What became of the rows. `rows` = created + updated + unchanged + late + rejected + held_back."""

    is_changes: bool
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    late: int = 0
    rejected: int = 0
    held_back: int = 0
    absent: int = 0
    repeated: bool = False
    errors: list[CellError] = field(default_factory=list)
    warnings: list[CellError] = field(default_factory=list)
    first_version: int = 0
    last_version: int = 0

    def data(self) -> dict[str, Any]:
        """The JSON of the command line and of the job's result."""
        return {
            "kind": "changes" if self.is_changes else "whole",
            **{name: getattr(self, name) for name in _COUNTS},
            "errors": [error._asdict() for error in self.errors],
            "warnings": [warning._asdict() for warning in self.warnings],
        }


_COUNTS = ("rows", "created", "updated", "unchanged", "late", "rejected", "held_back", "absent", "repeated")


class _HeldBack(Exception):
    """Strict, and a row is bad: nothing is to be written."""


def import_residents(
    *,
    by: Account | None,
    at: datetime,
    path: Path,
    strict: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Take in the whole file or the changes of the municipality acted for (A02, A03, A04).

    Rows with an error are left out and reported; with ``strict`` no row is taken when any is bad.

    :raises UnreadableFile: the file is not there, is no CSV, or its columns are not the feed's.
    """
    feed = open_feed(path)
    report = ImportReport(feed.is_changes)
    try:
        with transaction.atomic():
            _import(feed, report, by=by, at=at, strict=strict, progress=progress or Silent())
    except _HeldBack:
        report.held_back = report.rows - report.rejected
        report.created = report.updated = report.unchanged = report.late = 0
        audit.record("residents.import", by=by, count=0, detail=_summary(report), result="held back")
    return report


def _import(
    feed: Feed, report: ImportReport, *, by: Account | None, at: datetime, strict: bool, progress: Progress
) -> None:
    _one_at_a_time()
    create_tables()
    report.repeated = FeedImport.objects.filter(municipality_code=current(), digest=feed.digest).exists()
    report.first_version = _newest_version() + 1
    reader = Reader(feed, at.date())
    touched: set[int] = set()
    for chunk in reader.chunks():
        _take(chunk, report, by=by, at=at)
        if len(touched) <= audit.SUBJECTS_LISTED:
            touched.update(committing.touched() if chunk.lines else ())
        progress.update(report.rows, feed.lines + 1, "住民を取り込んでいます")
    _close(report, reader)
    if strict and report.rejected:
        raise _HeldBack
    committing.renew_statistics(report.created)
    _record(feed, report, by=by, at=at, touched=touched)


def _take(chunk: Chunk, report: ImportReport, *, by: Account | None, at: datetime) -> None:
    """Match and write one chunk."""
    report.rows += chunk.rows
    report.errors += chunk.errors
    report.warnings += chunk.warnings
    if not chunk.lines:
        return
    load(chunk.lines)
    for turn in range(1, chunk.turns + 1):
        matching.decide(turn, is_changes=report.is_changes, repeated=report.repeated)
        committing.write(turn, by=by, at=at)
    fates = Counter(matching.counts())
    report.created += fates[matching.CREATE]
    report.updated += fates[matching.UPDATE]
    report.unchanged += fates[matching.SAME] + fates[matching.KNOWN] + fates[matching.SEEN]
    report.late += fates[matching.LATE]
    report.errors += matching.refusals()
    report.warnings += matching.late_warnings()


def _close(report: ImportReport, reader: Reader) -> None:
    report.errors.sort()
    report.warnings.sort()
    report.rejected = len({error.row for error in report.errors})
    if not report.is_changes:
        report.absent = matching.absent(reader.keys)


def _record(feed: Feed, report: ImportReport, *, by: Account | None, at: datetime, touched: set[int]) -> None:
    report.last_version = _newest_version()
    FeedImport.objects.create(
        digest=feed.digest,
        is_changes=feed.is_changes,
        counts=_summary(report),
        imported_at=at,
        imported_by=by,
    )
    count = report.created + report.updated
    subjects = sorted(touched) if count <= audit.SUBJECTS_LISTED else []
    audit.record("residents.import", by=by, subjects=subjects, count=count, detail=_summary(report))


def _summary(report: ImportReport) -> dict[str, Any]:
    return {"kind": "changes" if report.is_changes else "whole"} | {
        name: getattr(report, name) for name in _COUNTS
    }


def _one_at_a_time() -> None:
    """Two imports of one city at once would race for the same numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"residents.import {current()}"])


def _newest_version() -> int:
    newest = AddresseeVersion.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0
