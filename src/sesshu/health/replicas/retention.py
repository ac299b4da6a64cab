"""How long sent entries of the outbox are kept (H21): the proof of what went is the log's manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.utils.timezone import localdate

from sesshu.health.replicas.choices import State
from sesshu.health.replicas.models import OutboxEntry
from sesshu.protection.retention.rules import Candidate, Rule, register
from sesshu.protection.tenancy import current


def register_rules() -> None:
    register(
        Rule(
            code="outbox",
            title="副本の登録など、送信済みの控え",
            basis="市の文書保存期間（送信した日から1年）",
            event="送信した日",
            years=1,
            tables=lambda: (),
            candidates=_sent,
            erase=_erase,
        )
    )


def _sent(last: date, subjects: Sequence[int] | None) -> Iterator[Candidate]:
    found = OutboxEntry.objects.filter(municipality_code=current(), state=State.SENT, sent_at__date__lte=last)
    if subjects is not None:
        found = found.filter(pk__in=subjects)
    for pk, at in found.values_list("pk", "sent_at"):
        if at:
            yield Candidate(pk, localdate(at))


def _erase(subjects: Sequence[int]) -> Mapping[str, int]:
    rows = OutboxEntry.objects.filter(municipality_code=current(), pk__in=subjects, state=State.SENT)
    return {"replicas.OutboxEntry": rows._raw_delete(rows.db)}
