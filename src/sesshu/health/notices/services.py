"""Commands on single documents: issue at the counter, cancel, mark as returned by the post (H10)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from sesshu.addressees.models import Addressee
from sesshu.addressees.selectors import is_protected
from sesshu.health.eligibility import selectors as eligibility
from sesshu.health.notices import numbering
from sesshu.health.notices.models import Issue, IssueReason, IssueState, NoticeKind, PrintRun, RunState
from sesshu.kernel import dates
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current
from sesshu.schedule import ProgrammeStatus


class NotAllowed(ValueError):
    """The document cannot be issued or changed so; the message says why."""


@transaction.atomic
def issue_at_counter(
    *, addressee_id: int, programme: str, identity_document: str, by: Account | None, at: datetime
) -> Issue:
    """Issue one person's 予診票 after an identity check; a former one for the same dose is cancelled.

    :raises NotAllowed: when the programme's next dose is not to be given today.
    """
    today = at.date()
    status = _due(addressee_id, programme, today)
    former = Issue.objects.select_for_update().filter(
        municipality_code=current(),
        addressee_id=addressee_id,
        programme=programme,
        kind=NoticeKind.QUESTIONNAIRE,
        state=IssueState.ISSUED,
        dose_number=status.next_dose,
    )
    former = former.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today))
    again = former.update(
        state=IssueState.CANCELLED, closed_at=at, closed_by=by, closing_reason="窓口で再発行"
    )
    issued = Issue.objects.create(
        addressee_id=addressee_id,
        kind=NoticeKind.QUESTIONNAIRE,
        code=numbering.take(1)[0],
        programme=programme,
        dose_number=status.next_dose,
        dose_label=status.next_label or "",
        fiscal_year=dates.fiscal_year(today),
        reason=IssueReason.REISSUE if again else IssueReason.COUNTER,
        issued_on=today,
        valid_to=status.eligible_to,
        identity_document=identity_document,
        issued_by=by,
        recorded_at=at,
    )
    audit.record(
        "notices.issue", by=by, subjects=[addressee_id], purpose="counter", detail={"issue": issued.pk}
    )
    return issued


def _due(addressee_id: int, programme: str, today: date) -> ProgrammeStatus:
    found = eligibility.status_of(addressee_id, today).programmes
    status = next((one for one in found if one.programme == programme), None)
    if status is None:
        raise NotAllowed("この接種種類はありません。")
    if status.status != "eligible":
        why = "、".join(reason.text for reason in status.reasons)
        raise NotAllowed(f"今日は接種の対象ではないため、予診票を発行できません。{why}")
    return status


@transaction.atomic
def cancel(*, issue: Issue, reason: str, by: Account | None, at: datetime) -> None:
    """Take back a document; its number is no longer good."""
    _close(issue, IssueState.CANCELLED, reason, by=by, at=at)


@transaction.atomic
def mark_returned(*, issue: Issue, by: Account | None, at: datetime, reason: str = "宛先不明") -> None:
    """The post brought the letter back (返戻); the person is left out of reminders until written to again."""
    _close(issue, IssueState.RETURNED, reason, by=by, at=at)


def _close(issue: Issue, state: IssueState, reason: str, *, by: Account | None, at: datetime) -> None:
    locked = Issue.objects.select_for_update().get(municipality_code=current(), pk=issue.pk)
    if locked.state != IssueState.ISSUED:
        raise NotAllowed(f"この通知は「{locked.get_state_display()}」のため、変更できません。")
    if not reason.strip():
        raise NotAllowed("理由を入力してください。")
    locked.state, locked.closed_at, locked.closed_by, locked.closing_reason = state, at, by, reason
    locked.save()
    audit.record(f"notices.{state}", by=by, subjects=[locked.addressee_id], detail={"issue": locked.pk})


@transaction.atomic
def cancel_run(*, run: PrintRun, reason: str, by: Account | None, at: datetime) -> int:
    """Before the post: all of a run's documents are taken back, so that they can be extracted again."""
    issues = Issue.objects.filter(municipality_code=current(), run=run, state=IssueState.ISSUED)
    persons = list(issues.values_list("addressee_id", flat=True))
    issues.update(state=IssueState.CANCELLED, closed_at=at, closed_by=by, closing_reason=reason)
    run.state = RunState.CANCELLED
    run.save(update_fields=["state"])
    audit.record("notices.cancel-run", by=by, subjects=persons, detail={"run": run.pk})
    return len(persons)


def may_show_address(person: Addressee) -> bool:
    """Whether the person's address may be printed on a document handed out at the counter."""
    return not is_protected([person.pk])
