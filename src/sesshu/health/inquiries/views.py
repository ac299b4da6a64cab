"""The list of inquiries, and one inquiry with its answer beside the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from sesshu.addressees import selectors as addressees
from sesshu.health.inquiries import answer, selectors, watching
from sesshu.health.inquiries.choices import Closing, State, sentence_of, steps_after
from sesshu.health.inquiries.kinds import all_kinds, kind_of
from sesshu.health.inquiries.models import Inquiry
from sesshu.health.inquiries.selectors import VIEWS, Conditions, hidden_from
from sesshu.health.inquiries.services import told
from sesshu.kernel.masking import HIDDEN
from sesshu.protection import audit
from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account
from sesshu.protection.terminals.policies import may_handle_numbers

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Row:
    """An inquiry of a list; under a 支援措置 the place asked is hidden from who may not see it."""

    inquiry: Inquiry
    hides: bool
    provider: str
    title: str
    sentence: str


@require_http_methods(["GET", "POST"])
@requires(Action.EXCHANGE_DECIDE)
def inquiry_list(request: HttpRequest) -> HttpResponse:
    """All inquiries by their state. What one searches for is posted: no name stands in an address."""
    asked = request.POST if request.method == "POST" else request.GET
    view = asked.get("view", "")
    conditions = Conditions(
        view=view if view in VIEWS else "answered",
        kind=asked.get("kind", "") if kind_of(asked.get("kind", "")) else "",
        text=request.POST.get("q", "").strip()[:100],
    )
    page = Paginator(selectors.inquiries(conditions, by=account(request)), _SHOWN).get_page(asked.get("page"))
    found = list(page.object_list)
    audit.record("inquiry.list", by=account(request), subjects=selectors.subjects(found))
    counts = selectors.counts(conditions, by=account(request))
    context = {
        "rows": rows_of(request, found),
        "page": page,
        "conditions": conditions,
        "kinds": all_kinds(),
        "tabs": [
            {"label": label, "url": f"?view={name}&kind={conditions.kind}", "count": counts[name],
             "current": name == conditions.view}
            for name, (label, _) in VIEWS.items()
        ],
    }  # fmt: skip
    template = "inquiries/rows.html" if request.headers.get("HX-Request") else "inquiries/list.html"
    return render(request, template, context)


def rows_of(request: HttpRequest, found: list[Inquiry]) -> list[Row]:
    """The rows as this account may see them."""
    hidden = hidden_from(account(request), selectors.subjects(found))
    return [_row(inquiry, inquiry.addressee_id in hidden) for inquiry in found]


def _row(inquiry: Inquiry, hides: bool) -> Row:
    kind = kind_of(inquiry.kind)
    refused = inquiry.state in (State.REFUSED, State.FAILED)
    return Row(
        inquiry=inquiry,
        hides=hides,
        provider=HIDDEN if hides else inquiry.provider_name,
        title=kind.title if kind else inquiry.kind,
        sentence=sentence_of(inquiry.refusal, inquiry.message) if refused else "",
    )


@require_GET
@requires(Action.EXCHANGE_DECIDE)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One inquiry: its state, what to do after a refusal, or the answer beside the ledger."""
    inquiry = selectors.inquiry(pk)
    if inquiry is None:
        raise Http404
    if request.headers.get("HX-Request"):
        # The page that asks again and again has been recorded; the whole one that follows will be.
        if inquiry.is_pending:
            return render(request, "inquiries/state.html", _context(request, inquiry))
        return HttpResponse(headers={"HX-Refresh": "true"})
    subjects = [inquiry.addressee_id]
    audit.record("inquiry.read", by=account(request), subjects=subjects, detail=told(inquiry))
    context = _context(request, inquiry)
    context["person"] = addressees.person(inquiry.addressee_id, by=account(request), purpose="照会")
    context |= answer.shown(inquiry, hides=context["row"].hides)
    return render(request, "inquiries/detail.html", context)


def _context(request: HttpRequest, inquiry: Inquiry) -> dict[str, Any]:
    kind = kind_of(inquiry.kind)
    (row,) = rows_of(request, [inquiry])
    doses = kind is not None and kind.ledger
    refused = inquiry.state in (State.REFUSED, State.FAILED)
    return {
        "inquiry": inquiry,
        "row": row,
        "pause": watching.pause(inquiry.asked_at),
        "kind": kind,
        "steps": list(map(str, steps_after(inquiry.refusal, about_doses=doses))) if refused else [],
        "closings": [(c.value, c.label) for c in (Closing.PAPER, Closing.DROPPED)],
        "designated": may_handle_numbers(request),
    }
