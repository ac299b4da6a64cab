"""Other systems than the city at the vault's door, for the tests of its rooms."""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from joserfc import jwt
from joserfc.jwk import ECKey

from sesshu.kernel import clock
from sesshu.protection import authority

from .vault import ISE, RunningVault

KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Machine:
    """A system with a certificate and key of its own."""

    def __init__(self, vault: RunningVault, folder: Path, name: str) -> None:
        self.vault, self.name = vault, name
        key = authority.new_key()
        made = authority.issue(authority.Subject(name), key.public_key(), usage=authority.CLIENT)
        self.certificate, self.key = folder / f"{name}.pem", folder / f"{name}-key.pem"
        authority.write_private(self.key, authority.key_bytes(key))
        authority.write_private(self.certificate, made.public_bytes(serialization.Encoding.PEM))
        context = ssl.create_default_context(cafile=str(authority.root_path()))
        context.load_cert_chain(self.certificate, self.key)
        self.http = httpx.Client(base_url=vault.address, verify=context, trust_env=False, timeout=30)
        self._token = ""

    def token(self) -> str:
        now = int(clock.now().timestamp())
        claims = {
            "iss": self.name, "sub": self.name, "aud": "urn:sesshu:numbers", "exp": now + 60,
            "jti": uuid.uuid4().hex,
        }  # fmt: skip
        assertion = jwt.encode(
            {"alg": "ES256"}, claims, ECKey.import_key(self.key.read_bytes()), algorithms=["ES256"]
        )
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": KIND,
            "client_assertion": assertion,
        }
        return str(self.http.post("/oauth2/token", data=form).json()["access_token"])

    def ask(self, path: str, *, municipality: str = ISE, **fields: Any) -> httpx.Response:
        self._token = self._token or self.token()
        headers = {"Authorization": f"Bearer {self._token}"}
        return self.http.post(path, json=self.vault.asking(municipality) | fields, headers=headers)

    def assign(self, *persons: dict[str, Any]) -> list[dict[str, str]]:
        answer = self.ask("/v1/integrated/assign", persons=list(persons))
        assert answer.status_code == 200, answer.text
        said: list[dict[str, str]] = answer.json()
        return said


@pytest.fixture
def machines(vault: RunningVault, tmp_path: Path) -> Callable[..., Machine]:
    """Makes systems on the list, with scopes, 業務ID and whether their 宛名番号 are their own."""

    def make(*, business: str = "019", own_numbers: bool = False, **allowed: Any) -> Machine:
        made = Machine(vault, tmp_path, f"m-{uuid.uuid4().hex[:8]}")
        vault.allow(made.name, made.certificate, business=business, own_numbers=own_numbers, **allowed)
        return made

    return make
