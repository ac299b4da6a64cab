"""For administrators: recovery by two, locks, and what was refused with ids of nobody."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.protection import audit
from sesshu.protection.actions import Action, requires
from sesshu.protection.sign_in import recovering, selectors, services
from sesshu.protection.sign_in.choices import CheckMethod, RecoveryState
from sesshu.protection.sign_in.forms import RecoveryForm
from sesshu.protection.signed_in import account


@require_GET
@requires(Action.FACTORS_RECOVER)
def recoveries(request: HttpRequest) -> HttpResponse:
    """The city's requests, the newest first."""
    rows = [(row, recovering.is_overdue(row)) for row in selectors.recoveries()[: selectors.SHOWN]]
    return render(request, "sign_in/recoveries.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@requires(Action.FACTORS_RECOVER, fresh=True)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a recovery, with the record of how the person was identified."""
    me = account(request)
    form = RecoveryForm(request.POST or None, staff=selectors.staff_of(me))
    if form.is_valid():
        given = form.cleaned_data
        try:
            recovering.request(
                account=given["account"], method=CheckMethod(given["method"]), note=given["note"], by=me
            )
            messages.success(request, "申請しました。別の管理者が承認すると、登録コードが表示されます。")
            return redirect("sign_in:recoveries")
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "sign_in/recovery_form.html", {"form": form})


@require_GET
@requires(Action.FACTORS_RECOVER)
def recovery(request: HttpRequest, pk: int) -> HttpResponse:
    """One request, with what this administrator may do about it."""
    row = get_object_or_404(selectors.recoveries(), pk=pk)
    me, overdue = account(request).pk, recovering.is_overdue(row)
    waits = row.state == RecoveryState.ASKED
    context = {
        "row": row,
        "overdue": overdue,
        "may_approve": waits and not overdue and me not in (row.requested_by_id, row.account_id),
        "may_refuse": waits and me != row.account_id,
        "own": me == row.requested_by_id,
    }
    return render(request, "sign_in/recovery.html", context)


@never_cache
@require_POST
@requires(Action.FACTORS_RECOVER, fresh=True)
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve; the answer shows the code, this once."""
    row = get_object_or_404(selectors.recoveries(), pk=pk)
    try:
        row, code = recovering.approve(recovery=row, by=account(request))
    except services.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("sign_in:recovery", pk=pk)
    return render(request, "sign_in/code.html", {"row": row, "code": code, "ticket": row.ticket})


@require_POST
@requires(Action.FACTORS_RECOVER)
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a request back, or withdraw one's own."""
    row = get_object_or_404(selectors.recoveries(), pk=pk)
    try:
        recovering.refuse(recovery=row, by=account(request))
        messages.success(request, "申請を終わらせました。利用者の登録は変わっていません。")
    except services.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("sign_in:recoveries")


@require_GET
@requires(Action.FACTORS_RECOVER)
def locks(request: HttpRequest) -> HttpResponse:
    """Who of the city is locked out now."""
    return render(request, "sign_in/locks.html", {"locked": selectors.locked(account(request))})


@require_POST
@requires(Action.FACTORS_RECOVER)
def unlock(request: HttpRequest) -> HttpResponse:
    """Let somebody try again at once."""
    me = account(request)
    found = [
        each.account for each in selectors.locked(me) if str(each.account.pk) == request.POST.get("account")
    ]
    for each in found:
        services.unlock(account=each, by=me)
        messages.success(request, f"{each.name}（{each.login}）は、すぐにサインインできます。")
    if not found:
        messages.info(request, "この利用者は停止中ではありません。")
    return redirect("sign_in:locks")


@require_GET
@requires(Action.AUDIT_READ)
def refusals(request: HttpRequest) -> HttpResponse:
    """Refused sign-ins with ids that belong to nobody: how many, from where, never what was typed."""
    rows = selectors.strays()
    audit.record("sign-in.refusals", by=account(request), detail={"rows": len(rows)})
    return render(request, "sign_in/refusals.html", {"rows": rows})
