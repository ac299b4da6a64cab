"""Handling alerts, and a municipality's own thresholds."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current
from sesshu.protection.trail import rules
from sesshu.protection.trail.models import Alert, AlertState, RuleSetting
from sesshu.protection.trail.reviews import NOTES, NotAllowed
from sesshu.protection.trail.watching import CLOSED

_LARGEST = 100_000


def alerts() -> QuerySet[Alert]:
    """The municipality's alerts: what waits first, then the newest."""
    found = Alert.objects.filter(municipality_code=current()).select_related("account", "handled_by")
    return found.order_by("-raised_at")


def waiting(account: Account) -> int:
    """How many alerts nobody has ended."""
    return alerts().filter(state__in=(AlertState.OPEN, AlertState.CHECKING)).count()


@transaction.atomic
def handle(alert: Alert, *, state: str, note: str, by: Account) -> Alert:
    """Say what came of an alert.

    :raises NotAllowed: for one's own acts, or an unknown state or reason.
    """
    locked = Alert.objects.select_for_update().get(pk=alert.pk)
    if state not in AlertState.values or state == AlertState.OPEN or note not in NOTES:
        raise NotAllowed("確認の結果と理由を選んでください。")
    if locked.account_id == by.pk:
        raise NotAllowed("自分の操作についての警告は確認できません。ほかの人に依頼してください。")
    locked.state, locked.note, locked.handled_by, locked.handled_at = state, note, by, clock.now()
    locked.save()
    audit.record("audit.alert", by=by, count=0, detail={"alert": locked.pk, "state": state, "note": note})
    return locked


@transaction.atomic
def set_rule(
    *,
    rule: str,
    enabled: bool,
    thresholds: dict[str, int],
    closed_days: list[date] | None = None,
    by: Account,
) -> RuleSetting:
    """Set a rule's thresholds; what is not named keeps the default.

    :raises NotAllowed: for an unknown rule or threshold, or a value that makes no sense.
    """
    known = rules.BY_CODE.get(rule)
    if known is None or set(thresholds) - set(known.thresholds):
        raise NotAllowed("規則が見つかりません。")
    if any(not 0 <= value <= _LARGEST for value in thresholds.values()):
        raise NotAllowed(f"しきい値は0から{_LARGEST:,}までの数で入力してください。")
    values: dict[str, object] = dict(thresholds)
    if rule == CLOSED and closed_days is not None:
        values["closed_days"] = sorted(each.isoformat() for each in closed_days)
    setting, _ = RuleSetting.objects.update_or_create(
        municipality_code=current(), rule=rule, defaults={"enabled": enabled, "thresholds": values}
    )
    audit.record(
        "audit.rule", by=by, count=0, detail={"rule": rule, "enabled": enabled, "thresholds": values}
    )
    return setting
