"""Staff of Ise with software authenticators, in a house where the demo's sign-in is off."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pytest
from django.test import Client

from sesshu.protection.models import Account, AuditEvent, Municipality
from sesshu.protection.roles import Role
from sesshu.protection.services import open_account
from sesshu.protection.sign_in import authenticators

from .soft_authenticator import SoftAuthenticator

PASSWORD = "tsubaki no hana 38"
_OPTIONS = re.compile(r'data-options="([^"]*)"')


@pytest.fixture(autouse=True)
def _no_demo(settings: Any) -> None:
    settings.DEMO_SIGN_IN = False


@dataclass
class Person:
    """A member of staff with a browser and authenticators; pages are visited as the browser does."""

    account: Account
    client: Client = field(default_factory=lambda: Client(headers={"host": "localhost"}))
    devices: list[SoftAuthenticator] = field(default_factory=list)

    def password(self, password: str = PASSWORD, **more: str) -> Any:
        return self.client.post("/sign-in/", {"username": self.account.login, "password": password} | more)

    def factor(self, device: SoftAuthenticator, change: Callable[[str], str] = str) -> Any:
        options = self.options("/sign-in/factor/")
        return self.client.post("/sign-in/factor/", {"answer": change(device.get(options))})

    def again(self, device: SoftAuthenticator, aim: str = "/") -> Any:
        answer = device.get(self.options("/sign-in/again/"))
        return self.client.post("/sign-in/again/", {"answer": answer, "next": aim})

    def options(self, path: str) -> str:
        found = _OPTIONS.search(self.client.get(path).content.decode())
        assert found, f"{path} asks for no authenticator"
        return unescape(found[1])

    def sign_in(self) -> Person:
        assert self.password().headers["Location"] == "/sign-in/factor/"
        assert self.factor(self.devices[0]).status_code == 302
        assert self.is_in()
        return self

    def is_in(self) -> bool:
        return self.client.get("/sign-in/own/").status_code == 200


def enrolled(account: Account, *, device: SoftAuthenticator | None = None, name: str = "指紋") -> Person:
    """An account with one authenticator, registered through the same ceremony as on the page."""
    device = device or SoftAuthenticator()
    person = Person(account, devices=[device])
    register(account, device, name)
    return person


def register(account: Account, device: SoftAuthenticator, name: str) -> int:
    from django.contrib.sessions.backends.base import SessionBase
    from django.test import RequestFactory

    request = RequestFactory().get("/", headers={"host": "localhost"})
    request.session = SessionBase()
    answer = device.create(authenticators.begin_registration(request, account))
    return int(authenticators.register(request, account, name=name, answer=answer).pk)


@pytest.fixture
def staff(ise: Municipality) -> Callable[..., Account]:
    def make(login: str, *roles: Role, municipality: Municipality | None = None) -> Account:
        return open_account(
            login=login,
            name=f"試験 {login}",
            municipality=municipality or ise,
            roles=roles or [Role.COUNTER],
            password=PASSWORD,
        )

    return make


@pytest.fixture
def clerk(staff: Callable[..., Account]) -> Person:
    return enrolled(staff("counter-1"))


def events(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action).order_by("pk"))


@pytest.fixture
def system(staff: Callable[..., Account]) -> Person:
    return enrolled(staff("system-1", Role.SYSTEM)).sign_in()


@pytest.fixture
def manager(staff: Callable[..., Account]) -> Person:
    return enrolled(staff("manager-1", Role.MANAGER)).sign_in()
