"""How long extracted lists of persons are kept (H21)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate

from sesshu.health.eligibility.models import Extraction, ExtractionRow
from sesshu.protection.retention.rules import Candidate, Rule, register
from sesshu.protection.tenancy import current


def register_rules() -> None:
    register(
        Rule(
            code="extractions",
            title="対象者一覧の明細",
            basis="市の文書保存期間（5年）",
            event="抽出した日",
            years=5,
            tables=lambda: ("eligibility.ExtractionRow",),
            candidates=_extractions,
            erase=_erase,
        )
    )


def _extractions(last: date, subjects: Sequence[int] | None) -> Iterator[Candidate]:
    """A subject is an extraction; its conditions and counts stay."""
    rows = ExtractionRow.objects.filter(extraction=OuterRef("pk"))
    found = Extraction.objects.filter(Exists(rows), municipality_code=current(), made_at__date__lte=last)
    if subjects is not None:
        found = found.filter(pk__in=subjects)
    for pk, made_at in found.values_list("pk", "made_at"):
        yield Candidate(pk, localdate(made_at))


def _erase(subjects: Sequence[int]) -> Mapping[str, int]:
    rows = ExtractionRow.objects.filter(municipality_code=current(), extraction__in=subjects)
    return {"eligibility.ExtractionRow": rows._raw_delete(rows.db)}
