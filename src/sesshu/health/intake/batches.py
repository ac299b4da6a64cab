"""A clinic's file on the screen: loaded and judged, decided row by row, then committed or discarded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from sesshu.health.intake import committing, rule_warnings
from sesshu.health.intake.columns import RESULT_COLUMNS
from sesshu.health.intake.judging import Judge, Judged
from sesshu.health.intake.models import Batch, BatchRow, BatchState, Decision, RowFate
from sesshu.health.intake.results import Result
from sesshu.health.intake.senders import Senders
from sesshu.health.intake.services import read
from sesshu.health.ledger import hooks
from sesshu.health.ledger.bulk import BulkWriter
from sesshu.health.providers.services import ensure_provider
from sesshu.jobs import services as jobs
from sesshu.jobs.registry import Progress
from sesshu.kernel.cells import CellError, read_table
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

LOAD, COMMIT = "results.load", "results.commit"
MOST_ROWS = 50_000
_TAKEN_BY_ITSELF = (RowFate.NEW, RowFate.UPDATED)


class BatchRefused(ValueError):
    """The file or the decision cannot be taken; the message says why."""


@transaction.atomic
def upload(*, file: UploadedFile[Any], provider_code: str, by: Account | None, at: datetime) -> Batch:
    """Keep an uploaded file and plan the job that reads it.

    :raises sesshu.health.providers.services.ProviderRefused: when ``provider_code`` can be none.
    """
    provider, _ = ensure_provider(provider_code, by=by)
    digest = sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    batch = Batch(provider=provider, file_name=(file.name or "")[:200], digest=digest.hexdigest())
    batch.loaded_at, batch.loaded_by = at, by
    batch.file.save(f"{current()}-{digest.hexdigest()[:16]}.csv", file, save=False)
    batch.save()
    payload = {"municipality": current(), "batch": batch.pk}
    batch.job = jobs.plan(
        LOAD, by=by, payload=payload, title=f"結果ファイルの確認（{batch.file_name}）"[:100]
    )
    batch.save(update_fields=["job"])
    audit.record("results.upload", by=by, count=0, detail={"batch": batch.pk, "file": batch.digest})
    return batch


@transaction.atomic
def load(batch: Batch, *, progress: Progress, at: datetime) -> dict[str, int]:
    """Parse, check and match the rows; what was there from an earlier attempt is replaced.

    :raises sesshu.kernel.cells.TableError: when the file is no such table.
    :raises BatchRefused: when it has too many rows to be looked through.
    """
    batch.rows.all().delete()
    table = read_table(Path(batch.file.path), RESULT_COLUMNS)
    errors: list[CellError] = []
    results = [result for few in read(table, errors, at_once=2000) for result in few]
    if len(results) > MOST_ROWS:
        raise BatchRefused(
            f"{len(results):,}行あります。画面で確認できるのは{MOST_ROWS:,}行までです。"
            "ファイルを分けるか、コマンド（results import）で取り込んでください。"
        )
    senders = Senders(batch.provider.code, by=batch.loaded_by)
    judge = Judge(senders, today=at.date(), rules_follow=True)
    for start in range(0, len(results), 2000):
        judged = judge.judge(results[start : start + 2000])
        rule_warnings.add(judged, today=at.date())
        BatchRow.objects.bulk_create([_row(batch, row) for row in judged])
        progress.update(start + len(judged), len(results), "本人と内容を確かめています")
    BatchRow.objects.bulk_create(_unread(batch, errors))
    batch.state = BatchState.REVIEW
    found = counts(batch)
    batch.counts = found
    batch.save(update_fields=["state", "counts"])
    return found


@transaction.atomic
def decide(row: BatchRow, *, decision: str, addressee_id: int | None, by: Account | None) -> None:
    """What a person says of a row: take it (for one of its candidates), or leave it out.

    :raises BatchRefused: for a row that cannot be taken, and for somebody who is not a candidate.
    """
    _in_review(row.batch)
    if decision == Decision.TAKE and row.fate in (RowFate.REJECTED, RowFate.UNCHANGED):
        raise BatchRefused("この行は取り込めません。ファイルを直して取り込み直してください。")
    if decision == Decision.TAKE and row.fate == RowFate.UNDECIDED:
        chosen = addressee_id or row.addressee_id
        if chosen is None or chosen not in {*row.candidates, row.addressee_id}:
            raise BatchRefused("候補から本人を選んでください。")
        row.addressee_id = chosen
    row.decision = decision
    row.save(update_fields=["decision", "addressee"])
    subjects = [row.addressee_id] if row.addressee_id else []
    detail = {"batch": row.batch_id, "row": row.row, "decision": decision}
    audit.record("results.decide", by=by, subjects=subjects, detail=detail)


@transaction.atomic
def accept_warnings(batch: Batch, *, by: Account | None) -> int:
    """Take all rows with warnings that nobody has decided on."""
    _in_review(batch)
    open_rows = batch.rows.filter(fate=RowFate.WARNING, decision=Decision.NONE)
    count = open_rows.update(decision=Decision.TAKE)
    audit.record("results.accept", by=by, count=count, detail={"batch": batch.pk})
    return count


@transaction.atomic
def plan_commit(batch: Batch, *, by: Account | None) -> Batch:
    """Plan the job that writes the decided rows into the ledger."""
    _in_review(batch)
    payload = {"municipality": current(), "batch": batch.pk, "by": by.pk if by else None}
    batch.job = jobs.plan(COMMIT, by=by, payload=payload, title=f"結果の登録（{batch.file_name}）"[:100])
    batch.save(update_fields=["job"])
    return batch


@transaction.atomic
def commit(batch: Batch, *, by: Account | None, at: datetime, progress: Progress) -> dict[str, int]:
    """Write the rows to be taken; each is judged anew, for the ledger may have changed since the review."""
    if batch.state == BatchState.COMMITTED:
        return dict(batch.counts)
    _in_review(batch)
    senders = Senders(batch.provider.code, by=by)
    judge = Judge(senders, today=at.date(), rules_follow=True)
    writer = BulkWriter(by=by, at=at)
    rows = list(taken(batch).order_by("row"))
    done: Counter[str] = Counter()
    persons: set[int] = set()
    for start in range(0, len(rows), 2000):
        some = rows[start : start + 2000]
        decided = {row.row: row.addressee_id for row in some if row.addressee_id}
        judged = judge.judge([Result.of(row.row, row.cells) for row in some], decided)
        persons |= committing.write(judged, writer, senders)
        done.update(row.fate for row in judged)
        progress.update(start + len(some), len(rows), "台帳に登録しています")
    hooks.changed_many(persons)
    batch.state, batch.committed_at, batch.committed_by = BatchState.COMMITTED, at, by
    batch.counts = counts(batch) | _written(done)
    batch.save()
    detail = {"batch": batch.pk, "file": batch.digest, **_written(done)}
    audit.record("results.commit", by=by, subjects=sorted(persons), detail=detail)
    return dict(batch.counts)


@transaction.atomic
def discard(batch: Batch, *, by: Account | None) -> None:
    """Throw a file away; nothing of it reaches the ledger, and its rows are erased."""
    if batch.state == BatchState.COMMITTED:
        raise BatchRefused("登録済みのファイルは破棄できません。台帳で1件ずつ取り消してください。")
    batch.rows.all().delete()
    batch.file.delete(save=False)
    batch.state = BatchState.DISCARDED
    batch.save()
    audit.record("results.discard", by=by, count=0, detail={"batch": batch.pk})


def taken(batch: Batch) -> Any:
    """The rows that a commit writes."""
    by_itself = batch.rows.filter(fate__in=_TAKEN_BY_ITSELF).exclude(decision=Decision.SKIP)
    decided = batch.rows.filter(fate__in=(RowFate.WARNING, RowFate.UNDECIDED), decision=Decision.TAKE)
    return by_itself | decided


def counts(batch: Batch) -> dict[str, int]:
    """How many rows there are of each fate."""
    found = Counter(batch.rows.values_list("fate", flat=True))
    return {fate.value: found[fate.value] for fate in RowFate}


def _written(done: Counter[str]) -> dict[str, int]:
    return {
        "created": done[RowFate.NEW] + done[RowFate.WARNING],
        "replaced": done[RowFate.UPDATED],
        "failed": done[RowFate.REJECTED] + done[RowFate.UNDECIDED],
    }


def _row(batch: Batch, judged: Judged) -> BatchRow:
    return BatchRow(
        batch=batch,
        row=judged.result.row,
        fate=judged.fate,
        addressee_id=judged.person.id if judged.person else None,
        candidates=[person.id for person in judged.candidates],
        cells=list(judged.result[1:]),
        messages=[{"column": remark.column, "message": str(remark)} for remark in judged.remarks],
    )


def _unread(batch: Batch, errors: Iterable[CellError]) -> list[BatchRow]:
    by_row: dict[int, list[dict[str, str]]] = {}
    for error in errors:
        by_row.setdefault(error.row, []).append({"column": error.column, "message": error.message})
    return [
        BatchRow(batch=batch, row=row, fate=RowFate.REJECTED, cells=[], messages=messages)
        for row, messages in by_row.items()
    ]


def _in_review(batch: Batch) -> None:
    if batch.state != BatchState.REVIEW:
        raise BatchRefused(f"このファイルは「{batch.get_state_display()}」のため、変えられません。")
