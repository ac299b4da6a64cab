"""The public API for 住登外者宛名番号 at the vault's door: OAuth, 付番, 照会, 名寄せ (A05, U05)."""

from __future__ import annotations

import secrets
import ssl
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from tests.vault import ISE, KOFU, Api, RunningVault, answered, invented_number

from sesshu.kernel import clock
from sesshu.protection import authority

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


def named() -> str:
    return "架空　" + "".join("甲乙丙丁戊己庚辛壬癸"[secrets.randbelow(10)] for _ in range(12))


def test_a_number_is_given_and_found_again(business: Callable[..., Business]) -> None:
    mine, name = business(), named()
    assert len(mine.id) == 32
    assert mine.id.isalnum()
    assert len(mine.secret) >= 32
    answer = mine.post(
        ASSIGN, shorikubun="0", shimei=name, shimei_kana="カクウ", seibetsu="2", seinengappi="1980-02-29",
        jusho_machiaza="架空町", jusho_banchigo="1-2",
    )  # fmt: skip
    said = answer.json()
    assert (answer.status_code, said["metadata"]["title"]) == (200, "OK")
    assert said["_links"]["self"]["href"] == f"/{ASSIGN}"
    (row,) = said["result"]
    assert (row["shikuchosonkodo"], row["rirekibango"]) == (ISE, 1)
    assert len(row["atenabango"]) == 15
    assert row["atenabango"].startswith("9")
    (found,) = mine.find(shimei=name.replace("　", ""))
    assert (found["atenabango"], found["shimei"], found["seibetsu"]) == (row["atenabango"], name, "2")
    part = {"kensakukubun": "1", "shimei": name[3:8], "seinengappi": "1980-02-29", "jusho": "架空町"}
    assert row["atenabango"] in {each["atenabango"] for each in mine.find(**part)}
    assert mine.find(**part | {"jusho": "別の町"}) == []


def test_a_former_name_is_found_too(business: Callable[..., Business]) -> None:
    mine, before, after = business(), named(), named()
    number = mine.assign(shimei=before)
    changed = {"shorikubun": "1", "atenabango": number, "shimei": after, "seinengappi": "1980-02-29"}
    answer = mine.post(ASSIGN, **changed)
    assert answer.json()["result"][0]["rirekibango"] == 2
    (found,) = mine.find(shimei=before)
    assert (found["atenabango"], found["shimei"], found["rirekibango"]) == (number, after, 2)
    history = mine.find(shimei=before, rirekikubun="1")
    assert [each["shimei"] for each in history] == [after, before]


def test_a_repeated_request_gives_the_same_number(business: Callable[..., Business]) -> None:
    mine = business()
    asked = {"shorikubun": "0", "shimei": named(), "seinengappi": "1980-02-29", "sosajikoku": "10:00:01"}
    first, second = (mine.post(ASSIGN, **asked).json()["result"] for _ in range(2))
    assert first == second


def test_an_individual_number_goes_to_the_vault_and_does_not_come_back(
    business: Callable[..., Business], api: Api
) -> None:
    mine, number, name = business(), invented_number(), named()
    given = mine.assign(shimei=name, kojinbango=number)
    assert api.search(number) == given
    (found,) = mine.find(kojinbango=number)
    assert found["atenabango"] == given
    assert number not in str(found)
    refused = mine.post(ASSIGN, shorikubun="0", shimei=named(), kojinbango=number, seinengappi="1980-02-29")
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["code"]) == (400, "E0004")
    assert number not in refused.text
    # Nothing half: neither a person nor a number more.
    assert len(mine.find(kojinbango=number)) == 1


