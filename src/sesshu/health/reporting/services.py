"""Commands: a list written to a file, a list shown, a report's figures kept (H03, H06, H09)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max

from sesshu.health.reporting import exports
from sesshu.health.reporting.community_health import definition
from sesshu.health.reporting.listings import ListedRow, Listing
from sesshu.health.reporting.models import ReportKind, ReportSnapshot
from sesshu.health.reporting.recount import recount, unplaced_row
from sesshu.jobs.registry import Progress, Silent
from sesshu.kernel import clock
from sesshu.protection import acts, audit
from sesshu.protection.models import Account, Municipality
from sesshu.protection.tenancy import current


def export(
    listing: Listing, out: Path, *, by: Account | None, purpose: str = "", progress: Progress | None = None
) -> int:
    """Write a listing to ``out`` and log whose rows it holds.

    The file stands in its place only once the transaction that logged it is committed.

    :returns: the number of rows.
    :raises exports.UnknownFormat: by the ending of ``out``.
    """
    unlogged = out.with_name(f".{out.stem}.unlogged{out.suffix}")
    try:
        rows = export_now(listing, unlogged, by=by, purpose=purpose, progress=progress)
    except BaseException:
        unlogged.unlink(missing_ok=True)
        raise
    transaction.on_commit(partial(unlogged.replace, out))
    return rows


def export_now(
    listing: Listing, out: Path, *, by: Account | None, purpose: str = "", progress: Progress | None = None
) -> int:
    """The same for a file that is handed over in the answer of the transaction itself."""
    logged = _Logged(listing, by=by, purpose=purpose, form=exports.format_of(out))
    exports.write(
        listing,
        logged.rows(listing.rows()),
        out,
        municipality=Municipality.objects.get(code=current()).name,
        progress=progress or Silent(),
        total=listing.count(),
    )
    return logged.count


class _Logged:
    """Passes rows on and logs whose they are, as many ids an event as the log lists."""

    def __init__(self, listing: Listing, *, by: Account | None, purpose: str, form: str) -> None:
        self.action = f"{listing.name}.export"
        self.by, self.purpose = by, purpose
        self.detail = {"conditions": acts.coded(listing.asked), "format": form}
        self.count = 0

    def rows(self, rows: Iterable[ListedRow]) -> Iterator[ListedRow]:
        subjects: list[int] = []
        for row in rows:
            self.count += 1
            subjects.append(row.addressee_id)
            if len(subjects) == audit.SUBJECTS_LISTED:
                self._record(subjects)
                subjects.clear()
            yield row
        if subjects or not self.count:
            self._record(subjects)

    def _record(self, subjects: Sequence[int]) -> None:
        audit.record(self.action, by=self.by, subjects=subjects, purpose=self.purpose, detail=self.detail)


def show(listing: Listing, rows: Sequence[ListedRow], *, by: Account | None) -> None:
    """Log whose rows a page of a listing showed."""
    audit.record(
        f"{listing.name}.show",
        by=by,
        subjects=[row.addressee_id for row in rows],
        detail={"conditions": acts.coded(listing.asked)},
    )


def keep_report(
    *, fiscal_year: int, by: Account | None, note: str = "", at: datetime | None = None
) -> ReportSnapshot:
    """Keep the figures of the fiscal year's report as they are now, as its next version."""
    with transaction.atomic():
        report = recount(fiscal_year)
        rows: list[dict[str, Any]] = [row.data() for row in report.rows]
        known = ReportSnapshot.objects.filter(
            municipality_code=current(), report=ReportKind.COMMUNITY_HEALTH, fiscal_year=fiscal_year
        )
        kept = ReportSnapshot.objects.create(
            report=ReportKind.COMMUNITY_HEALTH,
            fiscal_year=fiscal_year,
            version=(known.aggregate(last=Max("version"))["last"] or 0) + 1,
            rows=[*rows, unplaced_row(report)],
            total=report.total,
            definition=definition().digest,
            note=note,
            made_at=at or clock.now(),
            made_by=by,
        )
        audit.record(
            "report.keep", by=by, count=0, detail={"fiscal_year": fiscal_year, "version": kept.version}
        )
    return kept
