"""What an institution said to its letters: taken letters go, and what it will never take is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sesshu.kernel import clock
from sesshu.network.choices import Part, Sort
from sesshu.network.models import Ending, Outgoing, Record
from sesshu.protection import acts, audit
from sesshu.protocol.refusals import Refusal

_TAKEN = ("stored", "known", "accepted")


def settle(rows: Sequence[Outgoing], answers: Sequence[dict[str, Any]]) -> None:
    """Remove the letters; those that were refused leave a record."""
    refused = [
        (row, said) for row, said in zip(rows, answers, strict=True) if said.get("state") not in _TAKEN
    ]
    _record([row for row, _ in refused], "refused", [_refusal(said) for _, said in refused])
    _remove(rows)


def give_up(rows: Sequence[Outgoing]) -> None:
    """Letters whose time is over."""
    _record(rows, "expired", [Refusal.EXPIRED] * len(rows))
    _remove(rows)


def _refusal(said: dict[str, Any]) -> Refusal:
    try:
        return Refusal(str(said.get("refusal")))
    except ValueError:
        return Refusal.INVALID


def _record(rows: Sequence[Outgoing], result: str, refusals: Sequence[Refusal]) -> None:
    reasons = {row.reference: why for row, why in zip(rows, refusals, strict=True) if row.sort == Sort.PERMIT}
    records = Record.objects.filter(permit__in=reasons)
    Ending.objects.bulk_create(
        (_ending(record, result, reasons[str(record.permit)]) for record in records), ignore_conflicts=True
    )
    for row, why in zip(rows, refusals, strict=True):
        # Of a 取得番号 not even a digest stays.
        said = "" if row.sort == Sort.CODE else row.reference
        detail = {"institution": row.institution_id, "sort": str(row.sort), "reference": said}
        audit.record("network.undelivered", by=None, count=1, detail=acts.coded(detail), result=str(why))


def _ending(record: Record, result: str, why: Refusal) -> Ending:
    at = clock.now()
    return Ending(record=record, side=Part.CORE, result=result, refusal=why, at=at, told_at=at)


def _remove(rows: Iterable[Outgoing]) -> None:
    Outgoing.objects.filter(pk__in=[row.pk for row in rows]).delete()
