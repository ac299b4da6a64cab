"""The engineer's first installation, and what production refuses to start with."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from typing import Any

import pytest

from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.roles import Role
from sesshu.protection.services import ensure_municipality
from sesshu.protection.sign_in import checks
from sesshu.protection.sign_in.first import NotFirst, open_first
from sesshu.protection.sign_in.models import Ticket
from sesshu.protection.tenancy import acting_for

from .soft_authenticator import SoftAuthenticator
from .test_enrolment import enrol

LOGINS = ("tanaka-system", "suzuki-manager")


def opened(**more: Any) -> Any:
    return open_first(**({"municipality_code": "242039", "logins": LOGINS, "names": ("田中", "鈴木")} | more))


def test_the_first_two_enrol_with_their_codes(db: None) -> None:
    made = opened()
    roles = [Account.objects.get(login=each.login).roles for each in made]
    assert roles == [[Role.SYSTEM], [Role.MANAGER]]
    for each in made:
        with acting_for("242039"):
            person = enrol(Account.objects.get(login=each.login), each.code, SoftAuthenticator())
            assert person.is_in()


def test_it_is_refused_once_there_is_an_administrator(db: None) -> None:
    opened()
    with pytest.raises(NotFirst, match="すでに登録されています"):
        opened(logins=("other-1", "other-2"))
    assert not Account.objects.filter(login="other-1").exists()
    # Another city has none yet.
    assert opened(municipality_code="192015", logins=("kofu-1", "kofu-2"))


@pytest.mark.parametrize(
    "logins", [("same-1", "same-1"), ("a", "bbb"), ("田中田中", "suzuki"), ("x y z", "suzuki")]
)
def test_unfit_ids_are_refused_and_nothing_is_left(db: None, logins: tuple[str, str]) -> None:
    with pytest.raises(NotFirst):
        opened(logins=logins)
    assert not Account.objects.exists()


def test_it_is_logged_without_the_code(db: None) -> None:
    made = opened()
    ensure_municipality("242039")
    with acting_for("242039"):
        said = str(list(AuditEvent.objects.values_list("action", "detail")))
        assert Ticket.objects.count() == 2
    assert said.count("accounts.first") == 2
    for each in made:
        assert each.code not in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--login", "one-login"], "2回指定"),
        (["--login", "aaa", "--login", "bbb", "--name", "一人"], "同じ順に2回"),
    ],
)
def test_the_command_says_what_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    from sesshu.config import cli

    monkeypatch.setattr(cli, "_prepare_database", lambda *given: None)
    assert cli.main(["accounts", "first", "--municipality", "242039", *words]) == 2
    assert told in capsys.readouterr().err


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """Load the production settings in a process of their own."""
    return subprocess.run(
        [sys.executable, "-c", "import django; django.setup(); print('started')"],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "sesshu.config.settings.production"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_s01_production_starts_without_relaxations() -> None:
    done = start(SESSHU_DEMO_SIGN_IN="0")
    assert done.stdout.strip() == "started", done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEMO_SIGN_IN", "1"),
        ("SESSHU_DEMO_SIGN_IN", "true"),
        ("MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", "True"),
        ("SESSHU_MFA_WEBAUTHN_USER_VERIFICATION", "preferred"),
        ("SESSHU_DEBUG", "yes"),
    ],
)
def test_s01_production_refuses_to_start_with_a_relaxation(name: str, value: str) -> None:
    done = start(**{name: value})
    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr
    assert name in done.stderr


def test_the_check_of_the_settings_sees_what_is_loosened(settings: Any) -> None:
    assert checks.second_factor(None) == []
    settings.MFA_WEBAUTHN_USER_VERIFICATION = "preferred"
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    assert [each.id for each in checks.second_factor(None)] == ["sign_in.E001", "sign_in.E002"]


def test_a_code_has_100_random_bits_and_is_kept_as_a_slow_salted_hash(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASVS V6.5.2–V6.5.4."""
    from sesshu.config.settings import base
    from sesshu.protection.sign_in import tickets

    drawn: list[str] = []

    def choice(signs: str) -> str:
        drawn.append(signs)
        return secrets.SystemRandom().choice(signs)

    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS
    monkeypatch.setattr(tickets.secrets, "choice", choice)
    made = opened()
    assert drawn.count("0123456789ABCDEFGHJKMNPQRSTVWXYZ") == 40
    assert len(set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")) ** 20 == 2**100
    codes = {each.code for each in made}
    assert len(codes) == 2
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}", code) for code in codes)
    with acting_for("242039"):
        kept = [row.secret.split("$") for row in Ticket.objects.all()]
    assert [parts[0] for parts in kept] == ["scrypt", "scrypt"]
    salts = {parts[2] for parts in kept}
    assert len(salts) == 2
    assert all(len(salt) >= 22 for salt in salts)  # 22 signs of 62: 130 bits
