"""Systems with a certificate and key of their own, for the tests of the door."""

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
from tests.vault import ISE, RunningVault

from sesshu.kernel import clock
from sesshu.protection import authority

ISSUER = "urn:sesshu:numbers"
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
        self.http = httpx.Client(base_url=vault.address, verify=context, trust_env=False)

    def assertion(self, **changed: Any) -> str:
        now = int(clock.now().timestamp())
        claims = {"iss": self.name, "sub": self.name, "aud": ISSUER, "exp": now + 60, "jti": uuid.uuid4().hex}
        key = ECKey.import_key(self.key.read_bytes())
        return jwt.encode({"alg": "ES256"}, claims | changed, key, algorithms=["ES256"])

    def grant(self, assertion: str = "", **changed: str) -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": KIND,
            "client_assertion": assertion or self.assertion(),
        }
        return self.http.post("/oauth2/token", data=form | changed)

    def token(self) -> str:
        return str(self.grant().json()["access_token"])

    def ask(self, path: str, token: str, municipality: str = ISE, **fields: Any) -> httpx.Response:
        body = self.vault.asking(municipality) | fields
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"k-{uuid.uuid4()}"}
        return self.http.post(path, json=body, headers=headers)


@pytest.fixture
def machine(vault: RunningVault, tmp_path: Path) -> Callable[..., Machine]:
    def make(**allowed: Any) -> Machine:
        made = Machine(vault, tmp_path, f"m-{uuid.uuid4().hex[:8]}")
        if allowed.pop("listed", True):
            vault.allow(made.name, made.certificate, **allowed)
        return made

    return make
