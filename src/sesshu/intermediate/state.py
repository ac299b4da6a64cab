"""システム管理 (SYM, M10): how the server does, what is under way, what it was used for."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth

from sesshu.intermediate import callers, network_copies
from sesshu.intermediate.callers import Caller
from sesshu.intermediate.choices import AcquisitionState, InquiryState, ProvisionState
from sesshu.intermediate.models import (
    Acquisition,
    Correspondent,
    ExpiryRun,
    Inquiry,
    InquiryBatch,
    Manifest,
    Notice,
    Outbox,
    Provision,
    Record,
)
from sesshu.kernel import clock
from sesshu.kernel.dates import months_after
from sesshu.protection import audit, tenancy
from sesshu.protection.models import Account

_SHOWN = 20
_MONTHS = 12
_LATE = timedelta(minutes=10)


def overview(*, by: Caller) -> dict[str, Any]:
    """All of it at once, for machines and the command line; no person in it."""
    callers.record("state", by)
    listing = network_copies.permission_list()
    return {
        "state": "running" if not _late() else "late",
        "list_version": None if listing is None else listing.version,
        "institutions": len(network_copies.directory()),
        "waiting": waiting_counts(),
        "outbox": outbox_counts(),
        "peers": list(_own(Correspondent).values("peer", "failures", "retry_at", "last_error", "reached_at")),
        "registrations": list(registrations().values(*_MANIFEST)[:_SHOWN]),
        "inquiry_files": list(inquiry_files().values(*_FILE)[:_SHOWN]),
        "use": statistics(),
        "notices": list(notices().values("text", "starts_at", "ends_at")),
        "expiry": _own(ExpiryRun).order_by("-id").values("at", "records", "inquiries", "provisions").first(),
    }


_MANIFEST = (
    "id", "process", "source", "state", "started_at", "ended_at", "lines", "stored", "withdrawn", "known",
    "refused",
)  # fmt: skip
_FILE = ("id", "state", "started_at", "ended_at", "lines", "accepted", "refused")


def waiting_counts() -> dict[str, int]:
    """How many acquisitions of 符号, inquiries and provisions stand where, of those not at their end."""
    inquiries = _own(Inquiry).filter(state__in=(InquiryState.ACCEPTED, InquiryState.PERMITTED))
    provisions = _own(Provision).filter(
        state__in=(ProvisionState.RECEIVED, ProvisionState.WAITING, ProvisionState.ANSWERED)
    )
    codes = _own(Acquisition).filter(state=AcquisitionState.ASKED).count()
    counted = {"codes": codes} if codes else {}
    for name, rows in (("inquiry", inquiries), ("provision", provisions)):
        for row in rows.values("state").annotate(count=Count("id")).order_by("state"):
            counted[f"{name}_{row['state']}"] = row["count"]
    return counted


def outbox_counts() -> dict[str, int]:
    """Messages not acknowledged, by kind."""
    rows = _own(Outbox).values("kind").annotate(count=Count("id")).order_by("kind")
    return {row["kind"]: row["count"] for row in rows}


def registrations() -> QuerySet[Manifest]:
    """Registrations of the 副本, newest first (M13)."""
    return Manifest.objects.filter(municipality_code=tenancy.current()).order_by("-started_at")


def inquiry_files() -> QuerySet[InquiryBatch]:
    """Files of inquiries, newest first."""
    return InquiryBatch.objects.filter(municipality_code=tenancy.current()).order_by("-started_at")


def statistics(since: datetime | None = None) -> list[dict[str, Any]]:
    """Use by month, side and event; of this month and the twelve before it unless told otherwise."""
    rows = _own(Record).filter(at__gte=since or _first_month())
    counted = rows.annotate(month=TruncMonth("at")).values("month", "side", "event")
    return [
        {"month": f"{row['month']:%Y-%m}", "side": row["side"], "event": row["event"], "count": row["count"]}
        for row in counted.annotate(count=Count("id")).order_by("-month", "side", "event")
    ]


def _first_month() -> datetime:
    """Its beginning in Japan: a month that is shown is shown whole."""
    first = months_after(clock.today().replace(day=1), -_MONTHS)
    return datetime.combine(first, time(), clock.TOKYO)


def notices() -> QuerySet[Notice]:
    """運用のお知らせ that are to be shown now."""
    at = clock.now()
    return all_notices().filter(starts_at__lte=at, ends_at__gt=at)


def all_notices() -> QuerySet[Notice]:
    """Those of any time, the newest first."""
    return Notice.objects.filter(municipality_code=tenancy.current()).order_by("-starts_at", "-pk")


def post_notice(*, text: str, starts_at: datetime, ends_at: datetime, by: Account | None) -> Notice:
    """:raises ValueError: without a text, or when it ends before it begins."""
    if not text.strip() or ends_at <= starts_at:
        raise ValueError("お知らせの内容と、表示開始より後の表示終了を入力してください。")
    notice = Notice.objects.create(
        text=text.strip()[:500],
        starts_at=starts_at,
        ends_at=ends_at,
        posted_by=by.login[:60] if by else "command-line",
    )
    audit.record("intermediate.notice", by=by, detail={"notice": notice.pk})
    return notice


def end_notice(notice: Notice, *, by: Account) -> None:
    """Show it no longer; it stays on the list."""
    notice.ends_at = min(notice.ends_at, clock.now())
    notice.save(update_fields=["ends_at"])
    audit.record("intermediate.notice-ended", by=by, count=0, detail={"notice": notice.pk})


def late_count() -> int:
    """Messages that could not be delivered for ten minutes."""
    return int(_own(Outbox).filter(made_at__lt=clock.now() - _LATE).count())


def _late() -> bool:
    return bool(_own(Outbox).filter(made_at__lt=clock.now() - _LATE).exists())


def _own(model: Any) -> Any:
    return model.objects.filter(municipality_code=tenancy.current())
