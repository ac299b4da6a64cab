"""What is accepted as a token or an assertion: signature, algorithm, key, kind, audience, time (U05, S09)."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from tests.vault import RunningVault

from sesshu.kernel import clock
from sesshu.numbers.tests.machines import ISSUER, Machine, machine

__all__ = ["machine"]
Make = Callable[..., Machine]
ASKED = "/v1/alarms/list"


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def minted(vault: RunningVault, claims: dict[str, Any], typ: str = "sesshu-access+jwt") -> str:
    """Signed with the vault's own key, so that nothing but the claims can be what is refused."""
    return vault.python(
        f"from sesshu.protection.keys import signing\nprint(signing.signed({claims!r}, typ={typ!r}))"
    ).strip()


def unsigned(claims: dict[str, Any], **header: str) -> str:
    parts = ({"alg": "none"} | header, claims)
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
        + "."
    )


def wanted(made: Machine) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    return {"iss": made.name, "sub": made.name, "aud": ISSUER, "exp": now + 60, "jti": uuid.uuid4().hex}


def test_what_the_tests_change_is_accepted_unchanged(machine: Make, vault: RunningVault) -> None:
    """Without this those below would pass for a door that refuses everything."""
    made = machine()
    assert made.grant(jwt.encode({"alg": "ES256"}, wanted(made), own_key(made))).status_code == 200
    assert made.ask(ASKED, minted(vault, claims_of(made.token()))).status_code == 200


def own_key(made: Machine) -> ECKey:
    return ECKey.import_key(made.key.read_bytes())


def test_an_assertion_without_signature_or_by_an_unlisted_algorithm_gets_no_token(machine: Make) -> None:
    """The public key is known to everybody: it must not serve as the secret of an HMAC."""
    made = machine()
    public = own_key(made).as_pem(private=False)
    numbers = rsa.generate_private_key(65537, 2048)
    pem = numbers.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    hmac_key = OctKey.import_key(base64.urlsafe_b64encode(public).rstrip(b"=").decode())
    for assertion in (
        unsigned(wanted(made)),
        unsigned(wanted(made), alg="None"),
        jwt.encode({"alg": "HS256"}, wanted(made), hmac_key, algorithms=["HS256"]),
        jwt.encode({"alg": "RS256"}, wanted(made), RSAKey.import_key(pem), algorithms=["RS256"]),
    ):
        assert made.grant(assertion).json() == {"error": "invalid_client"}


@pytest.mark.parametrize("header", ["jwk", "jku", "x5u", "x5c", "kid"])
def test_a_key_that_the_assertion_brings_along_counts_for_nothing(machine: Make, header: str) -> None:
    made, stranger = machine(), ECKey.generate_key("P-256")
    brought: dict[str, Any] = {
        "jwk": stranger.as_dict(private=False),
        "jku": "https://elsewhere.example/keys",
        "x5u": "https://elsewhere.example/certificate",
        "x5c": ["AAAA"],
        "kid": "../../dev/null",
    }
    protected = {"alg": "ES256", header: brought[header]}
    registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    forged = jws.serialize_compact(protected, json.dumps(wanted(made)), stranger, registry=registry)
    assert made.grant(forged).json() == {"error": "invalid_client"}


@pytest.mark.parametrize("changed", [{"nbf": 3600}, {"iat": 3600}, {"nbf": "x"}, {"iat": None}])
def test_an_assertion_before_its_time_gets_no_token(machine: Make, changed: dict[str, Any]) -> None:
    made, now = machine(), int(clock.now().timestamp())
    moved = {name: now + value if isinstance(value, int) else value for name, value in changed.items()}
    assert made.grant(made.assertion(**moved)).json() == {"error": "invalid_client"}
    assert made.grant(made.assertion(nbf=now, iat=now)).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": -1},
        {"iat": 3600},
        {"aud": "urn:sesshu:other"},
        {"aud": None},
        {"iss": "urn:sesshu:other"},
        {"sub": "city"},
        {"cnf": {"x5t#S256": ""}},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_token_for_another_place_time_or_system_opens_nothing(
    machine: Make, vault: RunningVault, changed: dict[str, Any]
) -> None:
    made, now = machine(), int(clock.now().timestamp())
    moved = {name: now + value if isinstance(value, int) else value for name, value in changed.items()}
    token = minted(vault, claims_of(made.token()) | moved)
    assert made.ask(ASKED, token).status_code == 401


def test_another_kind_of_signed_statement_is_no_token(machine: Make, vault: RunningVault) -> None:
    made = machine()
    token = made.token()
    for other in (minted(vault, claims_of(token), typ="sesshu-receipt+jwt"), made.assertion(), unsigned({})):
        assert made.ask(ASKED, other).status_code == 401
    assert made.grant(token).json() == {"error": "invalid_client"}  # nor is a token an assertion


def test_a_token_says_for_whom_by_whom_and_how_long(machine: Make) -> None:
    made = machine()
    said = claims_of(made.token())
    assert (said["iss"], said["aud"], said["sub"]) == (ISSUER, ISSUER, made.name)
    assert 0 < said["exp"] - said["iat"] <= 300
    assert said["cnf"]["x5t#S256"]


@pytest.mark.parametrize(
    "grant", ["authorization_code", "password", "refresh_token", "implicit", "client_credentials "]
)
def test_no_other_grant_is_given(machine: Make, grant: str) -> None:
    answer = machine().grant(grant_type=grant)
    assert (answer.status_code, answer.json()) == (400, {"error": "unsupported_grant_type"})


def test_a_token_request_with_a_repeated_parameter_is_refused(machine: Make) -> None:
    """RFC 6749 §3.2: which of the two was meant is nobody's to guess."""
    made = machine(scopes=["numbers.tokens", "numbers.alarms"])
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": made.assertion(),
    }
    answer = made.http.post("/oauth2/token", data=form | {"scope": ["numbers.tokens", "numbers.alarms"]})
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


def test_of_a_repeated_field_what_is_checked_is_what_is_used(machine: Make, vault: RunningVault) -> None:
    made = machine(municipalities=["242039"])
    token = made.token()
    own, other = '"municipality":"242039"', '"municipality":"192015"'
    rest = json.dumps({k: v for k, v in vault.asking().items() if k != "municipality"})[1:]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    statuses = [
        made.http.post(ASKED, content=f"{{{first},{second},{rest}", headers=headers).status_code
        for first, second in ((own, other), (other, own))
    ]
    assert statuses == [403, 200]


def test_the_city_has_the_scopes_that_it_uses_and_no_more() -> None:
    """``numbers.resolve`` hands out many at once: the city's screens never ask for it."""
    import sesshu.addressees.individual_numbers as room
    from sesshu.addressees.individual_numbers.choices import SCOPES
    from sesshu.numbers.choices import Scope

    assert set(Scope.values) - set(SCOPES) == {"numbers.resolve"}
    sources = "".join(path.read_text("utf-8") for path in Path(room.__file__).parent.glob("*.py"))
    assert "/v1/numbers/resolve" not in sources
    for path in ("register", "search", "reveal", "history"):
        assert f"/v1/numbers/{path}" in sources


def test_machines_get_no_page_and_no_cookie(machine: Make) -> None:
    """Nothing here is for a browser, so nothing of the staff web's host can be met in one."""
    made = machine()
    answers = [made.grant(), made.ask(ASKED, made.token()), made.http.get("/"), made.http.get("/sign-in/")]
    for answer in answers:
        assert "set-cookie" not in answer.headers
        assert b"<script" not in answer.content
        assert "access-control-allow-origin" not in answer.headers
    assert answers[0].headers["Content-Type"].startswith("application/json")
