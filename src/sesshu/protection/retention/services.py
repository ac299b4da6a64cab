"""Commands: draw a list, exclude from it, decide on it (H21, S08; control 65)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.retention import rules
from sesshu.protection.retention.choices import WHOLE, ItemState, RunState
from sesshu.protection.retention.jobs import plan_erasure
from sesshu.protection.retention.models import ErasureItem, ErasureRun, Hold
from sesshu.protection.retention.selectors import holds
from sesshu.protection.tenancy import current


class NotAllowed(ValueError):
    """The command is refused; the text says why and what to do."""


@transaction.atomic
def draw(*, rule_code: str, by: Account) -> ErasureRun:
    """List all whose period is over today, but those that are held, and ask for their erasure.

    :raises NotAllowed: nobody's is, or another list of the rule waits.
    """
    if _open(rule_code).exists():
        raise NotAllowed("この区分の申請が処理中です。その申請が終わってから、もう一度作成してください。")
    if not rules.rule(rule_code).years:
        raise NotAllowed("この区分は画面からは申請できません。")
    today = clock.today()
    held = set(holds(rule_code).values_list("subject", flat=True))
    found = [each for each in rules.rule(rule_code).due(today) if each.subject not in held]
    if not found:
        raise NotAllowed("保存期間が終わったものはありません。")
    run = ErasureRun.objects.create(rule=rule_code, on=today, asked_by=by, asked_at=clock.now())
    ErasureItem.objects.bulk_create(
        [ErasureItem(run=run, subject=each.subject, since=each.since) for each in found], batch_size=5000
    )
    _record("request", run, by, count=len(found))
    return run


def _open(rule_code: str) -> QuerySet[ErasureRun]:
    return ErasureRun.objects.filter(
        municipality_code=current(), rule=rule_code, state__in=[RunState.REQUESTED, RunState.APPROVED]
    )


@transaction.atomic
def exclude(*, run: int, subject: int, reason: str, by: Account) -> None:
    """Take a subject out of a list that waits, and hold it until somebody releases it.

    :raises NotAllowed: without a reason, or once it is decided.
    """
    found = _locked(run, RunState.REQUESTED)
    if not reason.strip():
        raise NotAllowed("除外する理由を入力してください。")
    changed = found.items.filter(subject=subject, state=ItemState.LISTED).update(
        state=ItemState.EXCLUDED, reason=reason.strip()
    )
    if not changed:
        raise NotAllowed("この一覧にない対象です。")
    Hold.objects.create(
        rule=found.rule, subject=subject, reason=reason.strip(), set_by=by, set_at=clock.now()
    )
    _record("exclude", found, by, count=1)


@transaction.atomic
def release(*, hold: int, by: Account) -> None:
    """End a hold: the subject is a candidate again."""
    found = Hold.objects.select_for_update().get(
        municipality_code=current(), pk=hold, released_at__isnull=True
    )
    found.released_by, found.released_at = by, clock.now()
    found.save()
    audit.record("retention.release", by=by, count=1, detail={"hold": found.pk})


@transaction.atomic
def withdraw(*, run: int, by: Account) -> ErasureRun:
    """Take one's own request back before it is decided."""
    found = _locked(run, RunState.REQUESTED)
    if found.asked_by_id != by.pk:
        raise NotAllowed("取り下げられるのは申請した本人だけです。")
    return _moved(found, RunState.WITHDRAWN, "withdraw", by)


@transaction.atomic
def decide(*, run: int, approve: bool, by: Account, remark: str = "") -> ErasureRun:
    """Approve or refuse; never one's own request. What is approved is erased by a job.

    :raises NotAllowed: one's own, decided before, refused without a reason, or nothing left to erase.
    """
    found = _locked(run, RunState.REQUESTED)
    if found.asked_by_id == by.pk:
        raise NotAllowed("自分の申請は承認できません。別の承認者が判断してください。")
    if not approve and not remark.strip():
        raise NotAllowed("却下する理由を入力してください。")
    whole = found.rule == WHOLE
    if approve and not whole and not found.items.filter(state=ItemState.LISTED).exists():
        raise NotAllowed("すべて除外されているため、消去するものがありません。")
    found.decided_by, found.decided_at, found.remark = by, clock.now(), remark.strip()
    if not approve:
        return _moved(found, RunState.REFUSED, "refuse", by)
    if not whole:  # a whole municipality goes by a command of the server, not by a job of its own
        plan_erasure(found, by)
    return _moved(found, RunState.APPROVED, "approve", by)


def _locked(pk: int, state: RunState) -> ErasureRun:
    found = ErasureRun.objects.select_for_update(of=("self",)).get(municipality_code=current(), pk=pk)
    if found.state != state:
        raise NotAllowed(f"この申請は「{found.get_state_display()}」のため、その操作はできません。")
    return found


def _moved(found: ErasureRun, state: RunState, act: str, by: Account | None) -> ErasureRun:
    found.state = state
    found.save()
    _record(act, found, by, count=found.items.filter(state=ItemState.LISTED).count())
    return found


def _record(act: str, run: ErasureRun, by: Account | None, *, count: int) -> None:
    audit.record(f"retention.{act}", by=by, count=count, detail={"run": run.pk, "rule": run.rule})
