"""副本の登録状況 (M13, control 55) and 照会許可用照合リスト (M11): what has come here, from whom and when."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from sesshu.intermediate import identity, network_copies, state
from sesshu.intermediate.models import ListCopy
from sesshu.intermediate.staff import naming
from sesshu.kernel import clock
from sesshu.protection import acts, audit
from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current
from sesshu.protocol import envelopes

_PER_PAGE = 50
_TROUBLE = (identity.NotSetUp, envelopes.BadEnvelope, network_copies.Stale)


@require_GET
@requires(Action.INTERMEDIATE_REPLICAS)
def listing(request: HttpRequest) -> HttpResponse:
    process = request.GET.get("process", "")[:60]
    found = state.registrations()
    page = Paginator(found.filter(process=process) if process else found, _PER_PAGE).get_page(
        request.GET.get("page")
    )
    rows = list(page.object_list)
    audit.record(
        "intermediate.registration-list", by=account(request), count=0,
        detail={"conditions": acts.coded({"process": process}), "shown": len(rows)},
    )  # fmt: skip
    lines = [(row, [naming.information(code) for code in row.information]) for row in rows]
    return render(request, "exchange/registrations.html", {"page": page, "lines": lines, "process": process})


@require_GET
@requires(Action.INTERMEDIATE_REPLICAS)
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    manifest = get_object_or_404(state.registrations(), pk=pk)
    audit.record("intermediate.registration-read", by=account(request), count=0, detail={"manifest": str(pk)})
    kinds = [naming.information(code) for code in manifest.information]
    return render(request, "exchange/registration.html", {"manifest": manifest, "kinds": kinds})


@require_GET
@requires(Action.INTERMEDIATE_LIST)
def lists(request: HttpRequest) -> HttpResponse:
    """The versions that have come; the highest is in use."""
    found = _lists()
    context: dict[str, Any] = {"lists": found, "newest": found[0] if found else None}
    return render(request, "exchange/lists.html", context)


@require_GET
@requires(Action.INTERMEDIATE_LIST)
def list_rows(request: HttpRequest, pk: int) -> HttpResponse:
    copy = get_object_or_404(ListCopy, municipality_code=current(), pk=pk)
    audit.record("intermediate.list-read", by=account(request), count=0, detail={"version": copy.version})
    context: dict[str, Any] = {"copy": copy, "today": clock.today(), "newest": _lists()[0].pk == copy.pk}
    try:
        rows = network_copies.rows_of(copy)
    except _TROUBLE:
        return render(request, "exchange/list.html", context | {"unreadable": True})
    lines = [(row, "、".join(naming.item(name) for name in row.fields)) for row in rows]
    return render(request, "exchange/list.html", context | {"lines": lines})


def _lists() -> list[ListCopy]:
    held = ListCopy.objects.filter(municipality_code=current()).defer("token")
    return list(held.order_by("-version"))
