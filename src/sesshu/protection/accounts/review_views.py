"""The review of ids and rights on the screen: start, confirm or withdraw one by one, sign off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.kernel import clock
from sesshu.protection import programmes
from sesshu.protection.accounts import defining, review
from sesshu.protection.accounts.asking import NotAllowed
from sesshu.protection.accounts.choices import Decision
from sesshu.protection.accounts.forms import CampaignForm
from sesshu.protection.accounts.models import Campaign, ReviewItem
from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current


@require_http_methods(["GET", "POST"])
@requires(Action.ACCOUNTS_REVIEW)
def campaigns(request: HttpRequest) -> HttpResponse:
    form = CampaignForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = review.start(**form.cleaned_data, by=account(request))
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "棚卸しを始めました。")
            return redirect("accounts:review", pk=made.pk)
    context = {"form": form, "campaigns": review.campaigns(), "running": review.running()}
    return render(request, "accounts/reviews.html", context | {"today": clock.today()})


@require_GET
@requires(Action.ACCOUNTS_REVIEW)
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """The report, and while the review runs the list to work through, section by section."""
    found = _campaign(pk)
    section = request.GET.get("section")
    items = review.items(found, section=section)
    labels = defining.labels()
    rows = [
        {
            "item": item,
            "role": labels.get(item.grant.role, item.grant.role),
            "scope": programmes.names(item.grant.programmes),
            "own": item.grant.account_id == account(request).pk,
        }
        for item in items
    ]
    context = {"found": found, "rows": rows, "tabs": _tabs(found, section), "section": section}
    overdue = found.signed_at is None and found.deadline < clock.today()
    return render(request, "accounts/review.html", context | {"overdue": overdue, "today": clock.today()})


def _tabs(found: Campaign, section: str | None) -> list[dict[str, Any]]:
    address = reverse("accounts:review", args=[found.pk])
    counted = (
        ReviewItem.objects.filter(municipality_code=current(), campaign=found)
        .values("section")
        .annotate(open=Count("pk", filter=Q(decision=Decision.OPEN)))
        .order_by("section")
    )
    tabs = [{"label": "すべて", "url": address, "current": section is None, "count": None}]
    return tabs + [
        {
            "label": row["section"] or "（所属なし）",
            "url": f"{address}?{urlencode({'section': row['section']})}",
            "current": section == row["section"],
            "count": row["open"],
        }
        for row in counted
    ]


@require_POST
@requires(Action.ACCOUNTS_REVIEW)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(ReviewItem, municipality_code=current(), pk=pk)
    reason, by = request.POST.get("reason", ""), account(request)
    try:
        if "keep" in request.POST:
            review.keep(item, by=by, note=reason)
        else:
            review.end(item, by=by, reason=reason)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    back = reverse("accounts:review", args=[item.campaign_id])
    section = request.POST.get("section")
    return redirect(f"{back}?{urlencode({'section': section})}#item-{pk}" if section else f"{back}#item-{pk}")


@require_POST
@requires(Action.ACCOUNTS_REVIEW)
def sign_off(request: HttpRequest, pk: int) -> HttpResponse:
    found = _campaign(pk)
    try:
        ended = review.sign_off(found, by=account(request), note=request.POST.get("note", ""))
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, f"棚卸しを締めました。期限までに確認されなかった権限{ended}件を取り消しました。"
        )
    return redirect("accounts:review", pk=pk)


def _campaign(pk: int) -> Campaign:
    return get_object_or_404(review.campaigns(), pk=pk)
