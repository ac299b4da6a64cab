"""What extractions want to know of notices already sent."""

from __future__ import annotations

from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from sesshu.health.eligibility.choices import Purpose
from sesshu.health.eligibility.notified import Question
from sesshu.health.notices.models import Issue, IssueState, NoticeKind
from sesshu.protection.tenancy import current

_COLUMNS = ("addressee_id", "dose_number")


def notified_before(question: Question) -> QuerySet[Any, Any]:
    """Who holds a valid questionnaire for this dose; for a reminder, who was written to since a day."""
    issued = _issues(question).filter(state=IssueState.ISSUED)
    if question.purpose == Purpose.REMINDER:
        return _pairs(issued.filter(issued_on__gte=question.since))
    valid = issued.filter(kind=NoticeKind.QUESTIONNAIRE)
    return _pairs(valid.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=question.on)))


def returned(question: Question) -> QuerySet[Any, Any]:
    """Whose last notice, of whatever programme, the post brought back."""
    own = Issue.objects.filter(addressee_id=OuterRef("addressee_id"), state__in=_DELIVERIES)
    newest = own.order_by("-issued_on", "-pk").values("pk")[:1]
    back = Issue.objects.filter(municipality_code=current(), state=IssueState.RETURNED)
    return _pairs(back.annotate(newest=Subquery(newest)).filter(pk=F("newest")))


_DELIVERIES = (IssueState.ISSUED, IssueState.RETURNED)


def _pairs(issues: QuerySet[Issue]) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = issues.values(*_COLUMNS)
    return found


def _issues(question: Question) -> QuerySet[Issue]:
    return Issue.objects.filter(municipality_code=current(), programme=question.programme)
