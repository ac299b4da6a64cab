"""照会の一覧: what was asked of whom, and where it stands. No content: that is the city's alone."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from sesshu.intermediate import network_copies
from sesshu.intermediate.choices import InquiryState, OutboxKind
from sesshu.intermediate.models import Inquiry, Outbox
from sesshu.intermediate.staff import forms, naming
from sesshu.protection import acts, audit
from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current

_PER_PAGE = 50
_OPEN = (InquiryState.ACCEPTED, InquiryState.PERMITTED)


@require_GET
@requires(Action.INTERMEDIATE_INQUIRIES)
def listing(request: HttpRequest) -> HttpResponse:
    form = forms.InquiryFilter(request.GET)
    context: dict[str, Any] = {"form": form, "asked": bool(request.GET)}
    if form.is_valid():
        page = Paginator(_found(form.cleaned_data), _PER_PAGE).get_page(request.GET.get("page"))
        rows = list(page.object_list)
        shown = _numbers(request, rows)
        audit.record(
            "intermediate.inquiry-list", by=account(request), subjects=sorted(shown),
            detail={"conditions": acts.coded(form.conditions()), "shown": len(rows)},
        )  # fmt: skip
        names = network_copies.names()
        lines = [
            (row, shown.get(row.person_id or 0), naming.institution(row.provider, names),
             naming.information(row.information, row.information_name))
            for row in rows
        ]  # fmt: skip
        context |= {"searched": True, "page": page, "lines": lines, "with_numbers": _may_see_numbers(request)}
    return render(request, "exchange/inquiries.html", context)


@require_GET
@requires(Action.INTERMEDIATE_INQUIRIES)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    inquiry = get_object_or_404(_own(), pk=pk)
    shown = _numbers(request, [inquiry])
    audit.record(
        "intermediate.inquiry-read", by=account(request), subjects=sorted(shown), detail={"inquiry": pk}
    )
    context = {
        "inquiry": inquiry,
        "number": shown.get(inquiry.person_id or 0),
        "provider": naming.institution(inquiry.provider),
        "information": naming.information(inquiry.information, inquiry.information_name),
        "unsent": Outbox.objects.filter(
            municipality_code=current(), kind=OutboxKind.PERMIT, key=inquiry.processing_number
        ).first(),
        "is_open": inquiry.state in _OPEN,
    }
    return render(request, "exchange/inquiry.html", context)


def _own() -> QuerySet[Inquiry]:
    held = Inquiry.objects.filter(municipality_code=current()).select_related("person", "batch")
    return held.defer("sealed_answer")


def _found(asked: dict[str, Any]) -> QuerySet[Inquiry]:
    found = _own().order_by("-asked_at", "-pk")
    if asked["state"] == forms.OPEN:
        found = found.filter(state__in=_OPEN)
    elif asked["state"]:
        found = found.filter(state=asked["state"])
    if asked["institution"]:
        found = found.filter(provider=asked["institution"])
    if asked["number"]:
        found = found.filter(Q(processing_number=asked["number"]) | Q(reference=asked["number"]))
    if asked["since"]:
        found = found.filter(asked_at__gte=forms.beginning(asked["since"]))
    return found.filter(asked_at__lt=forms.end(asked["until"])) if asked["until"] else found


def _may_see_numbers(request: HttpRequest) -> bool:
    return account(request).may(Action.INTERMEDIATE_PERSONS)


def _numbers(request: HttpRequest, rows: list[Inquiry]) -> dict[int, str]:
    return naming.numbers_for(account(request), (row.person for row in rows))
