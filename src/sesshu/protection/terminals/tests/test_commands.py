"""S03: registration by request and approval, certificates, loss, renewal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from math import log2

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from sesshu.kernel import clock
from sesshu.protection import authority
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.terminals import revocation, selectors, services, signing_requests
from sesshu.protection.terminals.choices import Application, Kind, State
from sesshu.protection.terminals.models import Certificate, TerminalApplication
from sesshu.protection.terminals.policies import TerminalRefused

from .conftest import collected, reread

Register = Callable[..., Certificate]


def asked(by: Account, **given: str) -> TerminalApplication:
    values = {"name": "窓口1", "place": "本庁舎1階", "section": "健康課"} | given
    return services.request_registration(kind=Kind.COUNTER, by=by, **values)


def signing_request(key: object, name: str = "who I say I am") -> str:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())  # type: ignore[arg-type]
    return made.public_bytes(serialization.Encoding.PEM).decode()


def test_nobody_approves_what_he_asked_for(engineer: Account) -> None:
    application = asked(engineer)
    with pytest.raises(TerminalRefused, match="自分が申請した"):
        services.approve(application=application, by=engineer)
    assert reread(application.terminal).state == State.REQUESTED


def test_postgresql_itself_refuses_one_person_for_both(engineer: Account) -> None:
    application = asked(engineer)
    with pytest.raises(IntegrityError, match="terminal_decided_by_another"), transaction.atomic():
        TerminalApplication.objects.filter(pk=application.pk).update(decided_by=engineer)


def test_an_application_is_decided_once(engineer: Account, manager: Account) -> None:
    application = asked(engineer)
    services.refuse(application=application, reason="台数を超えるため", by=manager)
    assert reread(application.terminal).state == State.REFUSED
    with pytest.raises(TerminalRefused, match="すでに決定"):
        services.approve(application=application, by=manager)


def test_the_package_opens_with_its_passphrase_and_holds_a_whole_chain(
    engineer: Account, manager: Account
) -> None:
    application = asked(engineer)
    services.approve(application=application, by=manager)
    package = services.collect(application=application, by=engineer)
    with pytest.raises(ValueError, match=r"[Pp]assword|PKCS12"):
        pkcs12.load_key_and_certificates(package.content, b"wrong")
    key, certificate, others = pkcs12.load_key_and_certificates(package.content, package.passphrase.encode())
    assert key is not None
    assert certificate is not None
    assert others == [authority.root()]
    certificate.verify_directly_issued_by(authority.root())
    assert certificate.public_key() == key.public_key()
    assert [part.value for part in certificate.subject] == ["242039", application.terminal.identifier]
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    lasts = certificate.not_valid_after_utc - clock.now()
    assert timedelta(days=364) < lasts <= timedelta(days=365)


def test_a_passphrase_cannot_be_guessed(engineer: Account, manager: Account) -> None:
    """Of at least 128 bits, and another one each time."""
    said = set()
    for number in range(3):
        application = asked(engineer, name=f"窓口{number}")
        services.approve(application=application, by=manager)
        said.add(services.collect(application=application, by=engineer).passphrase)
    assert len(said) == 3
    for passphrase in said:
        drawn = passphrase.replace("-", "")
        assert set(drawn) <= set(signing_requests._ALPHABET)
        assert len(drawn) * log2(len(set(signing_requests._ALPHABET))) >= 128


def test_a_package_is_made_once_and_kept_nowhere(engineer: Account, manager: Account) -> None:
    application = asked(engineer)
    with pytest.raises(TerminalRefused, match="承認された申請ではない"):
        services.collect(application=application, by=engineer)
    services.approve(application=application, by=manager)
    services.collect(application=application, by=engineer)
    with pytest.raises(TerminalRefused, match="発行済み"):
        services.collect(application=application, by=engineer)
    assert "PRIVATE" not in Certificate.objects.get(application=application).pem


def test_a_terminal_s_own_key_never_leaves_it_and_its_own_words_do_not_count(
    engineer: Account, manager: Account
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    application = asked(engineer, signing_request=signing_request(key, "T9999"))
    made = services.approve(application=application, by=manager)
    assert made is not None
    certificate = x509.load_pem_x509_certificate(made.pem.encode())
    assert certificate.public_key() == key.public_key()
    assert "T9999" not in certificate.subject.rfc4514_string()
    with pytest.raises(TerminalRefused):
        services.collect(application=application, by=engineer)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not a request", "として読めません"),
        ("x" * 9_000, "大きすぎます"),
        (signing_request(rsa.generate_private_key(65537, 2048)), "鍵の種類または長さ"),
        (signing_request(ec.generate_private_key(ec.SECP256K1())), "鍵の種類または長さ"),
    ],
    ids=["words", "too long", "short RSA", "another curve"],
)
def test_what_cannot_be_signed_is_refused_when_asked_for(engineer: Account, text: str, words: str) -> None:
    with pytest.raises(TerminalRefused, match=words):
        asked(engineer, signing_request=text)


def test_a_signing_request_that_was_altered_is_refused(engineer: Account) -> None:
    whole = x509.load_pem_x509_csr(signing_request(ec.generate_private_key(ec.SECP256R1())).encode())
    der = bytearray(whole.public_bytes(serialization.Encoding.DER))
    der[der.find(b"who I say")] ^= 1
    altered = x509.load_der_x509_csr(bytes(der)).public_bytes(serialization.Encoding.PEM).decode()
    with pytest.raises(TerminalRefused, match="署名が正しくありません"):
        asked(engineer, signing_request=altered)


@given(st.text(max_size=400))
def test_no_text_breaks_the_reading_of_signing_requests(text: str) -> None:
    with pytest.raises(signing_requests.UnusableRequest):
        signing_requests.public_key(text)


def test_a_terminal_is_not_named_after_staff(engineer: Account, manager: Account) -> None:
    with pytest.raises(TerminalRefused, match="職員の氏名"):
        asked(engineer, name="職員manager の机")


def test_a_loss_revokes_and_closes_what_is_open(
    register: Register, engineer: Account, manager: Account
) -> None:
    certificate = register("窓口1")
    services.request_certificate(terminal=certificate.terminal, reason="故障", by=engineer)
    services.report_lost(terminal=certificate.terminal, reason="会場に置き忘れ", by=manager)
    certificate.refresh_from_db()
    assert certificate.revoked_at is not None
    assert not selectors.open_applications().exists()
    event = AuditEvent.objects.filter(action="terminal.lost").get()
    assert event.detail["terminal"] == certificate.terminal.identifier
    certificate.terminal.refresh_from_db()
    assert certificate.terminal.state_reason == "会場に置き忘れ"
    assert "reason" not in event.detail


def test_a_reason_is_asked_for(register: Register, engineer: Account, manager: Account) -> None:
    terminal = register("窓口1").terminal
    for act in (services.report_lost, services.retire):
        with pytest.raises(TerminalRefused, match="理由"):
            act(terminal=terminal, reason=" ", by=manager)
    with pytest.raises(TerminalRefused, match="再発行の理由"):
        services.request_certificate(terminal=terminal, reason="", by=engineer)


def test_what_was_found_again_needs_a_new_approval(
    register: Register, engineer: Account, manager: Account
) -> None:
    old = register("窓口1")
    services.report_lost(terminal=old.terminal, reason="紛失", by=engineer)
    application = services.request_certificate(terminal=old.terminal, reason="見つかった", by=engineer)
    assert application.kind == Application.REISSUE
    services.approve(application=application, by=manager)
    new = collected(application, engineer)
    old.refresh_from_db()
    assert (new.revoked_at, reread(old.terminal).state) == (None, State.IN_USE)
    assert old.revoked_at is not None


def test_retired_is_for_good(register: Register, engineer: Account, manager: Account) -> None:
    terminal = register("窓口1").terminal
    services.retire(terminal=terminal, reason="更改", by=manager)
    with pytest.raises(TerminalRefused, match="廃止"):
        services.request_certificate(terminal=terminal, reason="もう一度", by=engineer)


def test_one_application_at_a_time(register: Register, engineer: Account) -> None:
    terminal = register("窓口1").terminal
    services.request_certificate(terminal=terminal, reason="故障", by=engineer)
    with pytest.raises(TerminalRefused, match="承認待ち"):
        services.request_certificate(terminal=terminal, reason="故障", by=engineer)


def test_the_page_of_administration_counts_what_waits(engineer: Account, manager: Account) -> None:
    application = asked(engineer)
    assert (selectors.waiting_for(manager), selectors.waiting_for(engineer)) == (1, 0)
    services.approve(application=application, by=manager)
    assert (selectors.waiting_for(manager), selectors.waiting_for(engineer)) == (0, 1)
    collected(application, engineer)
    assert selectors.waiting_for(engineer) == 0
    with clock.fixed(clock.now() + timedelta(days=330)):
        assert selectors.waiting_for(engineer) == 1
        terminal = selectors.terminal(application.terminal_id)
        assert terminal is not None
        assert selectors.ending(terminal).soon
        asked_again = services.request_certificate(terminal=terminal, reason="", by=engineer)
        assert asked_again.kind == Application.RENEWAL


def test_the_first_terminal_needs_nobody_and_only_the_first(
    ise: object, register: Register, engineer: Account
) -> None:
    terminal, package = services.register_first(
        name="事務室1", place="本庁舎2階", kind=Kind.OFFICE, section="健康課"
    )
    assert package.file_name == f"{terminal.identifier}.p12"
    assert AuditEvent.objects.get(action="terminal.first").actor == "command-line"
    with pytest.raises(TerminalRefused, match="使える端末があります"):
        services.register_first(name="事務室2", place="本庁舎2階", kind=Kind.OFFICE, section="健康課")
    services.report_lost(terminal=terminal, reason="紛失", by=engineer)
    services.register_first(name="事務室3", place="本庁舎2階", kind=Kind.OFFICE, section="健康課")


def test_the_revocation_list_is_ours_and_names_the_lost_of_every_city(
    register: Register, in_kofu: Certificate, engineer: Account
) -> None:
    lost, kept = register("窓口1"), register("窓口2")
    services.report_lost(terminal=lost.terminal, reason="紛失", by=engineer)
    revocation.write()
    read = x509.load_pem_x509_crl(revocation.path().read_bytes())
    assert read.is_signature_valid(authority.root().public_key())  # type: ignore[arg-type]
    assert read.get_revoked_certificate_by_serial_number(int(lost.serial, 16)) is not None
    for other in (kept, in_kofu):
        assert read.get_revoked_certificate_by_serial_number(int(other.serial, 16)) is None


def test_the_authority_s_key_is_for_this_user_only(ise: object) -> None:
    folder = authority.root_path().parent
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "authority-key.sealed").stat().st_mode & 0o077 == 0
    assert not (folder / "authority-key.pem").exists()


def test_numbers_are_found_by_every_word(register: Register) -> None:
    certificate = register("会場タブレット3")
    register("窓口1")
    identifier = certificate.terminal.identifier
    for words in ("会場", f"{identifier.lower()} 本庁舎", certificate.serial, "タブレット 健康課"):
        assert [each.pk for each in selectors.terminals(words)] == [certificate.terminal_id], words
    assert not selectors.terminals("会場 別館").exists()
