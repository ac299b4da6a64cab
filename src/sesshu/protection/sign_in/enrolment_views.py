"""登録: with a code from two administrators one sets one's password and registers an authenticator."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from sesshu.protection.sign_in import authenticators, services, steps, tickets
from sesshu.protection.sign_in.authenticators import FactorRefused
from sesshu.protection.sign_in.forms import AuthenticatorForm, NewPasswordForm, TicketForm
from sesshu.protection.sign_in.models import Ticket

NAMES = ("登録コード", "パスワード", "認証器")
REFUSED = (
    "利用者IDと登録コードの組合せを確かめられません。登録票をもう一度確かめてください。"
    "有効期限を過ぎた登録票は使えません。続けて5回間違えると、その利用者IDは15分間使えなくなります。"
)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def ticket(request: HttpRequest) -> HttpResponse:
    """First the code."""
    form = TicketForm(request.POST or None)
    if form.is_valid():
        login, code = form.cleaned_data["username"], form.cleaned_data["code"]
        if (found := tickets.check(login=login, code=code)) is not None:
            steps.passed(request, steps.TICKET, found.pk)
            steps.passed(request, steps.ENROLLING, found.account_id)
            return redirect("sign_in:enrol-password")
        form.add_error(None, REFUSED)
    return render(request, "sign_in/enrol_ticket.html", {"form": form, "steps": NAMES})


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Then one's own password."""
    held = _ticket(request)
    if held is None:
        return redirect("sign_in:enrol")
    form = NewPasswordForm(request.POST or None, account=held.account)
    if form.is_valid():
        services.set_first_password(held, password=form.cleaned_data["new_password"])
        return redirect("sign_in:enrol-authenticator")
    return render(request, "sign_in/enrol_password.html", {"form": form, "steps": NAMES, "held": held})


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def authenticator(request: HttpRequest) -> HttpResponse:
    """Then the authenticator; with it one is signed in."""
    held = _ticket(request)
    if held is None or not held.account.has_usable_password():
        return redirect("sign_in:enrol")
    form, refused = AuthenticatorForm(request.POST or None), ""
    if form.is_valid():
        try:
            made = services.finish_enrolment(
                request, held, name=form.cleaned_data["name"], answer=request.POST.get("answer", "")
            )
            services.enter(request, held.account, shown=made.pk)
            return HttpResponseRedirect(steps.target(request))
        except (FactorRefused, services.Refused) as refusal:
            refused = str(refusal)
    options = authenticators.begin_registration(request, held.account)
    context = {"form": form, "options": options, "refused": refused, "steps": NAMES}
    return render(request, "sign_in/enrol_authenticator.html", context)


def _ticket(request: HttpRequest) -> Ticket | None:
    pk, account = steps.subject_of(request, steps.TICKET), steps.account_at(request, steps.ENROLLING)
    return tickets.held(pk, account) if pk is not None and account is not None else None
