"""What a clerk decides about an answer's records."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from sesshu.health.inquiries import deciding
from sesshu.health.inquiries.deciding import NotDecided
from sesshu.health.inquiries.forms import DecisionForm
from sesshu.health.inquiries.models import Inquiry, Received
from sesshu.health.ledger.services import EntryRefused
from sesshu.kernel import clock
from sesshu.protection.actions import Action, requires
from sesshu.protection.models import Account
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current

_DONE = {
    "take": "台帳に登録しました。",
    "same": "同じ記録として確認しました。",
    "correct": "台帳の記録を訂正しました。訂正前の記録は取消として残ります。",
    "leave": "登録しないことにしました。",
    "undo": "処理を取り消しました。",
}


@require_POST
@requires(Action.EXCHANGE_DECIDE)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """One record: into the ledger, the same as ours, ours corrected, left out, or the decision taken back."""
    received = get_object_or_404(
        Received.objects.select_related("inquiry"), municipality_code=current(), pk=pk
    )
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "決定を読み取れませんでした。ボタンを押し直してください。")
        return _back(received.inquiry_id)
    values = form.cleaned_data
    try:
        _act(received, values["decision"], values["reason"], values["vaccine"], account(request))
        messages.success(request, _DONE[values["decision"]])
    except (NotDecided, EntryRefused) as error:
        messages.error(request, str(error))
    return _back(received.inquiry_id)


def _act(received: Received, decision: str, reason: str, vaccine: str, by: Account) -> None:
    at = clock.now()
    if decision == "take":
        deciding.take(received, by=by, at=at, vaccine=vaccine, reason=reason)
    elif decision == "same":
        deciding.confirm_same(received, by=by, at=at)
    elif decision == "correct":
        deciding.correct_ours(received, reason=reason, by=by, at=at)
    elif decision == "leave":
        deciding.leave(received, reason=reason, by=by, at=at)
    else:
        deciding.undo(received, reason=reason, by=by, at=at)


@require_POST
@requires(Action.EXCHANGE_DECIDE)
def take_new(request: HttpRequest, pk: int) -> HttpResponse:
    """All new records at once."""
    inquiry = get_object_or_404(Inquiry, municipality_code=current(), pk=pk)
    try:
        count = deciding.take_all_new(inquiry, by=account(request), at=clock.now())
        messages.success(request, f"新しい記録{count}件を台帳に登録しました。")
    except (NotDecided, EntryRefused) as error:
        messages.error(request, str(error))
    return _back(pk)


def _back(inquiry_id: int) -> HttpResponse:
    return redirect("inquiries:detail", pk=inquiry_id)
