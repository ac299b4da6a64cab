"""Before the press: who of the list may still be written to, and under which number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from sesshu.health.eligibility import fates
from sesshu.health.eligibility import services as eligibility
from sesshu.health.eligibility.choices import NEVER_ADDED, Fate, Purpose
from sesshu.health.eligibility.models import Extraction, ExtractionRow, Refresh
from sesshu.health.notices import numbering
from sesshu.health.notices.models import Issue, IssueReason, IssueState, NoticeKind, PrintRun, RunState
from sesshu.kernel import dates
from sesshu.protection import audit
from sesshu.protection.models import Account

_BATCH = 5_000
KIND_OF_PURPOSE = {Purpose.QUESTIONNAIRE: NoticeKind.QUESTIONNAIRE, Purpose.REMINDER: NoticeKind.REMINDER}


@dataclass(frozen=True)
class Prepared:
    """``dropped`` counts, by fate, who was on the list and may no longer be written to."""

    run: PrintRun
    documents: int
    dropped: dict[str, int]


@transaction.atomic
def prepare(*, extraction: Extraction, by: Account | None, at: datetime, reissue: bool = False) -> Prepared:
    """Give each person of the list a number; nothing counts as issued yet.

    Numbers that an interrupted run left without paper are taken up again, so a rerun prints the same codes.
    """
    kind = KIND_OF_PURPOSE[Purpose(extraction.purpose)]
    _abandon_interrupted(extraction, kind)
    run = PrintRun.objects.create(
        extraction=extraction, kind=kind, reissue=reissue, planned_at=at, planned_by=by
    )
    generation = eligibility.refresh_changed(by=by, at=at, on=extraction.on)
    documents, dropped = 0, Counter[str]()
    for rows in _batches(_wanted(extraction, reissue)):
        wanted = _still_wanted(rows, extraction, generation, dropped, at=at, reissue=reissue)
        _number(wanted, run, kind, by=by, at=at)
        documents += len(wanted)
    audit.record("notices.prepare", by=by, count=documents, detail={"run": run.pk, "dropped": dropped})
    return Prepared(run, documents, dict(dropped))


def _batches(rows: QuerySet[ExtractionRow]) -> Iterator[list[ExtractionRow]]:
    """The rows a few thousand at a time: a list of a whole city is not held in memory."""
    last = 0
    while batch := list(rows.filter(addressee_id__gt=last).order_by("addressee_id")[:_BATCH]):
        yield batch
        last = batch[-1].addressee_id


def _still_wanted(
    rows: list[ExtractionRow],
    extraction: Extraction,
    generation: Refresh,
    dropped: Counter[str],
    *,
    at: datetime,
    reissue: bool,
) -> list[ExtractionRow]:
    """Whoever died, moved or came under a protective measure since the extraction is not written to."""
    ids = [row.addressee_id for row in rows]
    now = fates.of_persons(extraction, generation, ids, today=at.date())
    kept = []
    for row in rows:
        fate = now[row.addressee_id].fate if row.addressee_id in now else Fate.MERGED
        if _may_print(row, fate, reissue):
            kept.append(row)
        else:
            dropped[fate] += 1
    return kept


def _number(
    rows: list[ExtractionRow], run: PrintRun, kind: NoticeKind, *, by: Account | None, at: datetime
) -> None:
    """New numbers, or those that an interrupted run had given."""
    waiting = _waiting(run.extraction, kind, [row.addressee_id for row in rows])
    codes = iter(numbering.take(sum(_key(row) not in waiting for row in rows)))
    fresh = [_issue(row, run, kind, next(codes), by=by, at=at) for row in rows if _key(row) not in waiting]
    Issue.objects.bulk_create(fresh, batch_size=2_000)
    again = [_taken_up(waiting[_key(row)], row, run, by=by, at=at) for row in rows if _key(row) in waiting]
    Issue.objects.bulk_update(again, _RENEWED, batch_size=1_000)


def _wanted(extraction: Extraction, reissue: bool) -> QuerySet[ExtractionRow]:
    rows = ExtractionRow.objects.filter(extraction=extraction)
    included = rows.filter(included=True)
    again = rows.filter(reason=Fate.NOTIFIED_BEFORE, included=False, change_reason="")
    return included | again if reissue else included


def _may_print(row: ExtractionRow, fate: str, reissue: bool) -> bool:
    if fate in NEVER_ADDED:
        return False
    decided_by_hand = bool(row.change_reason)
    return fate == Fate.TARGET or decided_by_hand or (reissue and fate == Fate.NOTIFIED_BEFORE)


def _abandon_interrupted(extraction: Extraction, kind: NoticeKind) -> None:
    interrupted = PrintRun.objects.filter(
        municipality_code=extraction.municipality_code,
        extraction__programme=extraction.programme,
        kind=kind,
        state=RunState.PREPARED,
    )
    interrupted.update(state=RunState.CANCELLED)


_Key = tuple[int, int | None]


def _key(row: ExtractionRow) -> _Key:
    return row.addressee_id, row.dose_number


def _waiting(extraction: Extraction, kind: NoticeKind, addressee_ids: Collection[int]) -> dict[_Key, Issue]:
    found = Issue.objects.filter(
        municipality_code=extraction.municipality_code,
        programme=extraction.programme,
        kind=kind,
        state=IssueState.PREPARED,
        addressee_id__in=addressee_ids,
    )
    return {(issue.addressee_id, issue.dose_number): issue for issue in found}


def _issue(
    row: ExtractionRow, run: PrintRun, kind: NoticeKind, code: str, *, by: Account | None, at: datetime
) -> Issue:
    issue = Issue(
        addressee_id=row.addressee_id,
        kind=kind,
        code=code,
        programme=run.extraction.programme,
        dose_number=row.dose_number,
        state=IssueState.PREPARED,
    )
    return _taken_up(issue, row, run, by=by, at=at)


_RENEWED = [
    "dose_label", "reason", "fiscal_year", "issued_on", "valid_to", "extraction", "run", "issued_by",
    "recorded_at",
]  # fmt: skip


def _taken_up(issue: Issue, row: ExtractionRow, run: PrintRun, *, by: Account | None, at: datetime) -> Issue:
    issue.dose_label = row.dose_label
    issue.reason = IssueReason.REISSUE if row.reason == Fate.NOTIFIED_BEFORE else IssueReason.BULK
    issue.fiscal_year = dates.fiscal_year(at.date())
    issue.issued_on = at.date()
    issue.valid_to = row.due_to
    issue.extraction, issue.run = run.extraction, run
    issue.issued_by, issue.recorded_at = by, at
    return issue
