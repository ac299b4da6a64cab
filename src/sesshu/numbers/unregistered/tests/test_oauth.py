"""Who may call the national API: OAuth of its specification, at the vault's door (U05)."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from tests.access.planting import dump
from tests.businesses import ASSIGN, AUDIENCE, INQUIRE, SCOPES, Business
from tests.vault import RunningVault, answered

from sesshu.kernel import clock
from sesshu.protection import authority


def test_a_token_is_needed_of_this_scope_and_connection(business: Callable[..., Business]) -> None:
    mine, reader = business(), business(scopes=SCOPES[1:])
    for token in ("x", reader.token()):
        answer = mine.post(ASSIGN, token, shorikubun="0", shimei="架空　花子", seinengappi="1980-02-29")
        assert (answer.status_code, answer.json()["metadata"]["title"]) == (401, "Unauthorized")
    assert reader.post(ASSIGN, shorikubun="0").status_code == 401
    stolen = mine.token()
    assert reader.post(INQUIRE, stolen, atenabango="9").status_code == 401
    assert mine.post(INQUIRE, stolen, atenabango="9").status_code == 200
    assert mine.http.post(f"/{ASSIGN}", json={}).status_code == 401


@pytest.mark.parametrize(
    "changed",
    [{"aud": "x"}, {"iss": "x"}, {"sub": "x"}, {"exp": 1}, {"exp": 2**33}, {"jti": None}, {"exp": "x"}],
)
def test_a_wrong_assertion_gets_no_token(business: Callable[..., Business], changed: dict[str, Any]) -> None:
    mine = business()
    claims = {key: value for key, value in changed.items() if value is not None}
    if changed.get("jti", "") is None:
        key = OctKey.import_key(mine.secret.encode())
        whole = {"iss": mine.id, "sub": mine.id, "aud": AUDIENCE, "exp": int(clock.now().timestamp()) + 60}
        assertion = jwt.encode({"alg": "HS256"}, whole, key, algorithms=["HS256"])
    else:
        assertion = mine.assertion(**claims)
    answer = mine.grant(assertion)
    assert answer.status_code in (400, 401), answer.text
    assert answer.json() == {"error": "invalid_client"}


def test_only_client_secret_jwt_by_hs256_and_once(business: Callable[..., Business]) -> None:
    mine = business()
    once = mine.assertion()
    granted = mine.grant(once)
    assert granted.status_code == 200
    assert (granted.json()["expires_in"], granted.json()["token_type"]) == (300, "Bearer")
    assert "refresh_token" not in granted.json()
    for refused in (
        mine.grant(once),
        mine.grant(mine.assertion(alg="HS512")),
        mine.grant(mine.assertion(secret="x" * 64)),
        mine.grant("x.y.z"),
        mine.http.post(
            "/app_submit/oauth2/token",
            data={"grant_type": "client_credentials", "client_id": mine.id, "client_secret": mine.secret},
        ),
        mine.http.post(
            "/app_submit/oauth2/token", data={"grant_type": "client_credentials"}, auth=(mine.id, mine.secret)
        ),
    ):
        assert refused.status_code in (400, 401)
        assert refused.json() == {"error": "invalid_client"}
    assert mine.grant(grant_type="password").status_code == 400
    assert mine.grant(scope="031:x:Read").json() == {"error": "invalid_scope"}
    assert mine.grant(scope=SCOPES[1]).json()["scope"] == SCOPES[1]


def test_tokens_are_introspected_and_revoked_by_their_own_client(business: Callable[..., Business]) -> None:
    mine, other = business(), business(business="004")
    token = mine.token()
    said = mine.oauth("introspect", token=token).json()
    assert (said["active"], said["client_id"], said["scope"]) == (True, mine.id, " ".join(SCOPES))
    assert other.oauth("introspect", token=token).json() == {"active": False}
    assert mine.oauth("introspect", token="x").json() == {"active": False}
    other.oauth("revoke", token=token)
    assert mine.oauth("introspect", token=token).json()["active"] is True
    assert mine.oauth("revoke", token=token).status_code == 200
    assert mine.oauth("introspect", token=token).json() == {"active": False}
    assert mine.post(INQUIRE, token, atenabango="9").status_code == 401


def test_off_the_list_and_with_a_new_secret(business: Callable[..., Business], vault: RunningVault) -> None:
    mine = business()
    token = mine.token()
    renewed = answered(vault.cli("numbers", "api-clients", "renew", mine.id, "--json"))
    assert mine.grant().status_code in (400, 401)
    mine.secret = renewed["client_secret"]
    assert mine.grant().status_code == 200
    vault.cli("numbers", "api-clients", "forbid", mine.id)
    assert mine.grant().status_code in (400, 401)
    assert mine.post(INQUIRE, token, atenabango="9").status_code == 401


def test_the_secret_stands_nowhere(business: Callable[..., Business], vault: RunningVault) -> None:
    mine = business()
    token = mine.token()
    content = dump(vault.database)
    assert mine.id.encode() in content
    assert mine.secret.encode() not in content
    assert token.encode() not in content


def test_without_a_certificate_there_is_no_connection(vault: RunningVault) -> None:
    context = ssl.create_default_context(cafile=str(authority.root_path()))
    stranger = httpx.Client(base_url=vault.address, verify=context, trust_env=False)
    with stranger, pytest.raises(httpx.HTTPError):
        stranger.post("/app_submit/oauth2/token")
