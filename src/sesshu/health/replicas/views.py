"""The screens of 副本 upkeep: what waits, what was refused and why; a person's flags."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.addressees import selectors as addressees
from sesshu.addressees.models import Addressee
from sesshu.health.replicas import flags, selectors, upkeep
from sesshu.health.replicas.forms import FlagsForm
from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.actions import Action, requires
from sesshu.protection.cases import opens_person
from sesshu.protection.purposes import Purpose
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current

_SHOWN = 100
_TABS = {"refused": "受け付けられなかったもの", "waiting": "送信待ち", "sent": "送信済み"}


@require_GET
@requires(Action.EXCHANGE_FLAGS)
def outbox(request: HttpRequest) -> HttpResponse:
    """How ledger and 副本 stand, and the entries of the outbox."""
    view = request.GET.get("view", "")
    view = view if view in _TABS else "refused"
    page = Paginator(selectors.entries(view), _SHOWN).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    audit.record("replica.list", by=account(request), subjects=sorted({row.addressee_id for row in rows}))
    counts = selectors.counts()
    context = {
        "standing": upkeep.standing(),
        "tabs": [
            {"label": label, "url": f"?view={name}", "count": counts[name], "current": name == view}
            for name, label in _TABS.items()
        ],
        "rows": rows,
        "page": page,
        "view": view,
        "reasons": selectors.reasons() if view == "refused" else [],
    }
    return render(request, "replicas/outbox.html", context)


@require_POST
@requires(Action.EXCHANGE_FLAGS)
def retry(request: HttpRequest) -> HttpResponse:
    """Send again all that was refused."""
    count = upkeep.retry_refused(by=account(request))
    messages.success(request, f"{count:,}件を送信待ちに戻しました。1分ほどで送ります。")
    return redirect("replicas:outbox")


@require_http_methods(["GET", "POST"])
@requires(Action.EXCHANGE_FLAGS)
@opens_person(task=Purpose.EXCHANGE)
def person_flags(request: HttpRequest, pk: int) -> HttpResponse:
    """自動応答不可 and 不開示 of a person."""
    addressee = get_object_or_404(Addressee, municipality_code=current(), pk=pk)
    held = flags.flags_of(pk)
    form = FlagsForm(request.POST if request.method == "POST" else None, initial=_initial(held))
    if form.is_valid():
        flags.set_flags(
            addressee=addressee,
            no_auto_reply=form.cleaned_data["no_auto_reply"],
            nondisclosure=form.cleaned_data["nondisclosure"],
            reason=form.cleaned_data["reason"],
            by=account(request),
            at=clock.now(),
            today=clock.today(),
        )
        messages.success(request, "提供の設定を保存しました。1分ほどで中間サーバーへ送ります。")
        return redirect(reverse("replicas:flags", args=[pk]))
    context = {
        "person": addressees.person(pk, by=account(request), purpose="提供の設定"),
        "held": held,
        "form": form,
    }
    return render(request, "replicas/flags.html", context)


def _initial(held: flags.Flags) -> dict[str, Any]:
    row = held.row
    return {
        "no_auto_reply": bool(row and row.no_auto_reply),
        "nondisclosure": bool(row and row.nondisclosure),
    }
