"""Search, one person, and the commands on a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.addressees import merging, opening, selectors, services
from sesshu.addressees.choices import Kind
from sesshu.addressees.forms import (
    MeasureEndForm,
    MeasureForm,
    NumberedForm,
    TelephoneForm,
    UnregisteredForm,
)
from sesshu.addressees.masked import AddresseeView
from sesshu.addressees.models import Addressee, ProtectiveMeasure
from sesshu.kernel import clock
from sesshu.kernel.wareki import parse_date
from sesshu.protection import browser_store, cases
from sesshu.protection.actions import Action, requires
from sesshu.protection.cases import opens_person
from sesshu.protection.purposes import Purpose, Section, acting_with
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current
from sesshu.web.permission import may

PURPOSE = "宛名の確認"


@require_http_methods(["GET", "POST"])
@requires(Action.ADDRESSEE_SEARCH)
def search(request: HttpRequest) -> HttpResponse:
    """The one box. What is typed is posted, so that no name stands in an address or a server's log."""
    text = request.POST.get("q", "")
    cases.choose(request, request.POST.get("purpose", ""))
    purpose = cases.chosen(request)
    with acting_with(purpose or ""):
        found = selectors.search(text, by=request.user)  # type: ignore[arg-type]
    context = {"text": text.strip(), "found": found, "opens": opening.url_name_with(request, purpose)}
    context |= {"purpose": purpose, "purposes": cases.choices_for(account(request))}
    context["remember_key"] = browser_store.key_for(request)
    template = "addressees/results.html" if request.headers.get("HX-Request") else "addressees/search.html"
    return render(request, template, context)


def _addressee(pk: int) -> Addressee:
    return get_object_or_404(Addressee, municipality_code=current(), pk=pk)


def _person(request: HttpRequest, pk: int, purpose: str = PURPOSE) -> AddresseeView:
    _addressee(pk)
    return selectors.person(pk, by=request.user, purpose=purpose)  # type: ignore[arg-type]


def _tabs(request: HttpRequest, pk: int, here: str) -> list[dict[str, Any]]:
    tabs = [
        {"label": "宛名", "url": reverse("addressees:detail", args=[pk]), "current": here == "detail"},
        {"label": "異動履歴", "url": reverse("addressees:history", args=[pk]), "current": here == "history"},
    ]
    if may(request, Action.NUMBER_REVEAL):
        tabs.append({"label": "個人番号", "url": reverse("individual_numbers:person", args=[pk])})
    page = opening.url_name_for(request)
    if page != "addressees:detail":
        tabs.insert(0, {"label": "接種台帳", "url": reverse(page, args=[pk])})
    return tabs


@require_GET
@requires(Action.ADDRESSEE_READ)
@opens_person()
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, pk)


def _detail(request: HttpRequest, pk: int, **forms: Form) -> HttpResponse:
    person = _person(request, pk)
    context = {
        "person": person,
        "household": selectors.household(person, by=request.user),  # type: ignore[arg-type]
        "opens": opening.url_name_for(request),
        "measures": [] if Section.MEASURES in person.left_out else selectors.protective_measures(pk),
        "merges": [] if Section.HISTORY in person.left_out else merging.merges_of(pk),
        "tabs": _tabs(request, pk, "detail"),
        "can_edit": person.kind != Kind.RESIDENT,
        "today": clock.today(),
        "telephone_form": TelephoneForm(
            initial={"telephone": "" if person.masked else person.telephone}, auto_id="tel_%s"
        ),
        "measure_form": MeasureForm(initial={"starts_on": clock.today()}, auto_id="measure_%s"),
        "form": next(iter(forms.values()), None),
    } | forms
    return render(request, "addressees/detail.html", context, status=400 if forms else 200)


@require_GET
@requires(Action.ADDRESSEE_READ)
@opens_person(shows=Section.HISTORY)
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """All recordings, or with `?on=` what was known on a day."""
    person = _person(request, pk, "異動履歴の確認")
    day, error = _day(request.GET.get("on", ""))
    entries = selectors.history(pk, by=request.user, known_on=day)  # type: ignore[arg-type]
    standing = next((entry for entry in entries if entry.applied), None)
    context = {"person": person, "entries": entries, "standing": standing, "day": day, "error": error}
    context |= {"tabs": _tabs(request, pk, "history"), "on": request.GET.get("on", "")}
    return render(request, "addressees/history.html", context)


