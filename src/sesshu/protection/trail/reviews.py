"""The monthly review of the log: seed, draw, findings, sign-off (S05, control 32).

The seed is written into the log before the draw, so that nobody can choose the sample; with it anybody draws
the same events again: those of a stratum with the smallest HMAC-SHA-256(seed, id).
"""

from __future__ import annotations

import hashlib
import heapq
import hmac
import secrets
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.acts import Sort, codes_of
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.tenancy import current
from sesshu.protection.trail import sequencing
from sesshu.protection.trail.models import Alert, Finding, Review, ReviewItem

STRATA = {
    Sort.READ: 20, Sort.SEARCH: 10, Sort.LIST: 10, Sort.EXPORT: 15, Sort.PRINT: 10, Sort.CHANGE: 10,
    Sort.REFUSAL: 10, Sort.ADMINISTRATION: 10,
}  # fmt: skip
DUE_AFTER = timedelta(days=20)
NOTES = {
    "task": "業務の記録と合う",
    "asked": "本人に確認した",
    "manager": "所属長に確認した",
    "training": "指導した",
    "reported": "事故として報告した",
}


class NotAllowed(ValueError):
    """The review cannot go on so; the message says why."""


def _span(month: date) -> tuple[datetime, datetime]:
    begin = month.replace(day=1)
    end = (begin + timedelta(days=32)).replace(day=1)
    return datetime.combine(begin, time(), clock.TOKYO), datetime.combine(end, time(), clock.TOKYO)


def reviews() -> QuerySet[Review]:
    """The municipality's reviews, newest month first."""
    return Review.objects.filter(municipality_code=current()).select_related("signed_by").order_by("-month")


def next_month() -> date:
    """The month to be reviewed now: the last that is over."""
    return (clock.today().replace(day=1) - timedelta(days=1)).replace(day=1)


@transaction.atomic
def open_review(*, month: date, by: Account) -> Review:
    """Begin the review of a month that is over; its seed is fixed here, before anything is drawn.

    :raises NotAllowed: when the month is not over or has its review.
    """
    month = month.replace(day=1)
    if _span(month)[1] > clock.now():
        raise NotAllowed("対象の月が終わってから始めてください。")
    if reviews().filter(month=month).exists():
        raise NotAllowed("この月の点検は始まっています。")
    review = Review.objects.create(
        month=month,
        seed=secrets.token_hex(16),
        log_size=sequencing.size(),
        opened_at=clock.now(),
        due=clock.today() + DUE_AFTER,
    )
    detail = {"review": review.pk, "month": f"{month:%Y-%m}", "seed": review.seed, "size": review.log_size}
    audit.record("audit.review-open", by=by, count=0, detail=detail)
    return review


@transaction.atomic
def draw(review: Review, *, by: Account) -> int:
    """Take the sample and every alert of the month; how many there are to look at.

    :raises NotAllowed: when it was drawn before.
    """
    locked = Review.objects.select_for_update().get(pk=review.pk)
    if locked.drawn_at is not None:
        raise NotAllowed("抽出は済んでいます。")
    items = [
        ReviewItem(review=locked, event_id=event, stratum=sort.value)
        for sort, count in STRATA.items()
        for event in sampled(locked, sort, count)
    ]
    begin, end = _span(locked.month)
    alerts = Alert.objects.filter(municipality_code=current(), day__gte=begin.date(), day__lt=end.date())
    items += [ReviewItem(review=locked, alert=each, stratum="alert") for each in alerts.order_by("pk")]
    ReviewItem.objects.bulk_create(items)
    locked.drawn_at = clock.now()
    locked.save()
    audit.record("audit.review-draw", by=by, count=0, detail={"review": locked.pk, "items": len(items)})
    return len(items)


def sampled(review: Review, sort: Sort, count: int) -> list[int]:
    """The events of a stratum that the seed chooses, in the order of their ids."""
    begin, end = _span(review.month)
    population = AuditEvent.objects.filter(
        municipality_code=current(), at__gte=begin, at__lt=end, action__in=codes_of(sort),
        leaf__index__lt=review.log_size,
    )  # fmt: skip
    return chosen(review.seed, population.values_list("pk", flat=True).iterator(5_000), count)


def chosen(seed: str, ids: Iterable[int], count: int) -> list[int]:
    """The ``count`` ids whose HMAC under ``seed`` is smallest: whoever has the seed draws the same."""
    key = seed.encode()
    return sorted(
        heapq.nsmallest(count, ids, key=lambda each: hmac.digest(key, str(each).encode(), hashlib.sha256))
    )


@transaction.atomic
def find(item: ReviewItem, *, finding: str, note: str, by: Account) -> ReviewItem:
    """Say what one access was.

    :raises NotAllowed: after the sign-off, for one's own acts, or without a reason where one is due.
    """
    locked = (
        ReviewItem.objects.select_for_update(of=("self",))
        .select_related("review", "event", "alert")
        .get(pk=item.pk)
    )
    if locked.review.signed_at is not None:
        raise NotAllowed("承認済みの点検は変更できません。")
    if finding not in Finding.values or not finding or note not in NOTES:
        raise NotAllowed("所見と理由を選んでください。")
    acted = locked.event.account_id if locked.event else locked.alert.account_id if locked.alert else None
    if acted == by.pk:
        raise NotAllowed("自分の操作は点検できません。ほかの人に依頼してください。")
    locked.finding, locked.note, locked.found_by, locked.found_at = finding, note, by, clock.now()
    locked.save()
    audit.record(
        "audit.review-find", by=by, count=0, detail={"item": locked.pk, "finding": finding, "note": note}
    )
    return locked


@transaction.atomic
def sign_off(review: Review, *, by: Account) -> Review:
    """End a review whose every item has its finding.

    :raises NotAllowed: while something is not looked at or still being checked.
    """
    locked = Review.objects.select_for_update().get(pk=review.pk)
    waiting = locked.items.filter(finding__in=(Finding.NONE, Finding.CHECKING)).count()
    if locked.signed_at is not None or locked.drawn_at is None:
        raise NotAllowed("この点検は承認できる段階ではありません。")
    if waiting:
        raise NotAllowed(
            f"確認の終わっていない操作が{waiting}件あります。すべて確認してから承認してください。"
        )
    locked.signed_by, locked.signed_at = by, clock.now()
    locked.save()
    improper = locked.items.filter(finding=Finding.IMPROPER).count()
    detail = {"review": locked.pk, "items": locked.items.count(), "improper": improper}
    audit.record("audit.review-sign", by=by, count=0, detail=detail)
    return locked


def waiting(account: Account) -> int:
    """What the review asks of who may review: items without a finding, and a month that nobody began."""
    begun = ReviewItem.objects.filter(review__signed_at__isnull=True, finding=Finding.NONE).count()
    return begun + (0 if reviews().filter(month=next_month()).exists() else 1)


def overdue() -> list[Review]:
    """Reviews whose day has passed without a sign-off."""
    return list(reviews().filter(signed_at__isnull=True, due__lt=clock.today()))
