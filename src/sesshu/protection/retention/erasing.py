"""The erasure itself: in steps that each commit, so that a kill loses nothing and repeats nothing."""

from __future__ import annotations

from collections.abc import Callable

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.keys import signing
from sesshu.protection.models import Account
from sesshu.protection.retention import rules
from sesshu.protection.retention.choices import ItemState, RunState
from sesshu.protection.retention.models import ErasureItem, ErasureRecord, ErasureRun
from sesshu.protection.retention.rules import Rule
from sesshu.protection.retention.selectors import holds
from sesshu.protection.tenancy import acting_for

STEP = 200
RECEIPT = "sesshu-erasure+jws"
Tell = Callable[[int, int], None]


def execute(municipality: str, pk: int, *, tell: Tell = lambda done, total: None) -> ErasureRun:
    """Erase what an approved run lists; not to be called inside a transaction.

    Each subject is asked after once more: whose period no longer is over (a death that was corrected) or
    who is held since then is kept. Called again after a kill it goes on where it was.
    """
    with acting_for(municipality):
        run = ErasureRun.objects.get(pk=pk)
        total = run.items.exclude(state=ItemState.EXCLUDED).count()
    if run.state == RunState.DONE:
        return run
    assert run.state == RunState.APPROVED, run.state
    rule, done = rules.rule(run.rule), 0
    while step := _next(municipality, run):
        _erase(municipality, run, rule, step)
        done += len(step)
        tell(done, total)
    return _finish(municipality, pk)


def _next(municipality: str, run: ErasureRun) -> list[ErasureItem]:
    with acting_for(municipality):
        return list(run.items.filter(state=ItemState.LISTED).order_by("subject")[:STEP])


def _erase(municipality: str, run: ErasureRun, rule: Rule, step: list[ErasureItem]) -> None:
    subjects = [item.subject for item in step]
    with acting_for(municipality):
        held = set(holds(rule.code).filter(subject__in=subjects).values_list("subject", flat=True))
        still = {each.subject for each in rule.due(clock.today(), subjects)} - held
    if rule.outside and still:
        rule.outside(municipality, sorted(still))
    with acting_for(municipality):
        for item in step:
            gone = item.subject in still
            if gone:
                _erase_one(run, rule, item)
            item.state = ItemState.ERASED if gone else ItemState.KEPT
            item.save(update_fields=["state"])
        audit.record(
            "retention.erase",
            by=run.decided_by,
            subjects=sorted(still),
            detail={"run": run.pk, "rule": rule.code},
        )


def _erase_one(run: ErasureRun, rule: Rule, item: ErasureItem) -> None:
    rows = dict(rule.erase([item.subject]))
    ErasureRecord.objects.create(
        run=run, rule=rule.code, subject=item.subject, since=item.since, rows=rows, erased_at=clock.now()
    )


def _finish(municipality: str, pk: int) -> ErasureRun:
    with acting_for(municipality):
        run = ErasureRun.objects.select_for_update(of=("self",)).get(pk=pk)
        run.state, run.finished_at = RunState.DONE, clock.now()
        event = audit.record(
            "retention.done",
            by=run.decided_by,
            count=run.records.count(),
            detail={"run": run.pk, "rule": run.rule},
        )
        run.receipt = signing.signed(_statement(run, event.pk), typ=RECEIPT)
        run.save()
    return run


def _statement(run: ErasureRun, event: int) -> dict[str, object]:
    rule = rules.rule(run.rule)
    rows: dict[str, int] = {}
    for record in run.records.all().iterator():
        for table, count in record.rows.items():
            rows[table] = rows.get(table, 0) + count
    return {
        "municipality": run.municipality_code,
        "run": run.pk,
        "rule": rule.code,
        "basis": rule.basis,
        "on": run.on.isoformat(),
        "subjects": run.records.count(),
        "rows": rows,
        "requested_by": _login(run.asked_by),
        "requested_at": run.asked_at.isoformat(),
        "approved_by": _login(run.decided_by),
        "approved_at": run.decided_at.isoformat() if run.decided_at else "",
        "completed_at": run.finished_at.isoformat() if run.finished_at else "",
        "method": "NIST SP 800-88 Rev. 2: rows deleted; keys of Individual Numbers destroyed where held",
        "proof": f"audit:{event}",
    }


def _login(account: Account | None) -> str:
    return account.login if account else ""
