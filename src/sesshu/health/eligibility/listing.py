"""The persons of an extraction as this member of staff may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sesshu.addressees.masked import AddresseeView, may_see_protected, views_of
from sesshu.addressees.selectors import is_protected
from sesshu.health.eligibility import selectors
from sesshu.health.eligibility.choices import SHOWN_FATES, Fate
from sesshu.health.eligibility.models import Extraction, ExtractionRow
from sesshu.health.eligibility.wording import EXPLANATIONS
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.web.charts import Bar, BarChart, Cell

TARGETS = "target"
SORTS = {
    "name": "addressee__name_key",
    "birth": "addressee__birth_date",
    "due": "due_to",
    "district": "addressee__district",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list with the person's already masked values."""

    row: ExtractionRow
    person: AddresseeView


@dataclass(frozen=True, slots=True)
class Group:
    """The persons of one fate. ``shown``: their rows are kept and may be listed."""

    fate: str
    label: str
    explanation: str
    count: int
    shown: bool


def groups(extraction: Extraction, by: Account) -> list[Group]:
    """Those left out, by reason, largest first; empty reasons are not worth a line."""
    counted = extraction.counts["excluded"]
    found = [
        Group(fate, Fate(fate).label, EXPLANATIONS[fate], count, _may_list(fate, by))
        for fate, count in counted.items()
        if count
    ]
    return sorted(found, key=lambda group: -group.count)


def chart(found: Sequence[Group]) -> BarChart:
    return BarChart(
        caption="対象にならなかった人（理由別）",
        heading="理由",
        columns=("人数",),
        bars=tuple(Bar(group.label, group.count, (Cell(f"{group.count:,}"),)) for group in found),
    )


def rows_of(extraction: Extraction, fate: str, by: Account) -> list[ExtractionRow] | None:
    """None where this fate's persons may not be listed."""
    rows = selectors.rows(extraction)
    if fate == TARGETS:
        return rows.filter(included=True)  # type: ignore[return-value]
    if fate == "changed":
        return rows.exclude(change_reason="")  # type: ignore[return-value]
    return rows.filter(reason=fate, included=False) if _may_list(fate, by) else None  # type: ignore[return-value]


def lines(rows: Sequence[ExtractionRow], extraction: Extraction, by: Account) -> list[Line]:
    """A page of the list; who was shown goes to the audit log."""
    people = views_of(
        [row.addressee for row in rows],
        protected=is_protected([row.addressee_id for row in rows]),
        by=by,
        on=extraction.on,
    )
    audit.record(
        "targets.list",
        by=by,
        subjects=[row.addressee_id for row in rows],
        purpose=extraction.purpose,
        detail={"extraction": extraction.pk},
    )
    return [Line(row, person) for row, person in zip(rows, people, strict=True)]


def _may_list(fate: str, by: Account) -> bool:
    return fate in SHOWN_FATES and (fate != Fate.PROTECTIVE_MEASURE or may_see_protected(by))
