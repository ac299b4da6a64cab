"""The city's client of the vault: to whom it speaks, and that its token stays where it is used (U05, S09)."""

from __future__ import annotations

import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from tests.vault import ISE, RunningVault, invented_addressee, invented_number

from sesshu.addressees.choices import Kind, Sex, Status
from sesshu.addressees.individual_numbers import client as room
from sesshu.addressees.individual_numbers.client import Asking, Unreachable, Vault
from sesshu.addressees.models import Addressee
from sesshu.kernel import clock
from sesshu.protection import authority, freshness
from sesshu.protection.roles import Role
from sesshu.protection.services import open_account

ASKING = Asking(ISE, "somebody", "T-1", uuid.UUID(int=1))


@contextmanager
def impostor(certificate: Path) -> Iterator[tuple[int, list[bytes]]]:
    """A server that shows this certificate; its port, and whatever was said to it after a handshake."""
    context, heard = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), []
    context.load_cert_chain(certificate)

    def listen() -> None:
        with suppress(OSError):
            while True:
                link, _ = listening.accept()
                with suppress(OSError), context.wrap_socket(link, server_side=True) as wrapped:
                    heard.append(wrapped.recv(65536))

    with closing(create_server(("127.0.0.1", 0))) as listening:
        threading.Thread(target=listen, daemon=True).start()
        yield listening.getsockname()[1], heard


@pytest.fixture
def issued(tmp_path: Path) -> Callable[[str], Path]:
    def issue(host: str) -> Path:
        key = authority.new_key()
        made = authority.issue(
            authority.Subject(host), key.public_key(), usage=authority.SERVER, hosts=[host]
        )
        path = tmp_path / "server.pem"
        path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + authority.key_bytes(key))
        return path

    return issue


def test_a_server_of_another_authority_hears_nothing(
    issued: Callable[[str], Path], tmp_path: Path, settings: Any
) -> None:
    ours = settings.AUTHORITY_FOLDER
    settings.AUTHORITY_FOLDER = tmp_path / "other"
    certificate = issued("localhost")
    settings.AUTHORITY_FOLDER = ours
    with impostor(certificate) as (port, heard):
        with pytest.raises(Unreachable):
            Vault(f"https://localhost:{port}").ask("/v1/alarms/list", ASKING)
        assert not any(heard)


def test_a_server_of_another_name_hears_nothing(issued: Callable[[str], Path]) -> None:
    with impostor(issued("elsewhere.example")) as (port, heard):
        with pytest.raises(Unreachable):
            Vault(f"https://localhost:{port}").ask("/v1/alarms/list", ASKING)
        assert not any(heard)


def test_the_right_server_hears_the_request(issued: Callable[[str], Path]) -> None:
    """Without this the two above would pass for a client that says nothing to anybody."""
    with impostor(issued("localhost")) as (port, heard):
        with pytest.raises(Unreachable):
            Vault(f"https://localhost:{port}").ask("/v1/alarms/list", ASKING)
        assert heard[0].startswith(b"POST /oauth2/token")


def test_an_address_without_tls_is_not_spoken_to(settings: Any) -> None:
    settings.VAULT = settings.VAULT | {"address": "http://localhost:8443"}
    with pytest.raises(Unreachable, match="https"):
        room.vault()


def test_no_token_comes_near_a_browser(city_vault: RunningVault, client: Any, ise: Any) -> None:
    person = Addressee.objects.create(
        number=invented_addressee(), kind=Kind.RESIDENT, name="見本 花子", sex=Sex.FEMALE,
        status=Status.RESIDENT, birth_date=clock.today(), name_key="ミホンハナコ", address_key="",
        updated_at=clock.now(),
    )  # fmt: skip
    officer = open_account(
        login=f"n-{uuid.uuid4().hex[:12]}", name="試験 番号係", municipality=ise,
        roles=[Role.NUMBERS, Role.COUNTER], password="x" * 16,
    )  # fmt: skip
    client.force_login(officer)
    session = client.session
    session[freshness._KEY] = clock.now().isoformat()
    session.save()
    base, given = f"/individual-numbers/{person.pk}/", {"method": "card", "on": clock.today().isoformat()}
    sent = given | {"number": invented_number(), "request_id": str(uuid.uuid4())}
    answers = [
        client.post(f"{base}register/", sent, follow=True),
        client.post(f"{base}reveal/", {"purpose": "vaccination"}),
        client.get(base),
    ]
    token = room.vault()._token
    assert token.count(".") == 2
    signature = token.rpartition(".")[2]
    for answer in answers:
        assert signature not in answer.content.decode() + str(answer.headers)
    assert signature not in str(dict(client.session))
