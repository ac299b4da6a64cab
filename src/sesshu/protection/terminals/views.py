"""The register of terminals: list, one terminal, applications, and the certificates to take away."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives import serialization
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.protection import authority
from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account
from sesshu.protection.terminals import selectors, services
from sesshu.protection.terminals.choices import State
from sesshu.protection.terminals.forms import CertificateForm, ReasonForm, RegistrationForm
from sesshu.protection.terminals.models import Terminal, TerminalApplication
from sesshu.protection.terminals.policies import TerminalRefused

_PER_PAGE = 50


@require_GET
@requires(Action.TERMINALS_READ)
def register(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "")[:100]
    page = Paginator(selectors.terminals(words), _PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(each, selectors.ending(each)) for each in page],
        "q": words,
        "open": selectors.open_applications(),
        "ending": selectors.ending_soon(),
        "required": settings.TERMINALS_REQUIRED,
    }
    return render(request, "terminals/list.html", context)


@require_http_methods(["GET", "POST"])
@requires(Action.TERMINALS_REQUEST)
def new(request: HttpRequest) -> HttpResponse:
    form = RegistrationForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            application = services.request_registration(by=account(request), **form.cleaned_data)
        except TerminalRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, f"端末 {application.terminal} の登録を申請しました。承認を待ってください。"
            )
            return redirect("terminals:detail", application.terminal_id)
    return render(request, "terminals/form.html", {"form": form, "title": "端末の登録を申請"})


@require_GET
@requires(Action.TERMINALS_READ)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    terminal = _terminal(pk)
    context = {
        "terminal": terminal,
        "ending": selectors.ending(terminal),
        "applications": selectors.applications(terminal),
        "certificates": terminal.certificates.select_related("sighting").order_by("-starts_at", "-pk"),
        "current": selectors.current_terminal(request) == terminal,
        "in_use": terminal.state == State.IN_USE,
        "over": terminal.state in {State.RETIRED, State.REFUSED},
        "lost": ReasonForm(auto_id="lost-%s"),
        "retire": ReasonForm(auto_id="retire-%s"),
        "refuse": ReasonForm(auto_id="refuse-%s"),
        "taking_out": ReasonForm(auto_id="taking-out-%s"),
        "may_ask_taking_out": terminal.state == State.IN_USE and not terminal.may_take_out,
    }
    return render(request, "terminals/detail.html", context)


@require_http_methods(["GET", "POST"])
@requires(Action.TERMINALS_REQUEST)
def another_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    terminal = _terminal(pk)
    form = CertificateForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.request_certificate(terminal=terminal, by=account(request), **form.cleaned_data)
        except TerminalRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{made.get_kind_display()}を申請しました。承認を待ってください。")
            return redirect("terminals:detail", pk)
    context = {"form": form, "terminal": terminal, "title": "証明書の更新・再発行を申請"}
    return render(request, "terminals/form.html", context)


@require_POST
@requires(Action.TERMINALS_REQUEST, fresh=True)
def collect(request: HttpRequest, pk: int) -> HttpResponse:
    """The key pair and its passphrase, in this one answer and never again."""
    application = get_object_or_404(TerminalApplication, pk=pk)
    try:
        package = services.collect(application=application, by=account(request))
    except TerminalRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("terminals:detail", application.terminal_id)
    context = {
        "terminal": application.terminal,
        "package": package,
        "content": base64.b64encode(package.content).decode("ascii"),
    }
    return render(request, "terminals/collected.html", context)


@require_GET
@requires(Action.TERMINALS_REQUEST)
def certificate_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificate of a key that the terminal made itself; it holds nothing secret."""
    application = get_object_or_404(
        TerminalApplication.objects.select_related("certificate__terminal"), pk=pk, certificate__isnull=False
    )
    return _pem(application.certificate.pem)


@require_GET
@requires(Action.TERMINALS_READ)
def authority_certificate(request: HttpRequest) -> HttpResponse:
    """The root that terminals and proxies must know."""
    content = authority.root().public_bytes(serialization.Encoding.PEM).decode("ascii")
    return _pem(content)


def _terminal(pk: int) -> Terminal:
    found = selectors.terminal(pk)
    if found is None:
        raise Http404
    return found


def _pem(content: str) -> HttpResponse:
    # Public by nature, no person's data: the link names the file, and no browser shows this kind.
    return HttpResponse(content, content_type="application/x-pem-file")
