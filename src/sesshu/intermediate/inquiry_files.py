"""Inquiries by file: read as a stream, accepted by the thousand, each line once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from django.db import connection

from sesshu.intermediate import dat_file, inquiring, place
from sesshu.intermediate.callers import Caller
from sesshu.intermediate.choices import BatchState
from sesshu.intermediate.dat_file import Line
from sesshu.intermediate.models import InquiryBatch, Rejection
from sesshu.kernel import clock
from sesshu.protection import tenancy
from sesshu.protection.tenancy import acting_for
from sesshu.protocol.points import reach
from sesshu.protocol.refusals import Refusal

CHUNK = 1_000
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
Progress = Callable[[int], None]


class BeingLoaded(RuntimeError):
    """Another process is loading this very file."""


def load(path: Path, *, by: Caller, told: Progress = lambda lines: None) -> InquiryBatch:
    """Load a file; a killed run goes on where it stopped, a loaded file adds nothing.

    Each thousand lines are one transaction. :raises BeingLoaded: when another process loads it now.
    """
    code, digest = place.municipality(), digest_of(path)
    with acting_for(code):
        batch = _batch(path, digest, by)
    if batch.state == BatchState.DONE:
        return batch
    lines = dat_file.read(path, reference=digest[:24], after=batch.lines)
    for chunk in _chunks(lines):
        with acting_for(code):
            batch = _load(batch, chunk, by)
        reach("inquiry-file.chunk")
        told(batch.lines)
    with acting_for(code):
        batch.state, batch.ended_at = BatchState.DONE, clock.now()
        batch.save(update_fields=["state", "ended_at"])
    return batch


def digest_of(path: Path) -> str:
    """SHA-256 of a file, read as a stream."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _chunks(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while chunk := list(islice(lines, CHUNK)):
        yield chunk


def _batch(path: Path, digest: str, by: Caller) -> InquiryBatch:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [f"inquiry-file {tenancy.current()} {digest}"])
    held = InquiryBatch.objects.filter(municipality_code=tenancy.current(), digest=digest).first()
    return held or InquiryBatch.objects.create(
        name=path.name[:100], digest=digest, actor=by.actor[:60], started_at=clock.now()
    )


def _load(batch: InquiryBatch, chunk: Sequence[Line], by: Caller) -> InquiryBatch:
    held = InquiryBatch.objects.select_for_update().get(pk=batch.pk)
    if held.lines != batch.lines:
        raise BeingLoaded("このファイルは、別の処理が登録しています。その完了を待ってください。")
    faults = [_rejection(held, line) for line in chunk if _fault(line)]
    asked = [line.asked for line in chunk if line.asked is not None and not _fault(line)]
    accepted = inquiring.accept(asked, by=by, batch=held) if asked else []
    faults += [
        Rejection(batch=held, line=each.line or 0, error=said.error, message=said.message[:300])
        for each, said in zip(asked, accepted, strict=True)
        if said.processing_number is None
    ]
    Rejection.objects.bulk_create(faults)
    held.lines += len(chunk)
    held.accepted += len(chunk) - len(faults)
    held.refused += len(faults)
    held.save(update_fields=["lines", "accepted", "refused"])
    return held


def _fault(line: Line) -> str:
    if line.fault:
        return line.fault
    if line.inquirer != place.institution():
        return f"「照会者機関コード」がこの団体のもの({place.institution()})ではありません。"
    return ""


def _rejection(batch: InquiryBatch, line: Line) -> Rejection:
    return Rejection(batch=batch, line=line.number, error=Refusal.INVALID, message=_fault(line)[:300])
