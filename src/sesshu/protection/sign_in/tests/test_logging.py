"""S05, ASVS V16.3.1: every try to come in is in the log, right or wrong, with the factors that were shown."""

from __future__ import annotations

from typing import Any

from sesshu.protection.models import AuditEvent
from sesshu.protection.sign_in.models import StrayRefusal

from .conftest import Person, enrolled
from .soft_authenticator import SoftAuthenticator


def last(action: str) -> tuple[str, dict[str, Any], int | None]:
    event = AuditEvent.objects.filter(action=action).latest("pk")
    assert event.terminal
    return event.result, event.detail, event.account_id


def test_every_kind_of_try_is_logged(clerk: Person, staff: Any) -> None:
    me = clerk.account.pk
    clerk.password("a wrong password")
    assert last("sign-in") == ("refused", {"why": "password"}, me)
    clerk.password()
    clerk.factor(SoftAuthenticator())
    result, detail, account = last("sign-in.factor")
    assert (result, detail["act"], account) == ("refused", "sign-in", me)
    clerk.sign_in()
    assert last("sign-in.factor")[0] == "ok"
    assert last("sign-in") == ("ok", {"factors": "password+authenticator"}, me)
    clerk.again(clerk.devices[0])
    assert (last("sign-in.factor")[0], last("sign-in.factor")[1]["act"]) == ("ok", "again")
    clerk.client.post("/sign-out/")
    assert last("sign-out")[2] == me
    for _ in range(6):
        clerk.password("a wrong password")
    assert last("sign-in") == ("locked", {"why": "locked"}, me)
    bare = Person(staff("counter-9"))
    bare.password()
    assert last("sign-in") == ("refused", {"why": "not-enrolled"}, bare.account.pk)
    gone = enrolled(staff("counter-8"))
    gone.account.is_active = False
    gone.account.save()
    gone.password()
    assert last("sign-in") == ("refused", {"why": "inactive"}, gone.account.pk)
    clerk.client.post("/sign-in/enrol/", {"username": "counter-9", "code": "00000-00000-00000-00000"})
    assert last("sign-in") == ("refused", {"why": "ticket"}, bare.account.pk)
    clerk.client.post("/sign-in/", {"username": "nobody", "password": "x"})
    assert StrayRefusal.objects.count() == 1
