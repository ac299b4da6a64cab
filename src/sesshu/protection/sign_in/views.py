"""The way in and out: password, authenticator, again before a sensitive act, staying, leaving."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from sesshu.protection import freshness, going
from sesshu.protection.models import Account
from sesshu.protection.sign_in import authenticators, limits, passwords, services, steps
from sesshu.protection.sign_in.forms import AgainForm, PasswordForm
from sesshu.protection.signed_in import account as signed_in

ENDED = {
    limits.End.IDLE.value: "60分間操作がなかったため、自動的にサインアウトしました。",
    limits.End.OVERALL.value: "サインインから12時間を過ぎたため、自動的にサインアウトしました。",
}


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """The first step: id and password."""
    if request.user.is_authenticated:
        # In another window, meanwhile: go on where this one was.
        steps.aim(request, request.POST.get("next", request.GET.get("next", "")))
        return HttpResponseRedirect(steps.target(request))
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        login, typed = form.cleaned_data["username"], form.cleaned_data["password"]
        if (found := passwords.account_for(login=login, password=typed)) is not None:
            steps.aim(request, request.POST.get("next", ""))
            return _password_shown(request, found)
        form.add_error(None, passwords.REFUSED)
    context = {
        "form": form,
        "next": request.POST.get("next", request.GET.get("next", "")),
        "ended": ENDED.get(request.GET.get("ended", ""), ""),
    }
    if settings.DEMO_SIGN_IN:
        context["demo_password"] = settings.DEMO_PASSWORD
        context["demo_accounts"] = Account.objects.filter(is_active=True, login__startswith="demo-").order_by(
            "pk"
        )
    return render(request, "sign_in/password.html", context)


def _password_shown(request: HttpRequest, account: Account) -> HttpResponse:
    if authenticators.of(account).exists():
        steps.passed(request, steps.PASSWORD, account.pk)
        return redirect("sign_in:factor")
    if settings.DEMO_SIGN_IN:
        return _in(request, account)
    passwords.note_refusal(account.login, account, reason="not-enrolled")
    return render(request, "sign_in/not_enrolled.html")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def factor(request: HttpRequest) -> HttpResponse:
    """The second step: the authenticator, with its user verified."""
    account = steps.account_at(request, steps.PASSWORD)
    if account is None:
        return redirect(settings.LOGIN_URL)
    refused = ""
    if request.method == "POST":
        try:
            shown = services.show_factor(
                request, account, answer=request.POST.get("answer", ""), act="sign-in"
            )
            steps.shown_by(request, shown.pk)
            return _in(request, account, shown.pk)
        except services.Refused as refusal:
            refused = str(refusal)
    options = authenticators.begin_assertion(request, account)
    return render(request, "sign_in/factor.html", {"options": options, "refused": refused})


@require_POST
def demo(request: HttpRequest) -> HttpResponse:
    """In the demo one may go on without the authenticator that one registered."""
    account = steps.account_at(request, steps.PASSWORD)
    if account is None or not settings.DEMO_SIGN_IN:
        return redirect(settings.LOGIN_URL)
    return _in(request, account)


def _in(request: HttpRequest, account: Account, shown: int | None = None) -> HttpResponse:
    services.enter(request, account, shown=shown)
    return HttpResponseRedirect(steps.target(request))


@never_cache
@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    """The second factor anew, then back to where a sensitive act begins."""
    account = signed_in(request)
    aim = request.POST.get("next", request.GET.get("next", ""))
    aim = aim if going.is_own(request, aim) else "/"
    own = authenticators.of(account).exists()
    form = AgainForm(request.POST if "password" in request.POST else None)
    refused = ""
    if request.method == "POST":
        try:
            if _shown_again(request, account, form):
                return HttpResponseRedirect(aim)
        except services.Refused as refusal:
            refused = str(refusal)
    context = {"next": aim, "refused": refused, "form": form, "demo": settings.DEMO_SIGN_IN}
    context["options"] = authenticators.begin_assertion(request, account) if own else ""
    return render(request, "sign_in/again.html", context)


def _shown_again(request: HttpRequest, account: Account, form: AgainForm) -> bool:
    if form.is_bound:
        if not form.is_valid():
            return False
        services.show_demo_password(account, password=form.cleaned_data["password"])
    else:
        answer = request.POST.get("answer", "")
        steps.shown_by(request, services.show_factor(request, account, answer=answer, act="again").pk)
    services.renew(request)
    freshness.note(request)
    return True


@require_POST
@login_required
def stay(request: HttpRequest) -> HttpResponse:
    """The person is still there; the middleware has noted it already."""
    return HttpResponse(status=204)


@require_POST
@login_required
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out of this browser."""
    services.leave(request, signed_in(request))
    return redirect(settings.LOGIN_URL)
