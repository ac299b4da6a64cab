"""Of every address, form, file and setting: what a browser is told, and what is refused (S09)."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from sesshu.protection import headers
from sesshu.protection.limits import PACES
from sesshu.protection.roles import Role

from .conftest import ISE, ORDINARY, OWN, signed_in, staff
from .pages import Page, each_system, pages
from .rows import Rows
from .test_audit import visit
from .test_permissions import address

HOUSE = Path(__file__).parents[2]
# A file that a page of a browser may run or show, never sniffed for another kind.
POLICY = ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'")


def assert_hardened(answer: Any, where: str) -> None:
    """The whole set of headers, and a policy without inline script, style or a foreign source."""
    for name, value in headers.HEADERS.items():
        assert answer.headers.get(name) == value, f"{where}: {name}"
    policy = answer.headers.get("Content-Security-Policy", "")
    for part in POLICY:
        assert part in policy, f"{where}: {part}"
    assert "unsafe" not in policy
    assert not re.search(r"https?:|\*", policy)
    if not answer.headers.get("Content-Type", "").startswith("application/pdf"):
        assert "object-src 'none'" in policy, where


@each_system
@pytest.mark.parametrize("known", [True, False], ids=["signed in", "a stranger"])
def test_every_answer_is_hardened(own_rows: Rows, known: bool, urlconf: str) -> None:
    """Signed in, the answer is also kept in no cache."""
    client = signed_in(staff("all", ISE, *ORDINARY)) if known else Client(raise_request_exception=False)
    for where in (address(page, OWN) for page in pages() if page.name != "protection:sign-out"):
        answer = client.get(where)
        assert_hardened(answer, where)
        if known:
            assert "no-store" in answer.headers["Cache-Control"], where
        if answer.content if not answer.streaming else False:
            kind = answer.headers["Content-Type"]
            assert not kind.startswith("text/") or "charset=utf-8" in kind, where


@pytest.mark.parametrize(
    ("address", "options", "status"),
    [
        ("/nowhere/", {}, 404),
        ("/sign-in/", {"HTTP_HOST": "elsewhere.example"}, 400),
        ("/sign-in/", {"CONTENT_LENGTH": "9" * 12}, 413),
        ("/sign-in/", {"CONTENT_LENGTH": "many"}, 400),
        ("/sign-in/", {"HTTP_CLIENT_CERT": ":AAAA:"}, 403),
    ],
)
def test_errors_are_hardened_too(
    db: None, settings: Any, address: str, options: dict[str, str], status: int
) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    answer = Client(raise_request_exception=False).get(address, **options)
    assert answer.status_code == status
    assert_hardened(answer, address)


def test_a_fault_tells_nothing_of_the_inside(own_rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **values: object) -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr("sesshu.web.home.tiles_for", broken, raising=False)
    monkeypatch.setattr("sesshu.web.views.render", broken)
    answer = signed_in(staff("all", ISE, *ORDINARY)).get("/")
    assert answer.status_code == 500
    assert b"secret" not in answer.content
    assert b"Traceback" not in answer.content
    assert_hardened(answer, "500")


STATIC = sorted(
    str(path) for finder in finders.get_finders() for path, _ in finder.list([]) if not path.endswith(".map")
)


@pytest.mark.parametrize("path", STATIC)
def test_every_static_file_is_hardened(db: None, path: str) -> None:
    answer = Client().get(f"/static/{path}")
    assert answer.status_code == 200, path
    assert_hardened(answer, path)
    assert b"".join(answer.streaming_content)  # type: ignore[arg-type]


def test_static_files_are_there() -> None:
    assert "web/app.js" in STATIC


@pytest.mark.parametrize("path", ["../config/settings/base.py", "..%2f..%2fpyproject.toml", "web/", ""])
def test_nothing_but_static_files_is_served(db: None, path: str) -> None:
    assert Client().get(f"/static/{path}").status_code == 404


@each_system
def test_no_post_is_taken_without_its_token(own_rows: Rows, urlconf: str) -> None:
    """A form of another site cannot act for whoever is signed in."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(staff("all", ISE, *ORDINARY))
    for page in pages():
        answer = client.post(address(page, OWN), {"q": "x"})
        assert answer.status_code == 403, page.name
        assert_hardened(answer, page.name)


