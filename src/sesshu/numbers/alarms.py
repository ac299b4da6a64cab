"""The queue of duplicates: looked at by a person, closed with what was found."""

from __future__ import annotations

from django.db.models import QuerySet

from sesshu.kernel import clock
from sesshu.numbers import callers, refusals
from sesshu.numbers.callers import Caller
from sesshu.numbers.models import DuplicateAlarm
from sesshu.protection import tenancy


def waiting() -> QuerySet[DuplicateAlarm]:
    """Oldest first."""
    return DuplicateAlarm.objects.filter(municipality_code=tenancy.current(), resolved_at=None).order_by("at")


def resolve(pk: int, *, resolution: str, by: Caller) -> DuplicateAlarm:
    """Close one. :raises Refusal: without words, or when it does not wait."""
    alarm = waiting().select_for_update().filter(pk=pk).first()
    if alarm is None:
        raise refusals.Refusal(404, "not_found", "確認待ちの重複警告が見つかりません。")
    if not resolution.strip():
        raise refusals.Refusal(422, "empty", "確認した結果を入力してください。")
    alarm.resolution, alarm.resolved_by, alarm.resolved_at = resolution[:200], str(by), clock.now()
    alarm.save()
    callers.record(by, "alarm-resolved", addressee=alarm.offered_for)
    return alarm
