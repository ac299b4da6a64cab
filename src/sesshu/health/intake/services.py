"""Commands of the intake: a clinic's file at once, or loaded, reviewed by a person and then committed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

from django.db import transaction

from sesshu.health.intake import committing, rule_warnings
from sesshu.health.intake.columns import RESULT_COLUMNS
from sesshu.health.intake.judging import Judge, Judged
from sesshu.health.intake.models import RowFate
from sesshu.health.intake.results import Remark, Result
from sesshu.health.intake.senders import Senders
from sesshu.health.ledger import hooks
from sesshu.health.ledger.bulk import BulkWriter
from sesshu.jobs.registry import Progress, Silent
from sesshu.kernel.cell_checks import CellChecks, split
from sesshu.kernel.cells import CellError, Table, read_table
from sesshu.protection import audit
from sesshu.protection.models import Account

BATCH = 10_000
WARNINGS_LISTED = 10_000


class _HeldBack(Exception):
    """The caller wanted all rows or none, and some are bad."""


@dataclass(slots=True)
class Report:
    """What became of a file's rows. ``errors`` and ``warnings`` name row, column and remedy."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    warned: int = 0
    errors: list[CellError] = field(default_factory=list)
    warnings: list[CellError] = field(default_factory=list)
    rules_checked: bool = True
    held_back: bool = False

    def data(self) -> dict[str, Any]:
        """The report as the command line prints it."""
        return {
            "rows": self.rows,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "errors": [error._asdict() for error in self.errors],
            "warnings": [warning._asdict() for warning in self.warnings],
            "warnings_total": self.warned,
            "rules_checked": self.rules_checked,
            "held_back": self.held_back,
        }

    def warn(self, warning: CellError) -> None:
        self.warned += 1
        if len(self.warnings) < WARNINGS_LISTED:
            self.warnings.append(warning)


def import_results(
    source: Path,
    *,
    provider_code: str,
    by: Account | None,
    at: datetime,
    strict: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Take a clinic's whole file into the ledger in one transaction, with its audit event (H07, H08).

    Rows that a person would have to decide are rejected, their candidates named. ``strict``: one bad row
    holds all of them back. The same file again adds nothing, also after a crash at any point.

    :raises sesshu.kernel.cells.TableError: when the file is no such table.
    :raises sesshu.health.providers.services.ProviderRefused: when ``provider_code`` can be none.
    """
    table = read_table(source, RESULT_COLUMNS)
    report = Report()
    try:
        with transaction.atomic():
            watcher = progress or Silent()
            persons = _import(source, table, provider_code, report, by=by, at=at, progress=watcher)
            if strict and report.rejected:
                raise _HeldBack
            hooks.changed_many(persons)
            _audit(source, provider_code, report, persons, by=by)
    except _HeldBack:
        report.created = report.updated = 0
        report.held_back = True
    return report


def _import(
    source: Path,
    table: Table,
    provider_code: str,
    report: Report,
    *,
    by: Account | None,
    at: datetime,
    progress: Progress,
) -> set[int]:
    senders = Senders(provider_code, by=by)
    total, few = _size(source)
    judge = Judge(senders, today=at.date(), rules_follow=few)
    writer = BulkWriter(by=by, at=at)
    report.rules_checked = few
    for remark in senders.remarks():
        report.warn(CellError(0, remark.column, str(remark)))
    persons: set[int] = set()
    for results in read(table, report.errors, at_once=rule_warnings.MOST_ROWS if few else BATCH):
        judged = judge.judge(results)
        if few:
            rule_warnings.add(judged, today=at.date())
        persons |= committing.write(judged, writer, senders)
        _count(judged, report)
        progress.update(report.rows, total, "結果を取り込んでいます")
    _end(report, senders)
    return persons


def read(table: Table, errors: list[CellError], *, at_once: int) -> Iterator[list[Result]]:
    """The rows whose cells are sound, in batches; what is wrong with the others goes to ``errors``."""
    checks = CellChecks(RESULT_COLUMNS)
    for batch in table.batches(at_once):
        found = checks.errors(batch)
        errors += found
        yield [Result.of(number, cells) for number, cells in (split(batch, found) if found else batch)]
    errors += table.errors


def _size(source: Path) -> tuple[int, bool]:
    """How many lines there are, and whether so few that the schedule judges each row."""
    with source.open("rb") as stream:
        total = sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))
    return total, total <= rule_warnings.MOST_ROWS


def _count(judged: list[Judged], report: Report) -> None:
    fates = Counter(row.fate for row in judged)
    report.created += fates[RowFate.NEW] + fates[RowFate.WARNING]
    report.updated += fates[RowFate.UPDATED]
    report.unchanged += fates[RowFate.UNCHANGED]
    report.rows += len(judged)
    for row in judged:
        if row.fate in (RowFate.REJECTED, RowFate.UNDECIDED):
            report.errors += [error(row, remark) for remark in row.remarks]
        else:
            for remark in row.remarks:
                report.warn(error(row, remark))


def _end(report: Report, senders: Senders) -> None:
    report.errors.sort(key=lambda error: error.row)
    report.rejected = len({error.row for error in report.errors})
    report.rows = report.created + report.updated + report.unchanged + report.rejected


def error(row: Judged, remark: Remark) -> CellError:
    """A remark as a message with its place, the candidates named by their 宛名番号."""
    number = row.result.row
    told = f"{number}行目: {remark}"
    if row.candidates:
        told += "候補: " + "、".join(f"宛名番号 {person.number}" for person in row.candidates) + "。"
    return CellError(number, remark.column, told)


def _audit(
    source: Path, provider_code: str, report: Report, persons: set[int], *, by: Account | None
) -> None:
    with source.open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
    detail = {
        "provider": provider_code,
        "file": digest,
        "created": report.created,
        "updated": report.updated,
        "rejected": report.rejected,
    }
    audit.record("results.import", by=by, subjects=sorted(persons), detail=detail)


__all__ = ["Report", "error", "import_results", "read"]
