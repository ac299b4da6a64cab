"""Who may do what with a terminal, and what a terminal may do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from sesshu.protection.models import Account
from sesshu.protection.tenancy import current
from sesshu.protection.terminals.choices import Application, Kind, State
from sesshu.protection.terminals.models import Terminal, TerminalApplication

View = Callable[..., HttpResponseBase]


class TerminalRefused(ValueError):
    """It cannot be done with this terminal; the message says why and what to do."""


def check_names(*texts: str) -> None:
    """:raises TerminalRefused: for a text in which a member of staff is named."""
    said = "".join("".join(text.split()) for text in texts)
    names = Account.objects.filter(municipality_id=current()).values_list("name", flat=True)
    if any((plain := "".join(name.split())) and plain in said for name in names):
        raise TerminalRefused(
            "名称・設置場所に職員の氏名を入れないでください。置き場所と番号で付けてください。"
        )


def check_may_apply(terminal: Terminal) -> None:
    """:raises TerminalRefused: unless another certificate may be asked for."""
    if terminal.state in {State.RETIRED, State.REFUSED}:
        raise TerminalRefused("廃止または不承認の端末です。新しい端末として登録を申請してください。")
    if terminal.applications.filter(decided_at__isnull=True).exists():
        raise TerminalRefused("承認待ちの申請があります。先にその承認を受けてください。")


def check_in_use(terminal: Terminal) -> None:
    """:raises TerminalRefused: for a terminal that is out of use."""
    if terminal.state != State.IN_USE:
        raise TerminalRefused("使用中の端末ではないため、承認できません。")


def check_may_decide(application: TerminalApplication, by: Account) -> None:
    """:raises TerminalRefused: unless it is open and was asked for by somebody else."""
    if application.decided_at is not None:
        raise TerminalRefused("この申請はすでに決定されています。")
    if application.requested_by_id == by.pk:
        raise TerminalRefused("自分が申請した端末は承認できません。ほかの承認者に依頼してください。")


def check_may_collect(application: TerminalApplication) -> None:
    """:raises TerminalRefused: unless it is approved, asks us for a key pair, and has none yet."""
    if not application.approved or application.terminal.state != State.IN_USE:
        raise TerminalRefused("承認された申請ではないため、証明書を受け取れません。")
    if application.kind == Application.TAKING_OUT:
        raise TerminalRefused("持出しの許可には、新しい証明書はいりません。")
    if hasattr(application, "certificate"):
        raise TerminalRefused("証明書は発行済みです。失くした場合は再発行を申請してください。")
    if application.signing_request:
        raise TerminalRefused("端末で作成した鍵の証明書です。証明書をダウンロードしてください。")


def check_may_stop(terminal: Terminal, reason: str) -> None:
    """:raises TerminalRefused: without a reason, or for one that is out of use already."""
    if not reason.strip():
        raise TerminalRefused("理由を入力してください。")
    if terminal.state in {State.RETIRED, State.REFUSED}:
        raise TerminalRefused(f"この端末はすでに{State(terminal.state).label}です。")


def may_handle_numbers(request: HttpRequest) -> bool:
    """Whether Individual Numbers may be handled here: on a registered numbers terminal only (control 27).

    Where terminals are not required at all (demo, tests) everywhere.
    """
    terminal = getattr(request, "terminal", None)
    if terminal is None:
        return not settings.TERMINALS_REQUIRED
    return bool(terminal.kind == Kind.NUMBERS)


def on_numbers_terminals(view: View) -> View:
    """Decorator of the screens with Individual Numbers: elsewhere 403, and the attempt is logged."""
    from sesshu.protection.terminals.refusing import refused

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_handle_numbers(request):
            return refused(request, "kind")
        return view(request, *args, **kwargs)

    guarded.required_terminal = Kind.NUMBERS  # type: ignore[attr-defined]
    return guarded
