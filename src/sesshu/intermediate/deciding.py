"""自動応答不可 (M12, control 53): a person looks at what would be provided and decides."""

from __future__ import annotations

from typing import Any

from sesshu.intermediate import answering, outbox, recording, replicas
from sesshu.intermediate.choices import Event, ProvisionState
from sesshu.intermediate.models import Provision
from sesshu.intermediate.sealing import cabinet
from sesshu.kernel import clock
from sesshu.protection import audit, tenancy
from sesshu.protection.models import Account
from sesshu.protocol.refusals import Refusal


class NotWaiting(ValueError):
    """Somebody else has decided, or the time is over; the message says so in Japanese."""


def preview(provision: Provision, *, by: Account) -> list[dict[str, Any]]:
    """What would be provided now; looking at it is logged."""
    held = replicas.contents([(provision.person_id, provision.information)], cabinet())
    _record("preview", provision, by)
    return answering.shown(provision, held.get((provision.person_id, provision.information), []))


def approve(provision: Provision, by: Account) -> Provision:
    """Let it be answered from the 副本 as it is at that moment. :raises NotWaiting: when it does not wait."""
    held = _waiting(provision)
    held.state, held.decided_at, held.decided_by = ProvisionState.RECEIVED, clock.now(), by
    held.save(update_fields=["state", "decided_at", "decided_by"])
    _record("approve", held, by)
    outbox.wake()
    return held


def withhold(provision: Provision, by: Account, reason: str) -> Provision:
    """Provide nothing; the inquirer is told that it was withheld, and not why.

    :raises NotWaiting: when it does not wait. :raises ValueError: without a reason.
    """
    if not reason.strip():
        raise ValueError("提供しない理由を入力してください。")
    held = _waiting(provision)
    held.state, held.refusal = ProvisionState.ANSWERED, Refusal.WITHHELD
    held.decided_at, held.decided_by, held.decision_reason = clock.now(), by, reason.strip()[:200]
    held.answered_at = clock.now()
    held.save(
        update_fields=["state", "refusal", "decided_at", "decided_by", "decision_reason", "answered_at"]
    )
    answering.say_no([held], cabinet())
    recording.write([recording.of_provision(held, Event.REFUSED, actor=by.login[:60])])
    _record("withhold", held, by)
    return held


def _waiting(provision: Provision) -> Provision:
    held = (
        Provision.objects.select_for_update(of=("self",))
        .select_related("person")
        .get(municipality_code=tenancy.current(), pk=provision.pk)
    )
    if held.state != ProvisionState.WAITING:
        raise NotWaiting(
            f"この提供は確認待ちではありません(状態: {ProvisionState(held.state).label})。"
            "一覧を開き直して、今の状態を確かめてください。"
        )
    if held.answer_by <= clock.now():
        raise NotWaiting("回答期限を過ぎているため、提供できません。照会元には期限切れとして記録されます。")
    return held


def _record(act: str, provision: Provision, by: Account) -> None:
    audit.record(
        f"intermediate.{act}",
        by=by,
        subjects=[] if provision.person_id is None else [provision.person_id],
        detail={"provision": str(provision.pk)},
    )
