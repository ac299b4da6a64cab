"""システム管理 (M10): how the server does, batches, statistics, notices, deletion. No person in any of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from sesshu.intermediate import expiring, state
from sesshu.intermediate.choices import OutboxKind
from sesshu.intermediate.models import Correspondent, ExpiryRun
from sesshu.intermediate.staff import figures, forms
from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current

_SHOWN = 50


@require_GET
@requires(Action.INTERMEDIATE_STATE)
def overview(request: HttpRequest) -> HttpResponse:
    peers = Correspondent.objects.filter(municipality_code=current()).order_by("-failures", "peer")
    counts = state.outbox_counts()
    context = {
        "late": state.late_count(),
        "waiting": figures.waiting(),
        "outbox": [(kind.label, counts.get(kind.value, 0)) for kind in OutboxKind],
        "peers": list(peers[:_SHOWN]),
    }
    return _rendered(request, "system", context)


@require_GET
@requires(Action.INTERMEDIATE_STATE)
def batches(request: HttpRequest) -> HttpResponse:
    context = {"registrations": state.registrations()[:_SHOWN], "files": state.inquiry_files()[:_SHOWN]}
    return _rendered(request, "batches", context)


@require_GET
@requires(Action.INTERMEDIATE_STATE)
def statistics(request: HttpRequest) -> HttpResponse:
    return _rendered(request, "statistics", {"table": figures.by_month()})


@require_GET
@requires(Action.INTERMEDIATE_STATE)
def notices(request: HttpRequest) -> HttpResponse:
    return _notices(request, forms.NoticeForm(initial={"starts_on": clock.today()}))


@require_POST
@requires(Action.INTERMEDIATE_OPERATE)
def post_notice(request: HttpRequest) -> HttpResponse:
    form = forms.NoticeForm(request.POST)
    if not form.is_valid():
        return _notices(request, form)
    said = form.cleaned_data
    starts, ends = forms.beginning(said["starts_on"]), forms.end(said["ends_on"])
    assert starts is not None
    assert ends is not None
    state.post_notice(text=said["text"], starts_at=starts, ends_at=ends, by=account(request))
    messages.success(request, "お知らせを登録しました。期間中、職員の最初の画面に表示します。")
    return redirect("exchange:notices")


@require_POST
@requires(Action.INTERMEDIATE_OPERATE)
def end_notice(request: HttpRequest, pk: int) -> HttpResponse:
    notice = get_object_or_404(state.all_notices(), pk=pk)
    state.end_notice(notice, by=account(request))
    messages.success(request, "お知らせの表示を終えました。")
    return redirect("exchange:notices")


@require_GET
@requires(Action.INTERMEDIATE_STATE)
def expiry(request: HttpRequest) -> HttpResponse:
    runs = ExpiryRun.objects.filter(municipality_code=current()).order_by("-pk")[:_SHOWN]
    return _rendered(request, "expiry", {"runs": runs, "periods": figures.PERIODS})


@require_POST
@requires(Action.INTERMEDIATE_OPERATE, fresh=True)
def delete_expired(request: HttpRequest) -> HttpResponse:
    run = expiring.delete_expired(by=account(request))
    total = run.records + run.inquiries + run.provisions + run.acquisitions + run.replicas
    told = f"{total:,}件を削除しました。" if total else "保存期間を過ぎた情報はありませんでした。"
    messages.success(request, told)
    return redirect("exchange:expiry")


def _notices(request: HttpRequest, form: forms.NoticeForm) -> HttpResponse:
    at = clock.now()
    lines = [
        (notice, _when(notice.starts_at <= at, notice.ends_at > at), notice.ends_at > at)
        for notice in state.all_notices()[:_SHOWN]
    ]
    status = 400 if form.errors else 200
    return _rendered(request, "notices", {"form": form, "lines": lines}, status=status)


def _when(begun: bool, goes_on: bool) -> str:
    if not goes_on:
        return "終了"
    return "表示中" if begun else "予定"


def _rendered(request: HttpRequest, part: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    audit.record("intermediate.system-read", by=account(request), count=0, detail={"part": part})
    context |= {"tabs": _tabs(part), "may_operate": account(request).may(Action.INTERMEDIATE_OPERATE)}
    return render(request, f"exchange/{part}.html", context, status=status)


def _tabs(part: str) -> list[dict[str, Any]]:
    pages = (
        ("system", "稼動状況"), ("batches", "バッチ"), ("statistics", "統計"), ("notices", "お知らせ"),
        ("expiry", "保存期間の削除"),
    )  # fmt: skip
    return [
        {"label": label, "url": reverse(f"exchange:{name}"), "current": name == part, "count": None}
        for name, label in pages
    ]
