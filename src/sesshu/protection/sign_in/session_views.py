"""For administrators: who is signed in now, and an end to it (ASVS V7.4.5)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from sesshu.protection.actions import Action, requires
from sesshu.protection.sign_in import ending, selectors
from sesshu.protection.signed_in import account

EVERYBODY = "everybody"


@require_GET
@requires(Action.FACTORS_RECOVER)
def signed_in(request: HttpRequest) -> HttpResponse:
    """The city's accounts with an open session."""
    me = account(request)
    context = {"rows": selectors.signed_in(me), "me": me, "everybody": EVERYBODY}
    return render(request, "sign_in/signed_in.html", context)


@require_POST
@requires(Action.FACTORS_RECOVER)
def end(request: HttpRequest) -> HttpResponse:
    """End all sessions of one other account of the city, or of everybody but oneself."""
    me, chosen = account(request), request.POST.get("account", "")
    if chosen == EVERYBODY:
        count = ending.of_everybody(me)
        messages.success(request, f"ほかの利用者{count}人のサインインを終わらせました。")
        return redirect("sign_in:signed-in")
    found = [each.account for each in selectors.signed_in(me) if str(each.account.pk) == chosen]
    for each in found:
        if each.pk == me.pk:
            messages.info(request, "自分のサインインは、サインアウトで終わらせてください。")
            continue
        ending.end_all(account=each, by=me, why="by-administrator")
        messages.success(request, f"{each.name}（{each.login}）のサインインをすべて終わらせました。")
    if not found:
        messages.info(request, "この利用者は、もうサインインしていません。")
    return redirect("sign_in:signed-in")
