"""The vault's doors, the national API among them, take whatever comes, over real sockets and TLS (S08)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from schemathesis.checks import CHECKS

from sesshu.protection import authority
from tests.businesses import ASSIGN, INQUIRE, Business
from tests.exchange.whole.doubles import Doubles
from tests.vault import ISE, RunningVault

from .fuzzing import MODES, fuzz

Machines = Callable[..., Any]
# Whether a message is right hangs on more than its form (check digits, days), and the token that we show is
# the very thing that some wrong messages lack.
LEAVE_OUT = (CHECKS.get_one("positive_data_acceptance"), CHECKS.get_one("negative_data_rejection"))
LETTERS = str.maketrans("0123456789", "ghijklmnop")  # digits could look like a number by chance


def shown(machine: Any) -> dict[str, Any]:
    """How to connect with this system's certificate."""
    return {
        "cert": (str(machine.certificate), str(machine.key)),
        "verify": str(authority.root_path()),
    }


def paths(document: dict[str, Any]) -> list[str]:
    return [path for path, operations in document["paths"].items() if "post" in operations]


@pytest.mark.parametrize("mode", MODES)
def test_s08_the_vault_takes_whatever_comes(
    vault: RunningVault, doubles: Doubles, machines: Machines, mode: str
) -> None:
    machine = machines()
    document = machine.http.get("/openapi.json").json()
    assert len(paths(document)) > 15

    def change(body: Any) -> Any:
        if "municipality" not in body:
            return body
        return body | {"municipality": ISE, "actor": f"a{uuid.uuid4().hex[:8].translate(LETTERS)}"}

    for path in paths(document):
        fuzz(
            document, path, mode, change=change, base_url=vault.address,
            leave_out=LEAVE_OUT, **shown(machine),
            headers={"Authorization": f"Bearer {machine.token()}"},
        )  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("path", [ASSIGN, INQUIRE])
def test_s08_the_national_api_takes_whatever_comes(
    vault: RunningVault, machines: Machines, business: Callable[..., Business], path: str, mode: str
) -> None:
    machine, client = machines(), business()
    client.http = machine.http  # its tokens are bound to this certificate
    document = machine.http.get("/app_submit/v10/openapi.json").json()

    def change(body: Any) -> Any:
        return body | {"shikuchosonkodo": ISE} if "shikuchosonkodo" in body else body

    fuzz(
        document, f"/{path}", mode, change=change, base_url=vault.address,
        leave_out=LEAVE_OUT, **shown(machine),
        headers={"Authorization": f"Bearer {client.token()}"},
    )  # fmt: skip
