"""Take in a resident feed: parse → validate → match → commit, in one transaction.

Whatever stops it, at whatever point, leaves the city as it was; the same file again adds nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from sesshu.addressees import committing, matching, row_checks
from sesshu.addressees.choices import ChangeReason
from sesshu.addressees.feeds import Batch, Feed, UnreadableFile, open_feed
from sesshu.addressees.models import AddresseeVersion, FeedImport
from sesshu.addressees.staging import Stage, analyze, create_tables
from sesshu.jobs.registry import Progress, Silent
from sesshu.kernel.cell_checks import CellChecks
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
    reading = _Reading(feed, report, at, progress)
    reading.run()
    analyze()
    report.first_version = _newest_version() + 1
    progress.update(report.rows, report.rows + 1, "登録済みの宛名と照合し、登録しています")
    with nullcontext() if feed.is_changes else matching.whole_sets():
        for turn in range(1, reading.stage.turns + 1):
            matching.decide(turn, is_changes=feed.is_changes, repeated=report.repeated)
            committing.write(turn, by=by, at=at)
        _count(report, reading)
    if strict and report.rejected:
        raise _HeldBack
    committing.renew_statistics(report.created)
    report.last_version = _newest_version()
    FeedImport.objects.create(
        digest=feed.digest,
        is_changes=feed.is_changes,
        counts=_summary(report),
        imported_at=at,
        imported_by=by,
    )
    count = report.created + report.updated
    subjects = committing.touched() if count <= audit.SUBJECTS_LISTED else []
    audit.record("residents.import", by=by, subjects=subjects, count=count, detail=_summary(report))


class _Reading:
    """Parse and validate: the good rows go into the temporary table, the others among the errors."""

    def __init__(self, feed: Feed, report: ImportReport, at: datetime, progress: Progress) -> None:
        self.feed, self.report, self.progress = feed, report, progress
        self.today = at.date()
        self.stage = Stage(ChangeReason.WHOLE_FILE, self.today.isoformat())
        self.checks = CellChecks(feed.table.columns)
        self.key = "異動番号" if feed.is_changes else "宛名番号"
        self.first_row: dict[str, int] = {}
        self.refused_numbers: set[str] = set()

    def run(self) -> None:
        with connection.cursor() as cursor, cursor.copy(self.stage.copy_statement()) as copy:
            for rows in self.feed.batches():
                self.stage.write(copy, self._good(rows))
                self.report.rows += len(rows)
                self.progress.update(self.report.rows, self.feed.lines + 1, "ファイルを読んでいます")
        self.report.errors += self.feed.broken
        self.report.rows += len(self.feed.broken)

    def _good(self, rows: Sequence[Any]) -> Batch:
        batch = Batch.of(self.feed.names, rows)
        errors = self.checks.errors(rows)
        errors += row_checks.errors(batch, self.feed.table.columns, self.today)
        errors += self._second_copies(batch)
        self.report.errors += errors
        bad = {error.row for error in errors}
        good = batch.without(bad)
        if bad:
            self.refused_numbers.update(set(batch["宛名番号"]) - set(good["宛名番号"]))
        if good.rows:
            self.report.warnings += row_checks.warnings(good, self.today)
        return good

    def _second_copies(self, batch: Batch) -> list[CellError]:
        keys, first = batch[self.key], self.first_row
        if len(set(keys)) == len(keys) and first.keys().isdisjoint(keys):
            first.update(zip(keys, batch.rows, strict=True))
            return []
        found = []
        for row, key in zip(batch.rows, keys, strict=True):
            before = first.setdefault(key, row)
            if before != row and key:
                words = f"の「{key}」は{before}行目にもあります。どちらか1行にしてください。"
                found.append(CellError(row, self.key, f"{row}行目: 「{self.key}」{words}"))
        return found


def _count(report: ImportReport, reading: _Reading) -> None:
    fates = Counter(matching.counts())
    report.errors = sorted([*report.errors, *matching.refusals()])
    report.warnings = sorted([*report.warnings, *matching.late_warnings()])
    report.created, report.updated = fates[matching.CREATE], fates[matching.UPDATE]
    report.unchanged = fates[matching.SAME] + fates[matching.KNOWN] + fates[matching.SEEN]
    report.late = fates[matching.LATE]
    report.rejected = len({error.row for error in report.errors})
    if not report.is_changes:
        report.absent = matching.absent(reading.refused_numbers)


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
