"""How long an answer is kept as it came (H21). That one asked and was answered is kept with the person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate

from sesshu.health.inquiries import sealing
from sesshu.health.inquiries.choices import State
from sesshu.health.inquiries.models import Inquiry, Received
from sesshu.protection.retention.rules import Candidate, Rule, register
from sesshu.protection.tenancy import current


def register_rules() -> None:
    register(
        Rule(
            code="inquiry-answers",
            title="照会への回答（受け取ったままの内容）",
            basis="市の文書保存期間（回答を処理した日から1年）",
            event="回答を処理した日",
            years=1,
            tables=lambda: (),
            candidates=_answers,
            erase=_erase,
        )
    )


def _answers(last: date, subjects: Sequence[int] | None) -> Iterator[Candidate]:
    """A subject is an inquiry; what is undecided is never erased."""
    rows = Received.objects.filter(inquiry=OuterRef("pk"))
    found = Inquiry.objects.filter(
        Exists(rows), municipality_code=current(), state=State.CLOSED, closed_at__date__lte=last
    )
    if subjects is not None:
        found = found.filter(pk__in=subjects)
    for pk, closed in found.values_list("pk", "closed_at"):
        if closed:
            yield Candidate(pk, localdate(closed))


def _erase(subjects: Sequence[int]) -> Mapping[str, int]:
    held = Inquiry.objects.filter(municipality_code=current(), pk__in=subjects, state=State.CLOSED)
    keys = [key for key in held.values_list("key", flat=True) if key]
    rows = Received.objects.filter(municipality_code=current(), inquiry__in=held.values("pk"))
    gone = rows._raw_delete(rows.db)
    sealing.forget(keys)
    held.update(key=None)
    return {"inquiries.Received": gone}
