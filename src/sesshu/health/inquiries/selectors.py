"""Inquiries as the screens show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from sesshu.addressees.keys import folded
from sesshu.addressees.masked import may_see_protected
from sesshu.addressees.models import Addressee
from sesshu.addressees.selectors import is_protected
from sesshu.health.inquiries.choices import State
from sesshu.health.inquiries.models import Inquiry, InquiryRun
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

VIEWS: dict[str, tuple[str, tuple[State, ...]]] = {
    "answered": ("回答あり（確認待ち）", (State.ANSWERED,)),
    "pending": ("照会中", (State.QUEUED, State.ASKED)),
    "refused": ("提供されなかったもの", (State.REFUSED,)),
    "failed": ("送れなかったもの", (State.FAILED,)),
    "closed": ("処理済み・取りやめ", (State.CLOSED, State.CANCELLED)),
}


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the list is limited to: a view, a kind, an institution's or a person's words."""

    view: str = "answered"
    kind: str = ""
    text: str = ""


def hidden_from(by: Account | None, ids: Iterable[int] | None = None) -> set[int]:
    """Of these persons (default: of all) those of whom ``by`` may not see where they lived."""
    return set() if may_see_protected(by) else is_protected(ids)


def inquiries(conditions: Conditions, *, by: Account) -> QuerySet[Inquiry]:
    """The inquiries that meet the conditions, the newest first."""
    found = _met(conditions, by).filter(state__in=VIEWS[conditions.view][1])
    return found.select_related("addressee", "asked_by").order_by("-asked_at", "-pk")


def counts(conditions: Conditions, *, by: Account) -> dict[str, int]:
    """How many each view would have under the same conditions, by one question."""
    asked = {view: Count("pk", filter=Q(state__in=states)) for view, (_, states) in VIEWS.items()}
    found = _met(conditions, by).aggregate(**asked)
    return {view: int(found[view]) for view in VIEWS}


def _met(conditions: Conditions, by: Account) -> QuerySet[Inquiry]:
    found = Inquiry.objects.filter(municipality_code=current())
    if conditions.kind:
        found = found.filter(kind=conditions.kind)
    words = conditions.text.split()
    # A name that leaves a row standing tells as much as one that is shown.
    hidden = hidden_from(by) if words else set()
    for word in words:
        persons = Addressee.objects.filter(municipality_code=current())
        key = folded(word)
        named = persons.filter(name_key__contains=key) if key else persons.none()
        found = found.filter(
            Q(addressee__in=named)
            | Q(addressee__number=word)
            | (Q(provider_name__contains=word) & ~Q(addressee__in=hidden))
            | Q(processing_number=word)
        )
    return found


def inquiry(pk: int) -> Inquiry | None:
    found = Inquiry.objects.filter(municipality_code=current(), pk=pk)
    return found.select_related("addressee", "asked_by", "closed_by", "run").first()


def run_counts(run: InquiryRun) -> dict[str, int]:
    """How far the inquiries of a run have come."""
    states = run.inquiries.values("state").annotate(count=Count("pk"))
    return {row["state"]: row["count"] for row in states.order_by("state")}


def runs() -> QuerySet[InquiryRun]:
    found = InquiryRun.objects.filter(municipality_code=current())
    return found.select_related("made_by").order_by("-made_at")


def subjects(rows: Iterable[Inquiry]) -> list[int]:
    """Whom the rows are about, for the log."""
    return sorted({row.addressee_id for row in rows})
