"""Decisions on terminals: approve, turn down, let take out, report lost, retire."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account
from sesshu.protection.terminals import services, taking_out
from sesshu.protection.terminals.choices import Application
from sesshu.protection.terminals.forms import ReasonForm
from sesshu.protection.terminals.models import Terminal, TerminalApplication
from sesshu.protection.terminals.policies import TerminalRefused


@require_POST
@requires(Action.TERMINALS_APPROVE, fresh=True)
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    application = get_object_or_404(TerminalApplication, pk=pk)
    try:
        services.approve(application=application, by=account(request))
        takes_out = application.kind == Application.TAKING_OUT
        then = "この端末で持出しファイルを" if takes_out else "申請した担当者が証明書を"
        messages.success(request, f"承認しました。{then}受け取れます。")
    except TerminalRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("terminals:detail", application.terminal_id)


@require_POST
@requires(Action.TERMINALS_APPROVE)
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    application = get_object_or_404(TerminalApplication, pk=pk)
    try:
        services.refuse(application=application, reason=_reason(request), by=account(request))
        messages.success(request, "申請を不承認としました。")
    except TerminalRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("terminals:detail", application.terminal_id)


@require_POST
@requires(Action.TERMINALS_REQUEST)
def ask_taking_out(request: HttpRequest, pk: int) -> HttpResponse:
    terminal = get_object_or_404(Terminal, pk=pk)
    try:
        taking_out.request(terminal=terminal, reason=_reason(request), by=account(request))
        messages.success(request, "持出しの許可を申請しました。承認を待ってください。")
    except TerminalRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("terminals:detail", pk)


@require_POST
@requires(Action.TERMINALS_STOP)
def end_taking_out(request: HttpRequest, pk: int) -> HttpResponse:
    terminal = get_object_or_404(Terminal, pk=pk)
    try:
        taking_out.withdraw(terminal=terminal, reason=_reason(request), by=account(request))
        messages.success(request, f"端末 {terminal.identifier} の持出しの許可を取り消しました。")
    except TerminalRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("terminals:detail", pk)


@require_POST
@requires(Action.TERMINALS_STOP)
def lost(request: HttpRequest, pk: int) -> HttpResponse:
    terminal = get_object_or_404(Terminal, pk=pk)
    try:
        services.report_lost(terminal=terminal, reason=_reason(request), by=account(request))
        messages.success(request, f"端末 {terminal.identifier} を紛失とし、使えなくしました。")
    except TerminalRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("terminals:detail", pk)


@require_POST
@requires(Action.TERMINALS_STOP)
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    terminal = get_object_or_404(Terminal, pk=pk)
    try:
        services.retire(terminal=terminal, reason=_reason(request), by=account(request))
        messages.success(request, f"端末 {terminal.identifier} を廃止しました。")
    except TerminalRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("terminals:detail", pk)


def _reason(request: HttpRequest) -> str:
    return ReasonForm(request.POST).said()
