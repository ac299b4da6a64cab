"""Terminals of Ise and Kofu, and a browser on each, behind a proxy that is trusted."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from django.test import Client

from sesshu.kernel import clock
from sesshu.protection.models import Account, Municipality
from sesshu.protection.roles import Role
from sesshu.protection.services import ensure_municipality, open_account
from sesshu.protection.tenancy import acting_for
from sesshu.protection.terminals import refusing, services
from sesshu.protection.terminals.choices import Kind
from sesshu.protection.terminals.models import Certificate, Terminal

PROXY = "10.20.30.40"
KOFU = "192015"


def staff(login: str, *roles: Role, city: str = "242039") -> Account:
    return open_account(
        login=login,
        name=f"職員 {login}",
        municipality=ensure_municipality(city),
        roles=roles,
        password="x" * 16,
    )


@pytest.fixture(autouse=True)
def _enforced(settings: Any) -> None:
    """As in production; and nothing reported by an earlier test keeps this one's report away."""
    settings.TERMINALS_REQUIRED = True
    settings.TRUSTED_PROXIES = [PROXY]
    refusing._reported.clear()


@pytest.fixture
def engineer(ise: Municipality) -> Account:
    return staff("engineer", Role.SYSTEM)


@pytest.fixture
def manager(ise: Municipality) -> Account:
    return staff("manager", Role.MANAGER)


@pytest.fixture
def register(engineer: Account, manager: Account) -> Callable[..., Certificate]:
    """``register("窓口1")``: a terminal of Ise that was approved and has its certificate."""

    def made(name: str, kind: Kind = Kind.COUNTER) -> Certificate:
        return registered(name, kind, engineer, manager)

    return made


@pytest.fixture
def in_kofu(ise: Municipality) -> Certificate:
    """A terminal of the other city."""
    engineer, manager = (staff(f"kofu-{role}", role, city=KOFU) for role in (Role.SYSTEM, Role.MANAGER))
    with acting_for(KOFU):
        return registered("甲府窓口", Kind.COUNTER, engineer, manager)


def registered(name: str, kind: Kind, engineer: Account, manager: Account) -> Certificate:
    application = services.request_registration(
        name=name, place="本庁舎1階", kind=kind, section="健康課", by=engineer
    )
    services.approve(application=application, by=manager)
    return collected(application, engineer)


def collected(application: Any, by: Account) -> Certificate:
    package = services.collect(application=application, by=by)
    _, certificate, _ = pkcs12.load_key_and_certificates(package.content, package.passphrase.encode())
    assert certificate is not None
    return Certificate.objects.get(serial=f"{certificate.serial_number:x}")


def header(pem: str) -> str:
    """The certificate as a proxy hands it on (RFC 9440)."""
    from cryptography import x509

    der = x509.load_pem_x509_certificate(pem.encode()).public_bytes(serialization.Encoding.DER)
    return f":{base64.b64encode(der).decode()}:"


def at_terminal(certificate: Certificate, account: Account | None = None) -> Client:
    """A browser on that terminal, signed in without its sign-in page."""
    client = Client(REMOTE_ADDR=PROXY, HTTP_CLIENT_CERT=header(certificate.pem))
    if account:
        client.force_login(account)
        session = client.session
        session["factor_shown_at"] = clock.now().isoformat()
        session.save()
    return client


def reread(terminal: Terminal) -> Terminal:
    return Terminal.objects.get(pk=terminal.pk)
