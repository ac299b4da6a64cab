"""Pages rendered without a database: the shell must not need one to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.test import RequestFactory

from sesshu.kernel import clock
from sesshu.protection.models import Account, Municipality
from sesshu.protection.roles import Role

Ask = Callable[..., HttpRequest]
POLICY = "; ".join(
    ["default-src 'none'"]
    + [f"{kind} 'self'" for kind in ("script-src", "style-src", "img-src", "connect-src", "form-action")]
)


@pytest.fixture(autouse=True)
def _day() -> Iterator[None]:
    with clock.fixed(datetime(2026, 11, 22, 9, 5, tzinfo=ZoneInfo("Asia/Tokyo"))):
        yield


@pytest.fixture
def clerk_of() -> Callable[..., Account]:
    def make(*roles: Role) -> Account:
        city = Municipality(code="242039", prefecture="三重県", name="伊勢市")
        return Account(login="test-clerk", name="試験 職員", municipality=city, roles=list(roles))

    return make


@pytest.fixture
def ask(clerk_of: Callable[..., Account]) -> Ask:
    """A GET request of a clerk with the roles given (programme by default)."""

    def make(path: str = "/", *roles: Role) -> HttpRequest:
        request = RequestFactory().get(path)
        request.user = clerk_of(*(roles or (Role.PROGRAMME,)))
        request.session = {}  # type: ignore[assignment]
        request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
        return request

    return make


@pytest.fixture
def show(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open a rendered page under the real content security policy; what the console says fails the test."""
    complaints: list[str] = []
    pages = []

    def opened(html: str, width: int = 1280, posts: list[str] | None = None) -> Any:
        page = browser.new_page(viewport={"width": width, "height": 800})
        pages.append(page)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))

        def answer(route: Any) -> None:
            path = route.request.url.removeprefix("http://sesshu.test")
            if path.startswith("/static/"):
                file = finders.find(path.removeprefix("/static/"))
                route.fulfill(path=Path(str(file)))
            elif route.request.method == "POST" and posts is not None:
                posts.append(f"{path} {route.request.post_data}")
                route.fulfill(body="令和8年11月22日（2026-11-22）", content_type="text/html; charset=utf-8")
            else:
                route.fulfill(
                    body=html,
                    headers={"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY},
                )

        page.route("**/*", answer)
        page.goto("http://sesshu.test/")
        return page

    yield opened
    for page in pages:
        page.close()
    assert complaints == []
