"""Commands of signing in and out, and on one's own factors. Each leaves its event in the log."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import login as open_session
from django.contrib.auth import logout as close_session
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest

from sesshu.kernel import clock
from sesshu.protection import audit, freshness
from sesshu.protection.models import Account
from sesshu.protection.sign_in import authenticators, ending, lockout, passwords, steps
from sesshu.protection.sign_in.authenticators import FactorRefused
from sesshu.protection.sign_in.lockout import On
from sesshu.protection.sign_in.models import Ticket
from sesshu.protection.sign_in.sessions import digest
from sesshu.protection.tenancy import acting_for

BACKEND = "sesshu.protection.backends.AccountBackend"
LOCKED = "続けて確かめられなかったため、しばらく受け付けません。時間をおくか、管理者に申し出てください。"
WRONG = "今のパスワードが違います。もう一度入力してください。続けて5回間違えると、しばらく使えなくなります。"


class Refused(ValueError):
    """The command was not carried out; the text says why and what to do."""


def show_factor(request: HttpRequest, account: Account, *, answer: str, act: str) -> Authenticator:
    """Check an authenticator's answer, count wrong ones and log both.

    :param act: ``sign-in`` or ``again``.
    :raises Refused: with the words for the person.
    """
    may_try = lockout.take(On.FACTOR, str(account.pk))
    detail: dict[str, object] = {"act": act}
    with acting_for(account.municipality_id):
        try:
            if not may_try:
                raise FactorRefused("locked")
            shown = authenticators.assert_shown(request, account, answer=answer)
        except FactorRefused as found:
            refusal: FactorRefused | None = found
            result, detail["why"] = "refused" if may_try else "locked", found.why
        else:
            refusal = None
            result, detail["authenticator"] = "ok", shown.pk
        audit.record("sign-in.factor", by=account, detail=detail, result=result)
    authenticators.forget_challenge(request)
    # Raised outside: an exception would take its own event out of the log with it.
    if refusal is not None:
        raise Refused(str(refusal) if may_try else LOCKED)
    lockout.forgive(On.FACTOR, str(account.pk))
    return shown


def show_demo_password(account: Account, *, password: str) -> None:
    """In the demo the password stands for the authenticator.

    :raises Refused: outside the demo, and when it is wrong.
    """
    right = settings.DEMO_SIGN_IN and account.check_password(password)
    audit.record(
        "sign-in.factor", by=account, detail={"act": "again", "factors": "password-demo"},
        result="ok" if right else "refused",
    )  # fmt: skip
    if not right:
        raise Refused("パスワードが違います。デモのパスワードを入力してください。")


def enter(request: HttpRequest, account: Account, *, shown: int | None) -> None:
    """Open the session of an account whose factors were shown.

    :param shown: the number of the authenticator; None in the demo alone.
    :raises Refused: without an authenticator outside the demo.
    """
    if shown is None and not settings.DEMO_SIGN_IN:
        raise Refused("認証器による確認が要ります。")
    ending.sweep()
    steps.clear(request)
    with acting_for(account.municipality_id):
        open_session(request, account, backend=BACKEND)
        ending.surplus(account=account, key=digest(request.session.session_key or ""))
        how = "password+authenticator" if shown else "password-demo"
        audit.record("sign-in", by=account, detail={"factors": how})
    freshness.note(request)
    if shown is not None:
        steps.shown_by(request, shown)


def renew(request: HttpRequest) -> None:
    """After the factor was shown anew: a new session key, as at sign-in."""
    request.session.rotate()  # type: ignore[attr-defined]


def leave(request: HttpRequest, account: Account) -> None:
    """Sign out of this browser."""
    audit.record("sign-out", by=account)
    close_session(request)


def add_authenticator(request: HttpRequest, account: Account, *, name: str, answer: str) -> Authenticator:
    """One more authenticator for oneself.

    :raises FactorRefused: when its answer is not accepted; that is logged, too.
    """
    try:
        with transaction.atomic():
            made = authenticators.register(request, account, name=name, answer=answer)
            audit.record("authenticator.add", by=account, detail={"authenticator": made.pk})
    except FactorRefused as refusal:
        detail = {"why": refusal.why}
        audit.record("authenticator.add", by=account, detail=detail, result="refused")
        raise
    finally:
        authenticators.forget_challenge(request)
    return made


@transaction.atomic
def remove_authenticator(*, account: Account, pk: int, last_shown: int | None, by: Account) -> str:
    """Remove one of one's own authenticators; its name.

    :raises Refused: when it is the only one, or no other one was shown last in this session.
    """
    owned = {row.pk: row for row in authenticators.of(account).select_for_update()}
    if pk not in owned:
        raise Refused("その認証器は登録されていません。一覧を確かめてください。")
    if len(owned) == 1:
        raise Refused("最後の1つは取り除けません。先に別の認証器を登録してください。")
    if last_shown == pk or last_shown not in owned:
        raise Refused("取り除く認証器とは別の認証器で本人の確認をしてから、取り除いてください。")
    name = str(owned[pk].wrap().name)
    owned[pk].delete()
    audit.record("authenticator.remove", by=by, detail={"authenticator": pk})
    return name


def change_password(request: HttpRequest, account: Account, *, present: str, password: str) -> int:
    """Set one's own new password; every other session of the account ends. How many ended.

    :raises Refused: when ``present`` is not the present one, or was wrong too often; both are logged.
    """
    if why := passwords.not_present(account, present):
        audit.record("password.change", by=account, detail={"why": why}, result="refused")
        raise Refused(WRONG if why == "password" else LOCKED)
    with transaction.atomic():
        account.set_password(password)
        account.save(update_fields=["password"])
        audit.record("password.change", by=account)
        update_session_auth_hash(request, account)
        own = digest(request.session.session_key or "")
        return ending.end_all(account=account, by=account, why="password", but=own)


def set_first_password(ticket: Ticket, *, password: str) -> None:
    """The first step of an enrolment: one's own password, with the ticket still open."""
    with acting_for(ticket.municipality_code):
        ticket.account.set_password(password)
        ticket.account.save(update_fields=["password"])
        audit.record("enrolment.password", by=ticket.account, detail={"ticket": ticket.pk})


def finish_enrolment(request: HttpRequest, ticket: Ticket, *, name: str, answer: str) -> Authenticator:
    """The second step: the first authenticator. The ticket is used up.

    :raises FactorRefused: when the authenticator is not accepted; the ticket stays open.
    :raises Refused: when the ticket was used or ran out meanwhile.
    """
    account = ticket.account
    with acting_for(ticket.municipality_code):
        now = clock.instant()
        still_open = Ticket.objects.select_for_update().filter(
            pk=ticket.pk, used_at=None, void_at=None, expires_at__gt=now
        )
        if not still_open:
            raise Refused("登録コードの有効期限が切れたか、すでに使われています。管理者に申し出てください。")
        refused: FactorRefused | None = None
        try:
            made = add_authenticator(request, account, name=name, answer=answer)
        except FactorRefused as refusal:
            refused = refusal
        else:
            Ticket.objects.filter(pk=ticket.pk).update(used_at=now)
            audit.record("enrolment.done", by=account, detail={"ticket": ticket.pk})
    if refused is not None:
        raise refused
    return made


@transaction.atomic
def unlock(*, account: Account, by: Account) -> None:
    """Let an id that was locked after wrong tries be tried again at once."""
    lockout.forgive(On.LOGIN, account.login)
    lockout.forgive(On.FACTOR, str(account.pk))
    audit.record("sign-in.unlock", by=by, detail={"account": account.pk})