def _day(text: str) -> tuple[date | None, str]:
    if not text.strip():
        return None, ""
    try:
        return parse_date(text), ""
    except ValueError as error:
        return None, str(error)


@require_http_methods(["GET", "POST"])
@requires(Action.ADDRESSEE_WRITE)
@opens_person(task=Purpose.UPKEEP)
def register(request: HttpRequest) -> HttpResponse:
    """Register someone who is not in the resident register."""
    form = NumberedForm(
        request.POST if request.method == "POST" else None, initial={"kind": Kind.UNREGISTERED}
    )
    if form.is_valid():
        try:
            made = services.register_unregistered(
                by=request.user,  # type: ignore[arg-type]
                at=clock.now(),
                values=form.cleaned_data,
            )
        except services.NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"宛名番号 {made.number} で登録しました。")
            return redirect("addressees:detail", pk=made.pk)
    return render(request, "addressees/edit.html", {"form": form, "title": "住登外者の登録"})


@require_http_methods(["GET", "POST"])
@requires(Action.ADDRESSEE_WRITE)
@opens_person(task=Purpose.UPKEEP)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change someone who is not in the resident register."""
    person = _person(request, pk, "住登外者の変更")
    if person.masked:
        messages.error(request, "支援措置の対象者です。閲覧を許された職員だけが変更できます。")
        return redirect("addressees:detail", pk=pk)
    form = UnregisteredForm(
        request.POST if request.method == "POST" else None,
        initial=UnregisteredForm.initial_of(_addressee(pk)),
    )
    if form.is_valid() and _done(
        request,
        form,
        "変更しました。",
        lambda: services.update_unregistered(
            by=request.user,  # type: ignore[arg-type]
            at=clock.now(),
            pk=pk,
            values=form.cleaned_data,
        ),
    ):
        return redirect("addressees:detail", pk=pk)
    context = {"form": form, "title": f"{person.name} の変更", "person": person}
    return render(request, "addressees/edit.html", context)


@require_POST
@requires(Action.ADDRESSEE_WRITE)
@opens_person()
def telephone(request: HttpRequest, pk: int) -> HttpResponse:
    _addressee(pk)
    form = TelephoneForm(request.POST, auto_id="tel_%s")
    if form.is_valid() and _done(
        request,
        form,
        "電話番号を変更しました。",
        lambda: services.set_telephone(
            by=request.user,  # type: ignore[arg-type]
            at=clock.now(),
            pk=pk,
            telephone=form.cleaned_data["telephone"],
        ),
    ):
        return redirect("addressees:detail", pk=pk)
    return _detail(request, pk, telephone_form=form)


@require_POST
@requires(Action.ADDRESSEE_WRITE)
@opens_person()
def measure_add(request: HttpRequest, pk: int) -> HttpResponse:
    _addressee(pk)
    form = MeasureForm(request.POST, auto_id="measure_%s")
    if form.is_valid() and _done(
        request,
        form,
        "支援措置を登録しました。住所・世帯・電話番号は表示されなくなり、通知も送られません。",
        lambda: services.add_protective_measure(
            by=request.user,  # type: ignore[arg-type]
            at=clock.now(),
            pk=pk,
            **form.cleaned_data,
        ),
    ):
        return redirect("addressees:detail", pk=pk)
    return _detail(request, pk, measure_form=form)


@require_http_methods(["GET", "POST"])
@requires(Action.ADDRESSEE_WRITE)
@opens_person(task=Purpose.UPKEEP)
def measure_end(request: HttpRequest, pk: int) -> HttpResponse:
    measure = get_object_or_404(ProtectiveMeasure, municipality_code=current(), pk=pk)
    form = MeasureEndForm(
        request.POST if request.method == "POST" else None, initial={"ends_on": clock.today()}
    )
    if form.is_valid() and _done(
        request,
        form,
        "支援措置の終了日を登録しました。",
        lambda: services.end_protective_measure(
            by=request.user,  # type: ignore[arg-type]
            at=clock.now(),
            measure=pk,
            **form.cleaned_data,
        ),
    ):
        return redirect("addressees:detail", pk=measure.addressee_id)
    person = _person(request, measure.addressee_id, "支援措置の終了")
    context = {"form": form, "measure": measure, "person": person}
    return render(request, "addressees/measure_end.html", context)


def _done(request: HttpRequest, form: Form, message: str, command: Callable[[], object]) -> bool:
    """Run a command; what it refuses becomes the form's error."""
    try:
        command()
    except services.NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, message)
    return True
