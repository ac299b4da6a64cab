"""Two persons look at a provision with 自動応答不可: one gives an opinion, another decides (control 53)."""

from __future__ import annotations

from django.db.models import QuerySet

from sesshu.intermediate import deciding
from sesshu.intermediate.choices import ProvisionState
from sesshu.intermediate.deciding import NotWaiting
from sesshu.intermediate.models import Opinion, Provision
from sesshu.kernel import clock
from sesshu.protection import audit, tenancy
from sesshu.protection.models import Account

_LONGEST = 200


class NotSeen(ValueError):
    """Another opinion than the one looked at is in force; the message says so in Japanese."""


class NotYours(ValueError):
    """The second look is another person's; the message says so in Japanese."""


def in_force(provision: Provision) -> Opinion | None:
    """The opinion that waits for its decision."""
    return _own(provision).filter(sent_back_at=None).select_related("given_by").first()


def history(provision: Provision) -> list[Opinion]:
    """All of them, the newest first."""
    return list(_own(provision).select_related("given_by", "sent_back_by").order_by("-id"))


def give(provision: Provision, *, provide: bool, reason: str, by: Account) -> Opinion:
    """Say whether it should be provided, for another person to decide.

    :raises NotWaiting: when it waits no more, or has an opinion. :raises ValueError: without a reason.
    """
    reason = _reason(reason, "そう考える理由を入力してください。")
    _locked(provision)
    if in_force(provision) is not None:
        raise NotWaiting("この提供は、ほかの人がすでに確かめて決定者に回しています。")
    opinion = Opinion.objects.create(
        provision=provision, provide=provide, reason=reason, given_by=by, given_at=clock.now()
    )
    _record("opinion", provision, by, provide=provide)
    return opinion


def decide(provision: Provision, *, seen: str, by: Account) -> Provision:
    """Do as the opinion says: approve, or withhold with its reason.

    :param seen: the id of the opinion that was on the screen, as it was posted.
    :raises NotWaiting: when nothing waits for a decision. :raises NotSeen: when another opinion is in force.
    :raises NotYours: for who gave the opinion.
    """
    opinion = _others(provision, seen, by)
    if opinion.provide:
        return deciding.approve(provision, by)
    return deciding.withhold(provision, by, opinion.reason)


def send_back(provision: Provision, *, seen: str, remark: str, by: Account) -> Opinion:
    """Have it looked at anew; raises as :func:`decide`. :raises ValueError: without a remark."""
    remark = _reason(remark, "差し戻す理由を入力してください。")
    opinion = _others(provision, seen, by)
    opinion.sent_back_by, opinion.sent_back_at, opinion.remark = by, clock.now(), remark
    opinion.save(update_fields=["sent_back_by", "sent_back_at", "remark"])
    _record("sent-back", provision, by)
    return opinion


def _others(provision: Provision, seen: str, by: Account) -> Opinion:
    _locked(provision)
    opinion = in_force(provision)
    if opinion is None:
        raise NotWaiting("決定を待つ意見がありません。先に、情報連携担当が内容を確かめて意見を付けます。")
    if str(opinion.pk) != seen:
        raise NotSeen(
            "画面を開いた後に、意見が変わりました。何も決定していません。今の意見と内容をもう一度確かめてください。"
        )
    if opinion.given_by_id == by.pk:
        raise NotYours("自分が確かめた提供は、自分では決定できません。ほかの決定者に依頼してください。")
    return opinion


def _locked(provision: Provision) -> None:
    """:raises NotWaiting: it was decided meanwhile."""
    held = Provision.objects.select_for_update(of=("self",)).get(
        municipality_code=tenancy.current(), pk=provision.pk
    )
    if held.state != ProvisionState.WAITING:
        raise NotWaiting(
            f"この提供は確認待ちではありません（状態: {ProvisionState(held.state).label}）。"
            "一覧を開き直して、今の状態を確かめてください。"
        )


def _own(provision: Provision) -> QuerySet[Opinion]:
    return Opinion.objects.filter(municipality_code=tenancy.current(), provision=provision)


def _reason(text: str, missing: str) -> str:
    if not text.strip():
        raise ValueError(missing)
    return text.strip()[:_LONGEST]


def _record(act: str, provision: Provision, by: Account, **detail: bool) -> None:
    audit.record(
        f"intermediate.{act}",
        by=by,
        subjects=[] if provision.person_id is None else [provision.person_id],
        detail={"provision": str(provision.pk)} | detail,
    )
