from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from sesshu.intermediate.tests.conftest import core, other  # noqa: F401 - fixtures
from sesshu.intermediate.tests.world import ISE
from sesshu.kernel import clock
from sesshu.protection.roles import Role
from sesshu.protection.services import ensure_municipality, open_account


@pytest.fixture(autouse=True)
def _intermediate(settings: Any) -> Iterator[None]:
    """The addresses and the roles of an intermediate server."""
    settings.ROOT_URLCONF = "sesshu.config.intermediate_urls"
    settings.SYSTEM = "intermediate"
    return


@pytest.fixture
def sign_in(ise: object) -> Callable[..., Client]:
    """``sign_in(Role.EXCHANGE_DESK)``: somebody new with these roles; ``client.account`` is who."""

    def made(*roles: Role, login: str = "", fresh: bool = True) -> Client:
        name = login or "-".join(roles) or "nobody"
        account = open_account(
            login=f"t-{name}", name=f"試験 {name}", municipality=ensure_municipality(ISE), roles=roles,
            password="x" * 16,
        )  # fmt: skip
        client = Client()
        client.force_login(account)
        if fresh:
            session = client.session
            session["factor_shown_at"] = clock.now().isoformat()
            session.save()
        client.account = account  # type: ignore[attr-defined]
        return client

    return made
