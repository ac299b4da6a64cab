"""The fate of each line of a file of inquiries, with what was provided, as CSV (UTF-8 with BOM, CRLF).

One row for each record provided, and one for each line without any; in the order of the lines, read and
written as a stream. The file may be read by its owner alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db.models import Max

from sesshu.intermediate import inquiry_results, place
from sesshu.intermediate.callers import Caller
from sesshu.intermediate.choices import InquiryState
from sesshu.intermediate.inquiry_results import Result
from sesshu.intermediate.models import Inquiry, InquiryBatch, Rejection
from sesshu.kernel.csv_writer import CsvWriter
from sesshu.protection.tenancy import acting_for

HEADINGS = (
    "行", "団体内統合宛名番号", "提供者機関コード", "処理通番", "照会ステータス(明細)",
    "照会ステータス(特定個人情報名単位)", "状態", "説明", "明細番号", "明細件数",
)  # fmt: skip
# As in a real result file: 09 and 01 are normal.
_STATUS = {
    InquiryState.ANSWERED: ("09", "01"),
    InquiryState.ACCEPTED: ("01", "00"),
    InquiryState.PERMITTED: ("01", "00"),
}
_NOT_PROVIDED = ("90", "90")
_LINES = 500
_TAKEN = "受取済みのため、内容は残っていません。"


def write(
    path: Path, batch: InquiryBatch, *, by: Caller, take: bool = False, told: Callable[[int], None]
) -> dict[str, int]:
    """Write the fates of a file's lines; with ``take`` their contents are erased here afterwards.

    :returns: counts of rows, and of lines still without an answer.
    """
    code, counts = place.municipality(), {"rows": 0, "open": 0}
    with acting_for(code):
        names = _items(batch)
    draft = path.with_name(f".{path.name}.part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    finished: list[str] = []
    with os.fdopen(descriptor, "wb") as stream:
        with CsvWriter(stream, [*HEADINGS, *names]) as writer:
            for lines in _slices(code, batch, by):
                for number, fate in lines:
                    _count(fate, counts, finished)
                    for row in _rows(number, fate, names):
                        writer.write(row)
                told(writer.rows)
            counts["rows"] = writer.rows
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
    if take:
        _take(code, finished, by)
    return counts


Fate = Result | Rejection


def _items(batch: InquiryBatch) -> list[str]:
    """The items that were permitted for any of its inquiries: the columns of what was provided."""
    held = Inquiry.objects.filter(batch=batch).order_by().values_list("fields", flat=True).distinct()
    return list(dict.fromkeys(name for fields in held for name in fields))


def _slices(code: str, batch: InquiryBatch, by: Caller) -> Iterator[list[tuple[int, Fate]]]:
    with acting_for(code):
        asked = Inquiry.objects.filter(batch=batch).aggregate(last=Max("line"))["last"] or 0
        last = max(asked, Rejection.objects.filter(batch=batch).aggregate(last=Max("line"))["last"] or 0)
    for start in range(1, last + 1, _LINES):
        with acting_for(code):
            yield _slice(batch, start, start + _LINES, by)


def _slice(batch: InquiryBatch, start: int, stop: int, by: Caller) -> list[tuple[int, Fate]]:
    within = {"batch": batch, "line__gte": start, "line__lt": stop}
    inquiries = Inquiry.objects.filter(**within).select_related("person").order_by("line")
    lines = list(inquiries)
    found: list[tuple[int, Fate]] = [
        (inquiry.line or 0, result)
        for inquiry, result in zip(lines, inquiry_results.given(lines, by=by), strict=True)
    ]
    found += [(rejection.line, rejection) for rejection in Rejection.objects.filter(**within)]
    return sorted(found, key=lambda each: each[0])


def _count(fate: Fate, counts: dict[str, int], finished: list[str]) -> None:
    if isinstance(fate, Rejection):
        return
    if fate.state in (InquiryState.ACCEPTED, InquiryState.PERMITTED):
        counts["open"] += 1
    else:
        finished.append(fate.processing_number)


def _rows(number: int, fate: Fate, names: Sequence[str]) -> Iterator[list[Any]]:
    if isinstance(fate, Rejection):
        yield [number, "", "", "", *_NOT_PROVIDED, "受付不可", fate.message, "", 0, *[""] * len(names)]
        return
    status = _STATUS.get(InquiryState(fate.state), _NOT_PROVIDED)
    label = InquiryState(fate.state).label
    said = _TAKEN if fate.state == InquiryState.TAKEN else fate.message
    head = [number, fate.integrated_number, fate.provider, fate.processing_number, *status, label, said]
    if not fate.records:
        yield [*head, "", 0, *[""] * len(names)]
    for index, record in enumerate(fate.records, start=1):
        yield [*head, index, len(fate.records), *(record.get(name) for name in names)]


def _take(code: str, finished: Sequence[str], by: Caller) -> None:
    for start in range(0, len(finished), _LINES):
        with acting_for(code):
            inquiry_results.take(finished[start : start + _LINES], by=by)


def newest(file: str = "") -> InquiryBatch | None:
    """The file's batch by its id, or the last one loaded, of the municipality acted for."""
    held = InquiryBatch.objects.filter(municipality_code=place.municipality())
    return held.filter(pk=file).first() if file else held.order_by("-started_at").first()
