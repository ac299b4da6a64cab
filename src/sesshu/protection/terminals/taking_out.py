"""Which terminals may receive files that are taken out: asked for, approved, ended at once (S06)."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.terminals import policies, services
from sesshu.protection.terminals.choices import Application, State
from sesshu.protection.terminals.models import Terminal, TerminalApplication
from sesshu.protection.terminals.policies import TerminalRefused
from sesshu.protection.terminals.selectors import current_terminal


def allowed() -> QuerySet[Terminal]:
    """The city's terminals from which files may be taken out."""
    return Terminal.objects.filter(state=State.IN_USE, may_take_out=True).order_by("number")


def refusal(request: HttpRequest) -> str:
    """Why files cannot be received on this request's terminal, and what to do; empty where they can."""
    terminal = current_terminal(request)
    if terminal is None:
        return "端末の証明書がないため、ファイルを受け取れません。" if settings.TERMINALS_REQUIRED else ""
    if terminal.may_take_out:
        return ""
    others = "、".join(map(str, allowed()[:3]))
    instead = f"持出しを許可された端末（{others}など）で受け取るか、" if others else ""
    return (
        f"この端末（{terminal}）は持出しを許可されていないため、ファイルを受け取れません。"
        f"{instead}端末の管理担当者に「持出しの許可」の申請を依頼してください。"
    )


@transaction.atomic
def request(*, terminal: Terminal, reason: str, by: Account) -> TerminalApplication:
    """Ask that a terminal in use may take out.

    :raises TerminalRefused: without a reason, for one that may already or is not in use, or while another
        application is open.
    """
    terminal = Terminal.objects.select_for_update().get(pk=terminal.pk)
    policies.check_may_apply(terminal)
    if terminal.state != State.IN_USE or terminal.may_take_out:
        raise TerminalRefused("使用中で、まだ持出しを許可されていない端末だけを申請できます。")
    if not reason.strip():
        raise TerminalRefused("持出しに使う理由を入力してください。")
    return services.apply(terminal, Application.TAKING_OUT, reason.strip(), "", by)


@transaction.atomic
def withdraw(*, terminal: Terminal, reason: str, by: Account) -> None:
    """End the permission, from the next request on. :raises TerminalRefused: without one, or a reason."""
    terminal = Terminal.objects.select_for_update().get(pk=terminal.pk)
    if not terminal.may_take_out:
        raise TerminalRefused("この端末は持出しを許可されていません。")
    if not reason.strip():
        raise TerminalRefused("取り消す理由を入力してください。")
    terminal.may_take_out, terminal.state_reason = False, reason.strip()
    terminal.save(update_fields=["may_take_out", "state_reason"])
    detail = {"terminal": terminal.identifier, "kind": terminal.kind}
    audit.record("terminal.taking-out-end", by=by, count=0, detail=detail)
