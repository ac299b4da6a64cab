"""S03: which requests are let through, from whom, and what is written down (controls 16, 27, 56)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sesshu.kernel import clock
from sesshu.protection import authority, peers
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.roles import Role
from sesshu.protection.terminals import services
from sesshu.protection.terminals.choices import Kind
from sesshu.protection.terminals.models import Certificate, Sighting
from sesshu.protection.terminals.policies import may_handle_numbers, on_numbers_terminals

from .conftest import KOFU, PROXY, at_terminal, collected, header, staff

Register = Callable[..., Certificate]


@pytest.fixture
def clerk(ise: object) -> Account:
    return staff("clerk", Role.COUNTER)


def refusals() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action="terminal.refused").order_by("pk"))


def pem(usage: Any = authority.CLIENT, organization: str = "242039") -> str:
    """A certificate of our authority that no register knows."""
    key = authority.new_key().public_key()
    signed = authority.issue(authority.Subject("T0001", organization), key, usage=usage)
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def test_a_registered_terminal_opens_the_house_and_stands_in_the_log(
    register: Register, clerk: Account
) -> None:
    certificate = register("窓口1")
    answer = at_terminal(certificate, clerk).post(reverse("addressees:search"), {"q": "メジルシ"})
    assert answer.status_code == 200
    event = AuditEvent.objects.filter(account=clerk).latest("pk")
    assert event.terminal == certificate.terminal.identifier


def test_without_a_certificate_not_even_the_sign_in_page_opens(clerk: Account) -> None:
    stranger = Client()
    assert stranger.get("/sign-in/").status_code == 403
    assert stranger.get("/health/").status_code == 200
    stranger.force_login(clerk)
    answer = stranger.get("/")
    assert answer.status_code == 403
    assert "端末の証明書が確認できません" in answer.content.decode()
    assert [(event.account_id, event.detail["reason"]) for event in refusals()] == [(clerk.pk, "none")]


def test_the_very_next_request_of_a_lost_terminal_is_refused_and_its_session_is_over(
    register: Register, clerk: Account, engineer: Account
) -> None:
    certificate = register("窓口1")
    browser = at_terminal(certificate, clerk)
    assert browser.get("/").status_code == 200
    services.report_lost(terminal=certificate.terminal, reason="盗難", by=engineer)
    answer = browser.get("/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (403, "true")
    assert "_auth_user_id" not in browser.session
    assert refusals()[-1].detail["reason"] == "lost"
    assert refusals()[-1].result == "refused"


def test_a_terminal_of_another_city_is_refused(
    register: Register, in_kofu: Certificate, clerk: Account
) -> None:
    answer = at_terminal(in_kofu, clerk).get("/")
    assert answer.status_code == 403
    assert "ほかの市区町村" in answer.content.decode()


def test_an_account_of_another_city_cannot_sign_in_here(register: Register) -> None:
    certificate = register("窓口1")
    staff("kofu-clerk", Role.COUNTER, city=KOFU)
    browser = at_terminal(certificate)
    answer = browser.post("/sign-in/", {"username": "kofu-clerk", "password": "x" * 16})
    after = browser.get("/")
    assert "_auth_user_id" not in browser.session, answer.status_code
    assert after.status_code in (302, 403)


def test_a_session_stays_on_the_terminal_where_it_began(register: Register, clerk: Account) -> None:
    """Control 16: a cookie that was carried off opens nothing, from another registered terminal either."""
    first, second = register("窓口1"), register("窓口2")
    browser = at_terminal(first, clerk)
    assert browser.get("/").status_code == 200
    thief = at_terminal(second)
    thief.cookies = browser.cookies
    assert thief.get("/").status_code == 403
    assert refusals()[-1].detail["reason"] == "moved"


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda: header(pem()), "unregistered"),
        (lambda: header(pem(usage=authority.SERVER)), "usage"),
        (lambda: header(pem(organization="no city")), "other_city"),
        (lambda: ":AAAA:", "malformed"),
        (lambda: "AAAA", "malformed"),
        (lambda: ":" + "A" * 20_000 + ":", "malformed"),
    ],
)
def test_other_certificates_are_refused(clerk: Account, made: Callable[[], str], reason: str) -> None:
    browser = Client(REMOTE_ADDR=PROXY, HTTP_CLIENT_CERT=made())
    browser.force_login(clerk)
    assert browser.get("/").status_code == 403
    assert refusals()[-1].detail["reason"] == reason


def test_a_certificate_of_another_authority_is_refused(
    ise: object, clerk: Account, tmp_path: Any, settings: Any
) -> None:
    ours = settings.AUTHORITY_FOLDER
    settings.AUTHORITY_FOLDER = tmp_path / "other"
    foreign = header(pem())
    settings.AUTHORITY_FOLDER = ours
    browser = Client(REMOTE_ADDR=PROXY, HTTP_CLIENT_CERT=foreign)
    browser.force_login(clerk)
    assert browser.get("/").status_code == 403
    assert refusals()[-1].detail["reason"] == "foreign"


def test_an_expired_certificate_is_refused(register: Register, clerk: Account) -> None:
    browser = at_terminal(register("窓口1"), clerk)
    with clock.fixed(clock.now() + timedelta(days=366)):
        browser.force_login(clerk)
        assert browser.get("/").status_code == 403
        assert refusals()[-1].detail["reason"] == "expired"


def test_a_forged_header_is_refused_and_reported_even_with_a_good_certificate(
    register: Register, clerk: Account
) -> None:
    browser = Client(REMOTE_ADDR="192.0.2.7", HTTP_CLIENT_CERT=header(register("窓口1").pem))
    browser.force_login(clerk)
    assert browser.get("/").status_code == 403
    (event,) = refusals()
    assert (event.detail["reason"], event.detail["address"]) == ("forged", "192.0.2.7")


def test_a_forged_header_is_refused_in_the_demo_too(settings: Any, clerk: Account) -> None:
    settings.TERMINALS_REQUIRED = False
    browser = Client(HTTP_CLIENT_CERT=":AAAA:")
    browser.force_login(clerk)
    assert browser.get("/").status_code == 403


def test_what_a_stranger_says_of_other_addresses_is_not_heard() -> None:
    heard: list[HttpRequest] = []
    middleware = peers.PeerMiddleware(lambda request: heard.append(request) or HttpResponse())  # type: ignore[func-returns-value]
    said = {"HTTP_X_FORWARDED_FOR": "198.51.100.1, 203.0.113.9", "HTTP_X_FORWARDED_PROTO": "https"}
    for address in ("192.0.2.7", PROXY):
        middleware(RequestFactory().get("/", REMOTE_ADDR=address, **said))
    stranger, proxied = heard
    assert (stranger.META["REMOTE_ADDR"], "HTTP_X_FORWARDED_PROTO" in stranger.META) == ("192.0.2.7", False)
    assert (proxied.META["REMOTE_ADDR"], proxied.META["HTTP_X_FORWARDED_PROTO"]) == ("203.0.113.9", "https")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(lambda raw: f":{raw.hex()}:")))
def test_no_header_breaks_the_reading_of_certificates(ise: object, text: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=PROXY)
    request.META |= {peers.PROXIED: True, peers.CERTIFICATE_HEADER: text}
    if text.strip():
        with pytest.raises(peers.UntrustedCertificate):
            peers.peer_certificate(request)
    else:
        assert peers.peer_certificate(request) is None


def test_the_last_use_is_written_once_a_minute(register: Register, clerk: Account) -> None:
    certificate = register("窓口1")
    browser = at_terminal(certificate, clerk)
    starts = clock.now()
    seen = []
    for seconds in (0, 20, 59, 61):
        with clock.fixed(starts + timedelta(seconds=seconds)):
            browser.get("/")
            at = Sighting.objects.get(certificate=certificate).at
            assert at is not None
            seen.append(round((at - starts).total_seconds()))
    assert seen == [0, 0, 0, 61]


def test_a_renewed_certificate_ends_the_old_one_when_it_is_first_used(
    register: Register, clerk: Account, engineer: Account, manager: Account
) -> None:
    old = register("窓口1")
    application = services.request_certificate(terminal=old.terminal, reason="更新", by=engineer)
    services.approve(application=application, by=manager)
    new = collected(application, engineer)
    assert at_terminal(old, clerk).get("/").status_code == 200
    assert at_terminal(new, clerk).get("/").status_code == 200
    assert at_terminal(old, clerk).get("/").status_code == 403
    assert refusals()[-1].detail["reason"] == "revoked"


def test_the_terminal_costs_one_question_a_request(register: Register, clerk: Account, settings: Any) -> None:
    certificate = register("窓口1")
    browser = at_terminal(certificate, clerk)
    browser.get("/")
    with_it = asked(browser)
    settings.TERMINALS_REQUIRED = False
    plain = Client()
    plain.force_login(clerk)
    plain.get("/")
    without = asked(plain)
    assert with_it == without + 1


def asked(browser: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        browser.get("/")
    return len(queries)


def test_what_keeps_asking_is_reported_once_a_minute(ise: object, clerk: Account) -> None:
    starts = clock.now()
    for seconds in (0, 1, 30, 61):
        with clock.fixed(starts + timedelta(seconds=seconds)):
            browser = Client()
            browser.force_login(clerk)
            assert browser.get("/").status_code == 403
    assert len(refusals()) == 2


def test_individual_numbers_are_for_numbers_terminals(register: Register, clerk: Account) -> None:
    """Control 27."""
    answers = []
    for kind in (Kind.COUNTER, Kind.NUMBERS):
        request = RequestFactory().get("/")
        request.user, request.terminal = clerk, register(f"端末 {kind}", kind).terminal  # type: ignore[attr-defined]
        assert may_handle_numbers(request) == (kind == Kind.NUMBERS)
        view = on_numbers_terminals(lambda request: HttpResponse("a number"))
        answers.append(view(request).status_code)
    assert answers == [403, 200]
    assert refusals()[-1].detail["reason"] == "kind"
    nowhere = RequestFactory().get("/")
    assert not may_handle_numbers(nowhere)


def test_terminals_cannot_be_done_without_outside_the_demo(settings: Any) -> None:
    from django.apps import apps

    settings.TERMINALS_REQUIRED, settings.DEMO_SIGN_IN = False, False
    with pytest.raises(ImproperlyConfigured):
        apps.get_app_config("terminals").ready()
