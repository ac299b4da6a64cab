"""Ask, take back, ask again, close; the panel of the ledger page while one waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.addressees import selectors as addressees
from sesshu.addressees.models import Addressee
from sesshu.health.inquiries import institutions, jobs, panel, selectors, services, wards
from sesshu.health.inquiries.choices import Closing
from sesshu.health.inquiries.forms import InquiryForm
from sesshu.health.inquiries.kinds import VACCINATION, kind_of
from sesshu.health.inquiries.models import Inquiry, Institution
from sesshu.health.inquiries.services import NotAsked
from sesshu.kernel import clock
from sesshu.protection.actions import Action, requires
from sesshu.protection.cases import opens_person
from sesshu.protection.purposes import Purpose
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current
from sesshu.protection.terminals.policies import on_numbers_terminals
from sesshu.protocol import codes


@require_http_methods(["GET", "POST"])
@requires(Action.EXCHANGE_INQUIRE)
@on_numbers_terminals
@opens_person(task=Purpose.EXCHANGE)
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose what to ask for, and whom."""
    addressee = _addressee(pk)
    asked = request.method == "POST" and "search" not in request.POST
    hides = bool(selectors.hidden_from(account(request), [pk]))
    former = "" if hides else wards.institution_of(addressee.former_municipality_code)
    initial = {"kind": VACCINATION, "provider": former}
    if request.method == "POST" and not asked:
        initial = {name: request.POST.get(name, "") for name in request.POST}
    form = InquiryForm(request.POST if asked else None, initial=initial, today=clock.today())
    if form.is_valid() and (made := _asked(request, form, addressee)):
        messages.success(request, "照会します。回答が届くとこの画面に表示します。")
        return redirect("inquiries:detail", pk=made.pk)
    kind = str(form["kind"].value() or "")
    context = {
        "person": addressees.person(pk, by=account(request), purpose="照会"),
        "form": form,
        "hides": hides and bool(addressee.former_municipality_code),
        "institutions": _offered(kind, str(form["text"].value() or ""), str(form["provider"].value() or "")),
        "chosen": str(form["provider"].value() or ""),
    }
    return render(request, "inquiries/new.html", context)


def _asked(request: HttpRequest, form: InquiryForm, addressee: Addressee) -> Inquiry | None:
    names = ("kind", "provider", "starts_on", "ends_on", "nondisclosure")
    values = {name: form.cleaned_data[name] for name in names}
    try:
        made = services.ask(addressee=addressee, by=account(request), at=clock.now(), **values)
    except NotAsked as error:
        form.add_error(None, str(error))
        return None
    jobs.wake()
    return made


def _offered(kind: str, text: str, chosen: str) -> list[Institution]:
    """What the words find, and before it the one that is chosen."""
    row = kind_of(kind)
    found = institutions.search(text, row.provider if row else "")
    if chosen and chosen not in {each.code for each in found}:
        known = institutions.listed().filter(code=chosen).first()
        name = f"転入前の市区町村（団体コード {chosen[2:8]}）"
        shown = known or Institution(code=chosen, name=name, kind="municipality")
        if row is None or shown.kind == row.provider:
            found.insert(0, shown)
    return found


@require_POST
@requires(Action.EXCHANGE_INQUIRE)
@on_numbers_terminals
def institution_search(request: HttpRequest) -> HttpResponse:
    """The institutions that the words find, as one types."""
    kind, text = request.POST.get("kind", ""), request.POST.get("text", "")[:60]
    chosen = request.POST.get("provider", "")
    chosen = chosen if len(chosen) == 16 and chosen.isdigit() else ""
    context = {"institutions": _offered(kind, text, chosen), "chosen": chosen, "text": text}
    return render(request, "inquiries/institutions.html", context)


@require_POST
@requires(Action.EXCHANGE_INQUIRE)
@on_numbers_terminals
@opens_person(task=Purpose.EXCHANGE)
def ask_former(request: HttpRequest, pk: int) -> HttpResponse:
    """前住所地へ照会: the button of the ledger page."""
    addressee = _addressee(pk)
    provider = wards.institution_of(addressee.former_municipality_code)
    if provider in ("", codes.institution_of(current())):
        messages.error(request, "転入前の市区町村が分からないか、照会できません。照会先を選んでください。")
        return redirect("inquiries:new", pk=pk)
    try:
        services.ask(
            addressee=addressee, kind=VACCINATION, provider=provider, by=account(request), at=clock.now()
        )
        jobs.wake()
    except NotAsked as error:
        return _panel(request, pk, problem=str(error))
    return _panel(request, pk)


@require_GET
@requires(Action.EXCHANGE_DECIDE)
@opens_person(task=Purpose.EXCHANGE)
def person_state(request: HttpRequest, pk: int) -> HttpResponse:
    """The panel of the ledger page, asked for again while an answer is awaited."""
    _addressee(pk)
    return HttpResponse(panel.panel(request, pk))


def _panel(request: HttpRequest, pk: int, *, problem: str = "") -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(panel.panel(request, pk, problem=problem))
    if problem:
        messages.error(request, problem)
    return redirect("ledger:ledger", pk=pk)


@require_POST
@requires(Action.EXCHANGE_INQUIRE)
@on_numbers_terminals
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    return _changed(
        request, pk, lambda found: services.cancel(found, by=account(request)), "照会を取りやめます。"
    )


@require_POST
@requires(Action.EXCHANGE_INQUIRE)
@on_numbers_terminals
def again(request: HttpRequest, pk: int) -> HttpResponse:
    return _changed(
        request, pk,
        lambda found: services.ask_again(found, by=account(request), at=clock.now()),
        "もう一度照会します。",
    )  # fmt: skip


@require_POST
@requires(Action.EXCHANGE_DECIDE)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    closing = request.POST.get("closing", "")
    if not closing and (found := selectors.inquiry(pk)) is not None:
        row = kind_of(found.kind)
        closing = Closing.NOTHING if row and row.ledger else Closing.DECIDED
    return _changed(
        request, pk,
        lambda found: services.close(found, closing=closing, by=account(request), at=clock.now()),
        "照会の処理を終えました。",
    )  # fmt: skip


def _changed(
    request: HttpRequest, pk: int, command: Callable[[Inquiry], Inquiry], words: str
) -> HttpResponse:
    inquiry = selectors.inquiry(pk)
    if inquiry is None:
        raise Http404
    shown: Any = inquiry
    try:
        shown = command(inquiry)
        jobs.wake()
        messages.success(request, words)
    except NotAsked as error:
        messages.error(request, str(error))
    return redirect("inquiries:detail", pk=shown.pk)


def _addressee(pk: int) -> Addressee:
    return get_object_or_404(Addressee, municipality_code=current(), pk=pk)
