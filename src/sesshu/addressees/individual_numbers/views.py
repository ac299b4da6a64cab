"""The screens with an 個人番号. It appears in one answer to one POST, for seconds, and nowhere else."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.addressees import selectors as addressees
from sesshu.addressees.individual_numbers import selectors, services
from sesshu.addressees.individual_numbers.client import Refused, Unreachable
from sesshu.addressees.individual_numbers.forms import ChangeForm, RegisterForm, RevealForm, SearchForm
from sesshu.addressees.models import Addressee
from sesshu.kernel import clock
from sesshu.protection import freshness
from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current
from sesshu.protection.terminals.policies import on_numbers_terminals

_PURPOSE = "個人番号の利用"


@require_GET
@requires(Action.NUMBER_REVEAL)
@on_numbers_terminals
def person(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _addressee(pk))


@require_POST
@requires(Action.NUMBER_WRITE)
@on_numbers_terminals
def register(request: HttpRequest, pk: int) -> HttpResponse:
    addressee, form = _addressee(pk), RegisterForm(request.POST)
    if form.is_valid() and _done(request, form, "個人番号を登録しました。", lambda: services.register(
        addressee=addressee, number=form.cleaned_data["number"], check=_check(request, form),
        request_id=form.cleaned_data["request_id"], by=account(request),
    )):  # fmt: skip
        return redirect("individual_numbers:person", pk=pk)
    return _page(request, addressee, register_form=form)


@require_POST
@requires(Action.NUMBER_WRITE)
@on_numbers_terminals
def change(request: HttpRequest, pk: int) -> HttpResponse:
    addressee, form = _addressee(pk), ChangeForm(request.POST, auto_id="change_%s")
    if form.is_valid() and _done(request, form, "個人番号を変更しました。", lambda: services.change(
        addressee=selectors.registered(addressee, by=account(request)).under,
        number=form.cleaned_data["number"], check=_check(request, form), on=form.cleaned_data["changed_on"],
        reason=form.cleaned_data["reason"], request_id=form.cleaned_data["request_id"], by=account(request),
    )):  # fmt: skip
        return redirect("individual_numbers:person", pk=pk)
    return _page(request, addressee, change_form=form)


@require_http_methods(["GET", "POST"])
@requires(Action.NUMBER_REVEAL, fresh=True)
@on_numbers_terminals
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the way back from the second factor. POST: the number, in a fragment or a page that leaves."""
    addressee, form = _addressee(pk), RevealForm(request.POST, auto_id="reveal_%s")
    if request.method == "GET":
        return redirect("individual_numbers:person", pk=pk)
    shown_at = freshness.shown_at(request)
    if not form.is_valid() or shown_at is None:
        return _page(request, addressee, reveal_form=form)
    try:
        number, seconds = services.reveal(
            addressee=selectors.registered(addressee, by=account(request)).under,
            purpose=form.cleaned_data["purpose"], factor_shown_at=shown_at, by=account(request),
        )  # fmt: skip
    except (Refused, Unreachable) as error:
        form.add_error(None, str(error))
        return _page(request, addressee, reveal_form=form)
    return _shown(request, addressee, number, seconds)


@require_http_methods(["GET", "POST"])
@requires(Action.NUMBER_SEARCH)
@on_numbers_terminals
def search(request: HttpRequest) -> HttpResponse:
    """Exact search by number. The number is posted, and the answer is the person's own page."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            found = services.search(number=form.cleaned_data["number"], by=account(request))
        except (Refused, Unreachable) as error:
            form.add_error(None, str(error))
        else:
            if found is not None:
                return redirect("individual_numbers:person", pk=found.merged_into_id or found.pk)
            messages.info(request, "この個人番号の登録はありません。")
    status = 400 if form.errors else 200
    return render(request, "individual_numbers/search.html", {"form": form}, status=status)


def _addressee(pk: int) -> Addressee:
    return get_object_or_404(Addressee, municipality_code=current(), pk=pk)


def _page(request: HttpRequest, addressee: Addressee, **forms: Any) -> HttpResponse:
    fresh_id, today = uuid.uuid4(), clock.today()
    context: dict[str, Any] = {
        "person": addressees.person(addressee.pk, by=account(request), purpose=_PURPOSE),
        "register_form": RegisterForm(initial={"request_id": fresh_id, "on": today}),
        "change_form": ChangeForm(
            initial={"request_id": fresh_id, "on": today, "changed_on": today}, auto_id="change_%s"
        ),
        "reveal_form": RevealForm(auto_id="reveal_%s"),
        "form": next(iter(forms.values()), None),
    } | forms
    try:
        context["history"] = selectors.registered(addressee, by=account(request)).history
    except (Unreachable, Refused) as error:
        context["away"] = str(error)
    return render(request, "individual_numbers/person.html", context, status=400 if forms else 200)


def _check(request: HttpRequest, form: RegisterForm) -> services.Check:
    return services.Check(form.cleaned_data["method"], form.cleaned_data["on"], account(request).name)


def _done(request: HttpRequest, form: RegisterForm, message: str, command: Any) -> bool:
    try:
        command()
    except (Refused, Unreachable) as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, message)
    return True


def _shown(request: HttpRequest, addressee: Addressee, number: str, seconds: int) -> HttpResponse:
    grouped = " ".join(number[start : start + 4] for start in range(0, 12, 4))
    fragment = request.headers.get("X-Fragment") == "1"
    template = "individual_numbers/number.html" if fragment else "individual_numbers/shown.html"
    response = render(request, template, {"number": grouped, "seconds": seconds, "pk": addressee.pk})
    response.headers["Cache-Control"] = "no-store, private"
    if not fragment:  # without scripts the page itself leaves
        response.headers["Refresh"] = f"{seconds}; url={request.path}"
    return response
