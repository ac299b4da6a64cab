"""One's own sign-in: authenticators, password, open sessions."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.protection import freshness
from sesshu.protection.sign_in import authenticators, ending, selectors, services, steps
from sesshu.protection.sign_in.authenticators import FactorRefused
from sesshu.protection.sign_in.forms import AuthenticatorForm, OwnPasswordForm
from sesshu.protection.sign_in.fresh import needs_fresh
from sesshu.protection.sign_in.sessions import digest
from sesshu.protection.signed_in import account


@require_GET
@login_required
def own(request: HttpRequest) -> HttpResponse:
    """What one has registered and where one is signed in."""
    me, cookie = account(request), request.session.session_key or ""
    context = {
        "authenticators": selectors.own_authenticators(me, last_shown=steps.last_shown(request)),
        "sessions": selectors.own_sessions(me, cookie=cookie),
        "fresh": freshness.is_fresh(request),
    }
    return render(request, "sign_in/own.html", context)


@never_cache
@login_required
@needs_fresh
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Register one more authenticator."""
    me = account(request)
    form, refused = AuthenticatorForm(request.POST or None), ""
    if form.is_valid():
        try:
            name = form.cleaned_data["name"]
            services.add_authenticator(request, me, name=name, answer=request.POST.get("answer", ""))
            messages.success(request, f"認証器「{name}」を登録しました。")
            return redirect("sign_in:own")
        except FactorRefused as refusal:
            refused = str(refusal)
    options = authenticators.begin_registration(request, me)
    return render(request, "sign_in/add.html", {"form": form, "options": options, "refused": refused})


@require_POST
@login_required
@needs_fresh
def remove(request: HttpRequest) -> HttpResponse:
    """Remove one of one's authenticators; another one must have been shown last."""
    me, number = account(request), request.POST.get("authenticator", "")
    try:
        pk = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
        name = services.remove_authenticator(account=me, pk=pk, last_shown=steps.last_shown(request), by=me)
        messages.success(request, f"認証器「{name}」を取り除きました。")
    except services.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("sign_in:own")


@never_cache
@sensitive_post_parameters()
@login_required
@needs_fresh
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; all other sessions end."""
    me = account(request)
    form = OwnPasswordForm(request.POST or None, account=me)
    if form.is_valid():
        given = form.cleaned_data
        try:
            ended = services.change_password(
                request, me, present=given["present"], password=given["new_password"]
            )
            others = f"ほかの{ended}か所のサインインを終わらせました。" if ended else ""
            messages.success(request, f"パスワードを変更しました。{others}")
            return redirect("sign_in:own")
        except services.Refused as refusal:
            form.add_error("present", str(refusal))
    return render(request, "sign_in/own_password.html", {"form": form})


@require_POST
@login_required
def end(request: HttpRequest) -> HttpResponse:
    """End one session, or all others."""
    me, key = account(request), request.POST.get("session", "")
    here = digest(request.session.session_key or "")
    if key == "others":
        ended = ending.end_all(account=me, by=me, why="by-hand", but=here)
        messages.success(request, f"ほかの{ended}か所のサインインを終わらせました。")
    elif key == here:
        services.leave(request, me)
    elif ending.end_one(account=me, key=key, by=me):
        messages.success(request, "選んだサインインを終わらせました。")
    else:
        messages.info(request, "そのサインインは、すでに終わっています。")
    return redirect("sign_in:own")
