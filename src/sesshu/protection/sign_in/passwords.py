"""The first factor. Right or wrong, known or not, locked or not: the same work, the same words.

What differs between the cases is written to the log, never told to the browser.
"""

from __future__ import annotations

from django.contrib.auth.hashers import make_password

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.sign_in import lockout
from sesshu.protection.sign_in.choices import Stray
from sesshu.protection.sign_in.lockout import On
from sesshu.protection.sign_in.models import StrayRefusal
from sesshu.protection.tenancy import acting_for

LONGEST = 128  # characters; a longer text costs time and is nobody's password
REFUSED = (
    "サインインできません。利用者IDとパスワードを確かめてください。"
    "続けて5回間違えると、その利用者IDは15分間（繰り返すとさらに長く）使えなくなります。"
    "お困りのときは、所属の管理者に申し出てください。"
)


def account_for(*, login: str, password: str) -> Account | None:
    """The account whose id and password these are; None for every other case, after the same work.

    A try is counted against the id and against the terminal whether or not the id exists.
    """
    login = login.strip()
    place = audit.terminal.get()
    may_try = all([lockout.take(On.LOGIN, login), lockout.take(On.TERMINAL, place)])
    account = find(login)
    right = _is_right(account, password)
    if account is not None and right and may_try:
        lockout.forgive(On.LOGIN, login)
        lockout.give_back(On.TERMINAL, place)
        return account
    note_refusal(login, account, reason="password" if may_try else "locked")
    return None


def not_present(account: Account, password: str) -> str:
    """Why this is not to be taken for the present password of who is signed in; empty when it is.

    Counted with the tries at sign-in: whoever sits down at an open session gets no more of them.
    """
    if not lockout.take(On.LOGIN, account.login):
        return "locked"
    if not _is_right(account, password):
        return "password"
    lockout.forgive(On.LOGIN, account.login)
    return ""


def find(login: str) -> Account | None:
    """The account of an id, in office or not."""
    if "\x00" in login or len(login) > LONGEST:
        login = ""
    return Account.objects.filter(login=login).first()


def note_refusal(login: str, account: Account | None, *, reason: str) -> None:
    """To the log of the account's municipality; for an id of nobody's, its digest outside all of them."""
    with acting_for(account.municipality_id if account else ""):
        if account is not None:
            result = "locked" if reason == "locked" else "refused"
            why = reason if account.in_service else "inactive"
            audit.record("sign-in", by=account, detail={"why": why}, result=result)
            return
        StrayRefusal.objects.create(
            at=clock.now(),
            digest=lockout.digest(On.LOGIN, login),
            terminal=audit.terminal.get(),
            reason={"locked": Stray.LOCKED, "ticket": Stray.TICKET}.get(reason, Stray.UNKNOWN),
        )


def _is_right(account: Account | None, password: str) -> bool:
    usable = account is not None and account.has_usable_password() and len(password) <= LONGEST
    if account is None or not usable:
        make_password(password[:LONGEST])  # nobody's, at the price of somebody's
        return False
    return account.check_password(password) and account.in_service
