"""Who gets in (certificates, tokens, scopes) and which database roles reach what (U05, S07)."""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest
from tests.vault import ISE, KOFU, Api, RunningVault, checked, invented_number

from sesshu.config import database
from sesshu.numbers.tests.machines import Machine, machine
from sesshu.protection import authority

__all__ = ["machine"]


def test_without_a_certificate_there_is_no_connection(vault: RunningVault) -> None:
    context = ssl.create_default_context(cafile=str(authority.root_path()))
    stranger = httpx.Client(base_url=vault.address, verify=context, trust_env=False)
    with stranger, pytest.raises(httpx.HTTPError):
        stranger.post("/oauth2/token")


def test_plain_http_is_not_answered(vault: RunningVault) -> None:
    with pytest.raises(httpx.HTTPError):
        httpx.post(
            vault.address.replace("https", "http") + "/oauth2/token", trust_env=False
        ).raise_for_status()


def test_a_system_not_on_the_list_gets_no_token(machine: Callable[..., Machine]) -> None:
    answer = machine(listed=False).grant()
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "other"},
        {"iss": "city"},
        {"sub": "city"},
        {"exp": 1},
        {"exp": 2**40},
        {"exp": "x"},
        {"jti": None},
    ],
)
def test_a_wrong_assertion_gets_no_token(machine: Callable[..., Machine], changed: dict[str, Any]) -> None:
    made = machine()
    assert made.grant(made.assertion(**changed)).status_code == 401


def test_an_assertion_serves_once_and_only_with_its_own_key(machine: Callable[..., Machine]) -> None:
    made, other = machine(), machine()
    once = made.assertion()
    assert made.grant(once).status_code == 200
    assert made.grant(once).status_code == 401
    assert made.grant(other.assertion(iss=made.name, sub=made.name)).status_code == 401
    assert made.grant("x.y.z").status_code == 401
    assert made.grant(grant_type="password").json() == {"error": "unsupported_grant_type"}


def test_a_stolen_token_is_worth_nothing_over_another_connection(
    machine: Callable[..., Machine], api: Api
) -> None:
    """RFC 8705."""
    _, addressee = api.register()
    made, thief = machine(), machine()
    token = made.token()
    assert made.ask("/v1/numbers/history", token, addressee_number=addressee).status_code == 200
    assert thief.ask("/v1/numbers/history", token, addressee_number=addressee).status_code == 401
    for wrong in ("x", token[:-4] + "AAAA"):
        assert made.ask("/v1/numbers/history", wrong, addressee_number=addressee).status_code == 401


def test_each_operation_needs_its_scope(machine: Callable[..., Machine], vault: RunningVault) -> None:
    made = machine(scopes=["numbers.tokens"])
    token = made.token()
    schema = made.http.get("/openapi.json").json()
    tried = 0
    for path in schema["paths"]:
        answer = made.ask(path.format(alarm=1, erasure=uuid.uuid4()), token)
        assert answer.status_code == (422 if path == "/v1/tokens" else 403), path
        tried += 1
    assert tried >= 12
    assert made.grant(scope="numbers.reveal").json() == {"error": "invalid_scope"}


def test_only_for_its_own_municipalities_and_purposes(machine: Callable[..., Machine], api: Api) -> None:
    _, addressee = api.register()
    made = machine(municipalities=[ISE], purposes=["relief"])
    token = made.token()
    asked = {"addressee_number": addressee}
    assert made.ask("/v1/tokens", token, purpose="relief", **asked).status_code == 200
    assert made.ask("/v1/tokens", token, purpose="vaccination", **asked).status_code == 403
    assert made.ask("/v1/tokens", token, municipality=KOFU, purpose="relief", **asked).status_code == 403


def test_another_system_has_other_tokens_and_cannot_use_the_city_s(
    machine: Callable[..., Machine], api: Api
) -> None:
    _, addressee = api.register()
    ours = api.token(addressee)
    made = machine()
    token = made.token()
    theirs = made.ask("/v1/tokens", token, purpose="vaccination", addressee_number=addressee).json()["token"]
    assert theirs != ours
    answer = made.ask("/v1/numbers/resolve", token, tokens=[ours], purpose="vaccination")
    assert answer.json() == {"numbers": {}}


def test_taken_off_the_list_it_is_refused_at_once(
    machine: Callable[..., Machine], vault: RunningVault
) -> None:
    made = machine()
    token = made.token()
    assert made.ask("/v1/alarms/list", token).status_code == 200
    vault.cli("numbers", "systems", "forbid", made.name)
    assert made.ask("/v1/alarms/list", token).status_code == 401
    assert made.grant().status_code == 401