@each_system
def test_other_methods_are_refused(own_rows: Rows, urlconf: str) -> None:
    client = signed_in(staff("all", ISE, *ORDINARY))
    for page in pages():
        for method in ("TRACE", "PUT", "DELETE", "PATCH"):
            answer = client.generic(method, address(page, OWN))
            # Whoever is signed in is led away from the sign-in page before it asks for the method.
            led_away = {302} if page.name == "protection:sign-in" else set()
            assert answer.status_code in {404, 405} | led_away, f"{page.name} {method}"


REDIRECTS = (
    "https://elsewhere.example/",
    "//elsewhere.example/",
    "/\\elsewhere.example",
    "javascript:alert(1)",
)


@pytest.mark.parametrize("target", REDIRECTS)
def test_sign_in_leads_nowhere_else(ise: object, target: str) -> None:
    staff("somebody", ISE, Role.COUNTER)
    answer = Client().post(
        f"/sign-in/?next={target}", {"username": "somebody", "password": "x" * 16, "next": target}
    )
    location = answer.headers.get("Location", "/")
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert "elsewhere.example" not in location.split("?")[0]


def test_a_machine_s_pace_is_refused_and_logged_and_a_clerk_s_is_not(own_rows: Rows) -> None:
    from sesshu.protection.models import AuditEvent

    account = staff("machine", ISE, *ORDINARY)
    client = signed_in(account)
    (searching,) = (page for page in pages() if page.name == "addressees:search")
    pace = PACES[searching.view.required_action]
    statuses = {visit_status(client, searching) for _ in range(pace.most)}
    assert statuses == {200}
    refused = client.post(searching.address(), {"q": "メジルシ"})
    assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)
    client.post(searching.address(), {"q": "メジルシ"})
    assert AuditEvent.objects.filter(action="limit.reached", account=account).count() == 1
    other = signed_in(staff("clerk", ISE, *ORDINARY))
    assert visit_status(other, searching) == 200


def visit_status(client: Client, page: Page) -> int:
    return client.post(page.address(), {"q": "不在者"}).status_code


@each_system
def test_no_address_holds_a_session_or_a_token(own_rows: Rows, urlconf: str) -> None:
    client = signed_in(staff("all", ISE, *ORDINARY))
    key = (client.session.session_key or "?").encode()
    for page in pages():
        if page.parameters or page.name == "protection:sign-out":
            continue
        text = visit(client, page, OWN)
        assert key not in text, page.name
        for link in re.findall(rb'(?:href|action|hx-get|hx-post)="([^"]*)"', text):
            assert b"csrf" not in link.lower(), page.name


SECRETS = {
    "private key": re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}"),
    "cloud key": re.compile(rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "token of a service": re.compile(rb"\b(?:ghp|gho|ghs|glpat|xox[abp])[_-][A-Za-z0-9_-]{20,}"),
    "signed token": re.compile(rb"\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}"),
    "password in an address": re.compile(rb"://[^/\s:@\"'{}<>$]+:[^/\s@\"'{}<>$%]{8,}@(?!db\.example)"),
}
BINARY_KEYS = re.compile(r"\.(?:p12|pfx|pem|key|jks|kdbx)$")


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [HOUSE / name for name in done.stdout.decode().split("\0") if name]


def test_no_secret_stands_in_the_repository() -> None:
    found = []
    for path in tracked():
        if not path.is_file():
            continue
        assert not BINARY_KEYS.search(path.name), path
        content = path.read_bytes()
        found += [(path.name, what) for what, rule in SECRETS.items() if rule.search(content)]
    assert found == []


def test_the_rules_see_the_secrets_that_they_look_for() -> None:
    from sesshu.protection import authority

    examples = {
        "private key": authority.key_bytes(authority.new_key()),
        "cloud key": b"AKIA" + b"A" * 16,
        "token of a service": b"ghp_" + b"a" * 36,
        "signed token": b".".join([b"eyJ" + b"a" * 30, b"eyJ" + b"b" * 30, b"c" * 30]),
        "password in an address": b"postgresql://admin:" + b"longpassword@db/",
    }
    for what, rule in SECRETS.items():
        assert rule.search(examples[what]), what


def test_secrets_live_outside_the_checkout_or_are_ignored() -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "var/secrets/django", "build/sbom.cdx.json"],
        cwd=HOUSE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ignored.returncode > 1:
        pytest.skip("not a git checkout")
    assert len(ignored.stdout.split()) == 2
