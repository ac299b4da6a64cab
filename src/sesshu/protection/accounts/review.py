"""The periodic review (棚卸し) of ids and rights: what nobody confirms in time is locked (control 31)."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Q, QuerySet

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.accounts import defining, services, usage
from sesshu.protection.accounts.asking import NotAllowed
from sesshu.protection.accounts.choices import Decision
from sesshu.protection.accounts.models import Campaign, Grant, Profile, ReviewItem
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

REMIND_DAYS = 14  # before the deadline the card on the first page turns to a warning


def start(*, name: str, deadline: date, by: Account) -> Campaign:
    """Begin a review of every right that stands.

    :raises NotAllowed: without the right, while another review runs, or with a deadline in the past.
    """
    _may(by)
    if running() is not None:
        raise NotAllowed("終わっていない棚卸しがあります。先にその棚卸しを締めてください。")
    if deadline < clock.today() or not name.strip():
        raise NotAllowed("名称と、今日以降の期限を入力してください。")
    campaign = Campaign.objects.create(
        name=name.strip(), deadline=deadline, started_by=by, started_at=clock.now()
    )
    count = len(ReviewItem.objects.bulk_create(_items(campaign)))
    audit.record("accounts.review.start", by=by, count=0, detail={"campaign": campaign.pk, "rights": count})
    return campaign


def _items(campaign: Campaign) -> list[ReviewItem]:
    standing = Grant.objects.filter(
        municipality_code=current(), withdrawn_at__isnull=True, account__is_active=True
    ).exclude(ends_on__lt=clock.today())
    grants = list(standing.select_related("account"))
    used = usage.uses(accounts={grant.account_id for grant in grants})
    sections = dict(Profile.objects.filter(municipality_code=current()).values_list("account_id", "section"))
    known = defining.definitions()
    return [
        ReviewItem(
            campaign=campaign,
            grant=grant,
            section=sections.get(grant.account_id, ""),
            last_used=usage.last_use(
                used.get(grant.account_id, {}), known[grant.role].actions if grant.role in known else ()
            ),
        )
        for grant in grants
    ]


def running() -> Campaign | None:
    """The review that is not signed off yet."""
    return campaigns().filter(signed_at__isnull=True).first()


def campaigns() -> QuerySet[Campaign]:
    """All reviews, newest first, with the counts of their items."""
    found = Campaign.objects.filter(municipality_code=current()).select_related("started_by", "signed_by")
    return found.annotate(
        rights=Count("items"),
        open=Count("items", filter=Q(items__decision=Decision.OPEN)),
        kept=Count("items", filter=Q(items__decision=Decision.KEPT)),
        withdrawn=Count("items", filter=Q(items__decision=Decision.WITHDRAWN)),
    ).order_by("-pk")


def items(campaign: Campaign, *, section: str | None = None, open_only: bool = False) -> QuerySet[ReviewItem]:
    """The rights of a review by section and account."""
    found = ReviewItem.objects.filter(municipality_code=current(), campaign=campaign)
    if section is not None:
        found = found.filter(section=section)
    if open_only:
        found = found.filter(decision=Decision.OPEN)
    return found.select_related("grant", "grant__account", "grant__contract", "decided_by").order_by(
        "section", "grant__account__name", "pk"
    )


def keep(item: ReviewItem, *, by: Account, note: str = "") -> None:
    """Confirm that the right is still needed; one that was locked as overdue counts again."""
    _decide(item, Decision.KEPT, by, note)


def end(item: ReviewItem, *, by: Account, reason: str) -> None:
    """Withdraw the right in the review. :raises NotAllowed: without a reason, or the last approver's."""
    held = _decide(item, Decision.WITHDRAWN, by, reason)
    if held.grant.withdrawn_at is None:
        services.withdraw(held.grant, reason=f"棚卸し：{reason.strip()}", by=by)


def _decide(item: ReviewItem, decision: Decision, by: Account, note: str) -> ReviewItem:
    _may(by)
    held = ReviewItem.objects.select_for_update(of=("self",)).select_related("grant__account", "campaign")
    found = held.get(pk=item.pk)
    if found.grant.account_id == by.pk:
        raise NotAllowed("自分の権限は自分で確かめられません。別の担当者に依頼してください。")
    if found.campaign.signed_at is not None:
        raise NotAllowed("この棚卸しは締めています。")
    if found.decision == Decision.WITHDRAWN:
        raise NotAllowed("取り消した権限です。必要なときは付与を申請してください。")
    if decision == Decision.WITHDRAWN and not note.strip():
        raise NotAllowed("取り消す理由を入力してください。")
    found.decision, found.decided_by, found.decided_at = decision, by, clock.now()
    found.note = note.strip()
    found.save()
    detail = {"campaign": found.campaign_id, "grant": found.grant_id}
    audit.record(f"accounts.review.{decision}", by=by, count=0, detail=detail)
    return found


def sign_off(campaign: Campaign, *, by: Account, note: str) -> int:
    """Close the review; what nobody confirmed is withdrawn for good. How many rights that were.

    :raises NotAllowed: before the deadline while something is unconfirmed, or without a finding.
    """
    _may(by)
    held = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if held.signed_at is not None:
        raise NotAllowed("この棚卸しは締めています。")
    if not note.strip():
        raise NotAllowed("所見を入力してください。")
    left = list(items(held, open_only=True))
    if left and held.deadline >= clock.today():
        raise NotAllowed(
            f"未確認の権限が{len(left)}件あります。期限までに確かめるか、期限の後に締めてください。"
        )
    for item in left:
        item.decision, item.note = Decision.WITHDRAWN, "期限までに確認されなかったため"
        item.decided_by, item.decided_at = by, clock.now()
        item.save()
        # Not by services.withdraw: a right locked so long already is nobody's last one.
        Grant.objects.filter(pk=item.grant_id, withdrawn_at__isnull=True).update(
            withdrawn_at=clock.now(), withdrawn_by=by, withdraw_reason=item.note
        )
    held.signed_by, held.signed_at, held.sign_note = by, clock.now(), note.strip()
    held.save()
    detail = {"campaign": held.pk, "unconfirmed": len(left)}
    audit.record("accounts.review.sign-off", by=by, count=0, detail=detail)
    return len(left)


def lock_overdue() -> int:
    """Note on reviews past their deadline that what is unconfirmed is locked. How many rights are.

    The lock itself needs no job: rights are read without what is overdue (:mod:`.holding`).
    """
    locked = 0
    for campaign in campaigns().filter(signed_at__isnull=True, locked_at__isnull=True):
        if campaign.deadline < clock.today():
            count = items(campaign, open_only=True).count()
            Campaign.objects.filter(pk=campaign.pk).update(locked_at=clock.now())
            detail = {"campaign": campaign.pk, "rights": count}
            audit.record("accounts.review.lock", by=None, count=0, detail=detail)
            locked += count
    return locked


def waiting_for(account: Account) -> int:
    """How many rights of the running review this account could still confirm."""
    campaign = running()
    if campaign is None:
        return 0
    return items(campaign, open_only=True).exclude(grant__account=account).count()


def _may(by: Account) -> None:
    if not by.may(Action.ACCOUNTS_REVIEW):
        raise NotAllowed("この操作をする権限がありません。")
