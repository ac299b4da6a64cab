"""Reads of rules, runs and holds; they name no person."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from sesshu.kernel import clock
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.retention import rules
from sesshu.protection.retention.choices import ItemState, RunState
from sesshu.protection.retention.models import ErasureRun, Hold
from sesshu.protection.retention.rules import Rule
from sesshu.protection.tenancy import current


def holds(rule_code: str) -> QuerySet[Hold]:
    """The holds of a rule that are in force."""
    return Hold.objects.filter(municipality_code=current(), rule=rule_code, released_at__isnull=True)


@dataclass(frozen=True, slots=True)
class RuleNow:
    """A rule with how many subjects' period is over today, and how many of these are held."""

    rule: Rule
    due: int
    held: int


def rules_now() -> list[RuleNow]:
    """All rules as they stand today."""
    found = []
    for rule in rules.rules():
        subjects = {each.subject for each in rule.due(clock.today())}
        held = set(holds(rule.code).values_list("subject", flat=True))
        found.append(RuleNow(rule, len(subjects - held), len(held)))
    return found


def runs() -> QuerySet[ErasureRun]:
    """The city's erasures, newest first, with their counts."""
    return (
        ErasureRun.objects.filter(municipality_code=current())
        .select_related("asked_by", "decided_by")
        .annotate(
            listed=Count("items", filter=~Q(items__state=ItemState.EXCLUDED)),
            excluded=Count("items", filter=Q(items__state=ItemState.EXCLUDED)),
            erased=Count("items", filter=Q(items__state=ItemState.ERASED)),
        )
        .order_by("-asked_at", "-pk")
    )


def waiting_for(by: Account) -> int:
    """How many wait for this account's decision."""
    if not by.may(Action.RETENTION_APPROVE):
        return 0
    return runs().filter(state=RunState.REQUESTED).exclude(asked_by=by).count()
