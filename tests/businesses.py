"""Other businesses of a city, as clients of the national API for 住登外者宛名番号."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from sesshu.kernel import clock

from .vault import ISE, RunningVault, answered

AUDIENCE = "urn:sesshu:numbers:unregistered"
ASSIGN = "app_submit/v10/jutogaishaatenabangofuban"
INQUIRE = "app_submit/v10/jutogaishaatenakihonjohosyokai"
SCOPES = (f"031:{ASSIGN}:Create", f"031:{INQUIRE}:Read")
KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
WHO = {"sosashaid": "S1", "sosanengappi": "2026-11-28"}


class Business:
    """A business system with a client id and secret, over a connection with a certificate."""

    def __init__(self, vault: RunningVault, machine: Any, city: str, business: str, scopes: Any) -> None:
        self.vault, self.http, self.city, self.business = vault, machine.http, city, business
        said = answered(
            vault.cli(
                "numbers", "api-clients", "allow", "--name", "国保", "--municipality", city,
                "--business", business, "--scopes", *scopes, "--json",
            )
        )  # fmt: skip
        self.id, self.secret = said["client_id"], said["client_secret"]

    def assertion(self, *, alg: str = "HS256", secret: str = "", **changed: Any) -> str:
        now = int(clock.now().timestamp())
        claims = {
            "iss": self.id, "sub": self.id, "aud": AUDIENCE, "exp": now + 60, "jti": uuid.uuid4().hex,
        } | changed  # fmt: skip
        key = OctKey.import_key((secret or self.secret).encode())
        return jwt.encode({"alg": alg}, claims, key, algorithms=["HS256", "HS512"])

    def oauth(self, act: str, assertion: str = "", **fields: str) -> httpx.Response:
        form = {"client_assertion_type": KIND, "client_assertion": assertion or self.assertion()}
        answer: httpx.Response = self.http.post(f"/app_submit/oauth2/{act}", data=form | fields)
        return answer

    def grant(self, assertion: str = "", **fields: str) -> httpx.Response:
        return self.oauth("token", assertion, **{"grant_type": "client_credentials"} | fields)

    def token(self) -> str:
        return str(self.grant().json()["access_token"])

    def post(self, path: str, token: str = "", **fields: Any) -> httpx.Response:
        hour, minute, second = map(secrets.randbelow, (24, 60, 60))
        at = {"sosajikoku": f"{hour:02d}:{minute:02d}:{second:02d}"}
        said = {"shikuchosonkodo": self.city, "gyomuid": self.business} | WHO | at | fields
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        answer: httpx.Response = self.http.post(f"/{path}", json=said, headers=headers)
        return answer

    def assign(self, **fields: Any) -> str:
        """A number for somebody new."""
        answer = self.post(ASSIGN, **{"shorikubun": "0", "seinengappi": "1980-02-29"} | fields)
        assert answer.status_code == 200, answer.text
        (row,) = answer.json()["result"]
        return str(row["atenabango"])

    def find(self, **fields: Any) -> list[dict[str, Any]]:
        answer = self.post(INQUIRE, **fields)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["result"]
        return found


@pytest.fixture
def business(vault: RunningVault, machines: Callable[..., Any]) -> Callable[..., Business]:
    def make(*, city: str = ISE, business: str = "007", scopes: Any = SCOPES) -> Business:
        return Business(vault, machines(), city, business, scopes)

    return make
