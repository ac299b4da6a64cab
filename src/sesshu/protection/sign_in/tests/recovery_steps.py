"""The steps of a recovery and of an enrolment, as two administrators and the person take them."""

from __future__ import annotations

import re
from collections.abc import Callable

from sesshu.protection.models import Account
from sesshu.protection.sign_in.choices import CheckMethod
from sesshu.protection.sign_in.models import Recovery

from .conftest import Person
from .soft_authenticator import SoftAuthenticator

NEW = "umibe no gakko 77"
CODE = re.compile(r'<code class="secret-code">([^<]*)</code>')
Staff = Callable[..., Account]


def asked(by: Person, whom: Account, **more: str) -> object:
    given = {"account": whom.pk, "method": CheckMethod.STAFF_CARD, "note": "窓口で職員証の写真と照合"}
    return by.client.post("/sign-in/recoveries/ask/", given | more, follow=True)


def approved(by: Person, recovery: Recovery) -> str:
    page = by.client.post(f"/sign-in/recoveries/{recovery.pk}/approve/").content.decode()
    found = CODE.search(page)
    assert found, page
    return found[1]


def enrol(account: Account, code: str, device: SoftAuthenticator) -> Person:
    person = Person(account, devices=[device])
    sent = person.client.post("/sign-in/enrol/", {"username": account.login, "code": code})
    assert sent.headers.get("Location") == "/sign-in/enrol/password/", sent.content.decode()
    person.client.post("/sign-in/enrol/password/", {"new_password": NEW, "repeated": NEW})
    answer = device.create(person.options("/sign-in/enrol/authenticator/"))
    person.client.post("/sign-in/enrol/authenticator/", {"name": "新しい鍵", "answer": answer})
    return person