def test_what_was_sent_stands_in_no_error(machine: Callable[..., Machine]) -> None:
    made = machine()
    token = made.token()
    number = invented_number()
    for fields in (
        {"number": number},
        {"number": number, "addressee_number": number + "9999", "identity_check": checked()},
        {"number": [number], "addressee_number": "1", "identity_check": checked()},
        {"number": number, "addressee_number": "1", "identity_check": number},
        {"number": number, "addressee_number": "1", "identity_check": checked(), number: number},
    ):
        answer = made.ask("/v1/numbers/register", token, **fields)
        assert answer.status_code == 422
        assert answer.json()["error"] == "invalid"
        if number not in fields:
            assert number not in answer.text
    assert made.http.post("/v1/numbers/register", content=b"{" + number.encode()).status_code in (
        400,
        401,
        422,
    )


def test_nobody_s_name_at_the_calling_system_is_a_number(machine: Callable[..., Machine]) -> None:
    made = machine()
    answer = made.ask("/v1/alarms/list", made.token(), actor=f"x-{invented_number()}")
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid")


def test_nothing_is_kept_on_the_way(machine: Callable[..., Machine]) -> None:
    made = machine()
    answer = made.ask("/v1/numbers/search", made.token(), number=invented_number())
    assert answer.headers["Cache-Control"] == "no-store"
    paths = made.http.get("/openapi.json").json()["paths"]
    assert all(set(operations) == {"post"} for operations in paths.values())


def connect(role: str, system: database.System, name: str) -> psycopg.Connection[Any]:
    reached = database.server()
    user = system.owner if role == "owner" else system.application
    return psycopg.connect(
        host=reached.host, port=reached.port, user=user, password=system.password(role), dbname=name
    )


@pytest.mark.parametrize("role", ["application", "owner"])
def test_no_role_of_one_system_reaches_the_other_s_database(vault: RunningVault, role: str) -> None:
    """Control 19, 24, 63: not by row, table or schema: there is no connection."""
    city = str(database.connection_settings()["NAME"])
    for system, name in ((database.CITY, vault.database), (database.NUMBERS, city)):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            connect(role, system, name)
    with connect(role, database.NUMBERS, vault.database) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def rejected(vault: RunningVault, statement: str) -> bool:
    with connect("application", database.NUMBERS, vault.database) as connection:
        connection.execute("SELECT set_config('sesshu.municipality', %s, true)", [ISE])
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return True
    return False


def test_the_door_s_process_changes_neither_list_nor_logs(vault: RunningVault, api: Api) -> None:
    api.register()
    for statement in (
        "UPDATE numbers_system SET is_active = true",
        "DELETE FROM numbers_system",
        "UPDATE numbers_access SET actor = 'x'",
        "DELETE FROM numbers_access",
        "UPDATE protection_auditevent SET actor = 'x'",
        "DELETE FROM protection_auditevent",
        "TRUNCATE numbers_individualnumber",
        "DELETE FROM numbers_duplicatealarm",
        "DELETE FROM keys_destruction",
        "ALTER TABLE numbers_holder DISABLE ROW LEVEL SECURITY",
    ):
        assert rejected(vault, statement), statement
    assert not rejected(vault, "SELECT 1 FROM numbers_system")


def test_every_table_with_a_municipality_forces_row_security(vault: RunningVault) -> None:
    with connect("application", database.NUMBERS, vault.database) as connection:
        rows = connection.execute(
            "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'municipality_code'"
            " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
        ).fetchall()
        (role,) = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchall()
        unseen = connection.execute("SELECT count(*) FROM numbers_individualnumber").fetchone()
    names = {name for name, _ in rows}
    assert names >= {"numbers_individualnumber", "numbers_access", "keys_subjectkey", "protection_auditevent"}
    assert [name for name, forced in rows if not forced] == []
    assert role == (False, False, False, False, False)
    assert unseen == (0,)


def test_the_operator_s_role_sees_ciphertext_only(vault: RunningVault, api: Api) -> None:
    """Control 63: even a superuser of the server reads no number."""
    number, _ = api.register()
    reached = database.server()
    with psycopg.connect(
        host=reached.host,
        port=reached.port,
        user=reached.user,
        password=reached.password,
        dbname=vault.database,
    ) as administrator:
        rows = administrator.execute("SELECT sealed, digest FROM numbers_individualnumber").fetchall()
    assert rows
    assert not any(number.encode() in bytes(value) for row in rows for value in row)
