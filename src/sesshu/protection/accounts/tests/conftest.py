"""A city's staff who look after accounts: who asks, who decides, who reviews, and a clerk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from sesshu.kernel import clock
from sesshu.protection.accounts import asking, deciding
from sesshu.protection.accounts.asking import Wanted
from sesshu.protection.models import Account
from sesshu.protection.roles import Role
from sesshu.protection.services import open_account

TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.fixed(TODAY):
        yield


@pytest.fixture
def member(ise: Any) -> Callable[..., Account]:
    def make(login: str, *roles: Role) -> Account:
        return open_account(
            login=login, name=f"試験 {login}", municipality=ise, roles=roles, password="x" * 16
        )

    return make


@pytest.fixture
def system(member: Callable[..., Account]) -> Account:
    return member("system", Role.SYSTEM)


@pytest.fixture
def manager(member: Callable[..., Account]) -> Account:
    return member("manager", Role.MANAGER)


@pytest.fixture
def opened(system: Account, manager: Account) -> Callable[..., Account]:
    """An account opened by two persons."""

    def make(login: str = "newcomer", role: str = "counter", **changed: Any) -> Account:
        wanted = changed.pop("wanted", None) or [Wanted.of(role, starts_on=TODAY)]
        values: dict[str, Any] = {
            "name": "見本 新人", "kind": "staff", "section": "健康課", "employee_number": "",
            "reason": "窓口を担当するため",
        }  # fmt: skip
        asked = asking.ask_to_open(login=login, wanted=wanted, by=system, **(values | changed))
        return deciding.approve(asked, by=manager).account

    return make
