"""The end of a municipality here: all of its data, asked for by one person, approved by another (H21, S08).

The city's system is emptied by a run like any other; the vault by its receipt
(:mod:`sesshu.protection.keys.ordering`).
"""

from __future__ import annotations

from django.db import transaction

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.actions import Action
from sesshu.protection.keys import emptying
from sesshu.protection.keys.emptying import Emptied, Tell
from sesshu.protection.keys.ordering import Statement
from sesshu.protection.models import Account
from sesshu.protection.retention.choices import WHOLE, RunState
from sesshu.protection.retention.models import ErasureRecord, ErasureRun, Hold
from sesshu.protection.retention.rules import Rule, register
from sesshu.protection.retention.services import NotAllowed
from sesshu.protection.tenancy import acting_for, current


def register_rule() -> None:
    """At start-up: the words of it. No period ends a municipality, so nothing is ever due."""
    register(
        Rule(
            code=WHOLE,
            title="市区町村のすべてのデータ",
            basis="利用の終了または廃置分合による市の決定",
            event="申請の日",
            years=0,
            tables=tuple,
            candidates=lambda last, subjects: (),
            erase=lambda subjects: {},
        )
    )


@transaction.atomic
def request(*, reason: str, by: Account) -> ErasureRun:
    """Ask that all be erased.

    :raises NotAllowed: without the right or a reason, while another such run is open, or while anything
        is held (保全).
    """
    if not by.may(Action.RETENTION_REQUEST) or by.municipality_id != current():
        raise NotAllowed("この利用者は、この市区町村の消去を申請できません。")
    if not reason.strip():
        raise NotAllowed("消去の理由を入力してください。")
    _refuse_held()
    if ErasureRun.objects.filter(rule=WHOLE, state__in=[RunState.REQUESTED, RunState.APPROVED]).exists():
        raise NotAllowed("この市区町村の消去は、すでに申請されています。")
    run = ErasureRun.objects.create(
        rule=WHOLE, on=clock.today(), reason=reason.strip(), asked_by=by, asked_at=clock.now()
    )
    audit.record("retention.whole", by=by, detail={"run": run.pk, "rule": WHOLE})
    return run


def _refuse_held() -> None:
    held = Hold.objects.filter(municipality_code=current(), released_at__isnull=True).count()
    if held:
        raise NotAllowed(f"保留（保全）が{held}件あります。解除してからもう一度実行してください。")


def execute(municipality: str, pk: int, *, tell: Tell = lambda table, done: None) -> ErasureRun:
    """Erase the city's system by an approved run; not inside a transaction. A rerun goes on after a kill.

    :raises NotAllowed: when the run is not approved, or something is held since.
    :raises emptying.StillWrittenTo: when the city is still worked on.
    """
    with acting_for(municipality):
        run = ErasureRun.objects.filter(municipality_code=municipality, rule=WHOLE, pk=pk).first()
        if run is None:
            raise NotAllowed("この番号の消去の申請はありません。")
        if run.state == RunState.DONE:
            return run
        if run.state != RunState.APPROVED or run.asked_by is None or run.decided_by is None:
            raise NotAllowed(f"この申請は「{run.get_state_display()}」です。別の承認者の承認が必要です。")
        _refuse_held()
        asked, approved = run.asked_by.login, run.decided_by.login
    done = emptying.empty(
        municipality, order=f"run:{pk}", requested_by=asked, approved_by=approved, tell=tell
    )
    return _finish(municipality, pk, done)


def _finish(municipality: str, pk: int, done: Emptied) -> ErasureRun:
    with acting_for(municipality):
        run = ErasureRun.objects.select_for_update(of=("self",)).get(pk=pk)
        if run.state == RunState.DONE:
            return run
        run.state, run.finished_at = RunState.DONE, clock.now()
        ErasureRecord.objects.create(
            run=run, rule=WHOLE, subject=run.pk, since=run.on, rows=done.rows, erased_at=run.finished_at
        )
        run.receipt = _statement(run, done).signed()
        run.save()
        audit.record(
            "retention.done",
            by=run.decided_by,
            count=sum(done.rows.values()),
            detail={"run": run.pk, "rule": WHOLE},
        )
    return run


def _statement(run: ErasureRun, done: Emptied) -> Statement:
    assert run.asked_by
    assert run.decided_by
    assert run.decided_at
    assert run.finished_at
    return Statement(
        municipality=run.municipality_code,
        system="city",
        order=f"run:{run.pk}",
        reason=run.reason,
        rows=done.rows,
        keys_receipt=done.keys_receipt,
        requested_by=run.asked_by.login,
        requested_at=run.asked_at.isoformat(),
        approved_by=run.decided_by.login,
        approved_at=run.decided_at.isoformat(),
        completed_at=run.finished_at.isoformat(),
    )
