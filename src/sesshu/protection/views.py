"""Sign-in, sign-out and the page that lists the rooms of protection."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET

from sesshu.protection import administration as offered
from sesshu.protection import audit, cases
from sesshu.protection.models import Account
from sesshu.protection.purposes import Section
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import acting_for


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "利用者IDまたはパスワードが違います。",
        "inactive": "利用者IDまたはパスワードが違います。",
    }


class SignIn(views.LoginView):
    template_name = "web/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        account = form.get_user()
        with acting_for(account.municipality_id):
            audit.record("sign-in", by=account)
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if settings.DEMO_SIGN_IN:
            context["demo_password"] = settings.DEMO_PASSWORD
            context["demo_accounts"] = Account.objects.filter(
                is_active=True, login__startswith="demo-"
            ).order_by("pk")
        return context


class SignOut(views.LogoutView):
    next_page = "protection:sign-in"


@require_GET
@login_required
def administration(request: HttpRequest) -> HttpResponse:
    """What this account may administer; entries are chosen by role."""
    groups = offered.groups_for(account(request))
    return render(request, "protection/administration.html", {"groups": groups})


@require_GET
@login_required
def purpose(request: HttpRequest) -> HttpResponse:
    """「何のために開きますか」: one key, and on to the person."""
    back = request.GET.get("next", "")
    if not back.startswith("/") or not url_has_allowed_host_and_scheme(back, None):
        back = resolve_url(settings.LOGIN_REDIRECT_URL)
    section = request.GET.get("shows", "")
    offered = cases.offered_for(account(request), section)
    lines = [(key, one, f"{back}?{cases.PARAMETER}={one.value}") for key, one in enumerate(offered, 1)]
    needed = Section(section).label if section in Section.values else ""
    return render(request, "protection/purpose.html", {"lines": lines, "needed": needed})