def test_joining_and_splitting_stand_on_record(
    business: Callable[..., Business], vault: RunningVault
) -> None:
    mine, name = business(), named()
    one, two = mine.assign(shimei=name), mine.assign(shimei=name, seibetsu="1")
    base = {"shorikubun": "1", "atenabango": two, "shimei": name, "seinengappi": "1980-02-29"}
    joined = mine.post(ASSIGN, nayosemotofuragu="1", nayosesakiatenabango=one, **base)
    assert joined.status_code == 200, joined.text
    (found,) = mine.find(atenabango=two)
    assert (found["nayosemotofuragu"], found["nayosesakiatenabango"]) == ("1", one)
    other = mine.assign(shimei=named())
    for wrong in (
        {"atenabango": other, "nayosesakiatenabango": two},
        {"atenabango": one, "nayosesakiatenabango": other},
        {"atenabango": two, "nayosesakiatenabango": other},
        {"atenabango": two, "nayosesakiatenabango": "1"},
    ):
        answer = mine.post(ASSIGN, **base | {"nayosemotofuragu": "1"} | wrong)
        assert [each["code"] for each in answer.json()["errors"]] == ["E0004"], wrong
    assert mine.post(ASSIGN, nayosemotofuragu="0", **base).status_code == 200
    assert mine.find(atenabango=two)[0]["nayosemotofuragu"] == "0"
    said = vault.python(
        "from sesshu.numbers.unregistered.models import Joining\n"
        "from sesshu.protection.tenancy import acting_for\n"
        f"with acting_for('{ISE}'):\n"
        f"    rows = Joining.objects.filter(source__addressee_number='{two}').order_by('pk')\n"
        "    print(list(rows.values_list('target__addressee_number', 'is_undoing')))\n"
    )
    assert said.strip() == f"[('{one}', False), ('{one}', True)]"


def test_what_a_business_closes_others_do_not_see(business: Callable[..., Business]) -> None:
    mine, others, name = business(), business(business="004"), named()
    number = mine.assign(shimei=name, tagyomusanshofukafuragu="1")
    assert [each["atenabango"] for each in mine.find(shimei=name)] == [number]
    assert others.find(shimei=name) == []


def test_another_city_sees_nobody(business: Callable[..., Business]) -> None:
    mine, theirs, name = business(), business(city=KOFU), named()
    number = mine.assign(shimei=name)
    assert theirs.find(atenabango=number) == []
    answer = theirs.post(INQUIRE, atenabango=number, shikuchosonkodo=ISE)
    assert [each["code"] for each in answer.json()["errors"]] == ["E0004"]
    used = theirs.post(ASSIGN, shorikubun="1", atenabango=number, shimei=name, seinengappi="1980-02-29")
    assert used.status_code == 400


def test_errors_have_the_national_shape(business: Callable[..., Business]) -> None:
    mine = business()
    answer = mine.post(ASSIGN, shorikubun="", shimei="あ" * 101, kojinbango="12345678901x")
    assert answer.status_code == 400
    said = answer.json()
    assert said["metadata"]["title"] == "Bad Request"
    assert sorted(each["code"] for each in said["errors"]) == ["E0001", "E0002", "E0003"]
    assert "result" not in said
    broken = mine.http.post(f"/{ASSIGN}", content=b"{", headers={"Authorization": f"Bearer {mine.token()}"})
    assert (broken.status_code, broken.json()["errors"][0]["code"]) == (400, "E0001")
    whole = mine.post(INQUIRE, jusho="架空町")
    assert [each["code"] for each in whole.json()["errors"]] == ["E0004"]


def test_a_token_is_needed_of_this_scope_and_connection(business: Callable[..., Business]) -> None:
    mine, reader = business(), business(scopes=SCOPES[1:])
    for token in ("x", reader.token()):
        answer = mine.post(ASSIGN, token, shorikubun="0", shimei=named(), seinengappi="1980-02-29")
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
    from tests.access.planting import dump

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


def test_it_is_described(business: Callable[..., Business]) -> None:
    paths = business().http.get("/app_submit/v10/openapi.json").json()["paths"]
    assert {f"/{ASSIGN}", f"/{INQUIRE}"} == set(paths)
    body = paths[f"/{ASSIGN}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert "shorikubun" in body["required"]


def test_a_rotation_leaves_everybody_to_be_found(
    business: Callable[..., Business], vault: RunningVault, tmp_path: Path
) -> None:
    theirs, name = business(city=KOFU), named()
    number = theirs.assign(shimei=name)
    vault.cli("keys", "rotate", "--system", "numbers", "--municipality", KOFU)
    assert [each["atenabango"] for each in theirs.find(shimei=name)] == [number]
