"""How long a clinic's file and its rows are kept once they are in the ledger (H21)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from sesshu.health.intake.models import Batch, BatchRow, BatchState
from sesshu.protection.retention.rules import Candidate, Rule, register
from sesshu.protection.tenancy import current

_OVER = [BatchState.COMMITTED, BatchState.DISCARDED]


def register_rules() -> None:
    register(
        Rule(
            code="result-files",
            title="医療機関から届いた結果ファイルとその明細",
            basis="市の文書保存期間（台帳に登録した日から1年）",
            event="登録または破棄した日",
            years=1,
            tables=lambda: ("intake.BatchRow",),
            candidates=_batches,
            erase=_erase,
        )
    )


def _batches(last: date, subjects: Sequence[int] | None) -> Iterator[Candidate]:
    """A subject is a batch; its name and counts stay."""
    rows = BatchRow.objects.filter(batch=OuterRef("pk"))
    found = (
        Batch.objects.filter(Exists(rows) | ~Q(file=""), municipality_code=current(), state__in=_OVER)
        .annotate(ended=Coalesce("committed_at", "loaded_at"))
        .filter(ended__date__lte=last)
    )
    if subjects is not None:
        found = found.filter(pk__in=subjects)
    for pk, ended in found.values_list("pk", "ended"):
        yield Candidate(pk, localdate(ended))


def _erase(subjects: Sequence[int]) -> Mapping[str, int]:
    for batch in Batch.objects.filter(municipality_code=current(), pk__in=subjects).exclude(file=""):
        transaction.on_commit(partial(batch.file.storage.delete, str(batch.file.name)))
        batch.file = ""
        batch.save(update_fields=["file"])
    rows = BatchRow.objects.filter(municipality_code=current(), batch__in=subjects)
    return {"intake.BatchRow": rows._raw_delete(rows.db)}
