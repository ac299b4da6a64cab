"""How long the history of issued documents is kept (H10, H21)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sesshu.health.notices.models import Issue
from sesshu.kernel import dates
from sesshu.protection.retention.rules import Candidate, Rule, register
from sesshu.protection.tenancy import current


def register_rules() -> None:
    register(
        Rule(
            code="issues",
            title="予診票・通知の発行履歴（年度ごと）",
            basis="市の文書保存期間（5年）",
            event="年度の末日",
            years=5,
            tables=lambda: ("notices.Issue",),
            candidates=_years,
            erase=_erase,
        )
    )


def _years(last: date, subjects: Sequence[int] | None) -> Iterator[Candidate]:
    """A subject is a fiscal year."""
    found = Issue.objects.filter(municipality_code=current())
    if subjects is not None:
        found = found.filter(fiscal_year__in=subjects)
    for year in found.order_by("fiscal_year").values_list("fiscal_year", flat=True).distinct():
        if dates.fiscal_year_end(year) <= last:
            yield Candidate(year, dates.fiscal_year_end(year))


def _erase(subjects: Sequence[int]) -> Mapping[str, int]:
    rows = Issue.objects.filter(municipality_code=current(), fiscal_year__in=subjects)
    return {"notices.Issue": rows._raw_delete(rows.db)}
