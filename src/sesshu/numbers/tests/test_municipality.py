"""The vault emptied of one city on the city's signed receipt; the other city's numbers are read on (S08)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.vault import ISE, KOFU, Api, RunningVault, answered

from sesshu.protection.keys import destruction, ordering, signing

ROWS = """
import json
from sesshu.protection.keys import emptying
from sesshu.protection.tenancy import acting_for
with acting_for("{city}"):
    print(json.dumps({{m._meta.label: sorted(map(repr, m._base_manager.values_list()))
                       for m in emptying.emptied_tables() if m._meta.label != "numbers.Attempt"}}))
"""


def rows(vault: RunningVault, city: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(vault.python(ROWS.format(city=city)))
    return found


def order(city: str, **others: str) -> str:
    said = {
        "municipality": city, "system": "city", "order": "run:1", "reason": "利用の終了", "keys_receipt": "",
        "requested_by": "asker", "requested_at": "", "approved_by": "approver", "approved_at": "",
        "completed_at": "",
    } | others  # fmt: skip
    return ordering.Statement(rows={}, **said).signed()  # type: ignore[arg-type]


def erase(vault: RunningVault, folder: Path, token: str, *, city: str = ISE, check: bool = True) -> str:
    (folder / "order.jws").write_text(token)
    (folder / "city.pem").write_text(signing.public_pem())
    done = vault.cli(
        "retention", "erase-municipality", "--municipality", city, "--system", "numbers",
        "--order", str(folder / "order.jws"), "--public-key", str(folder / "city.pem"),
        "--receipt", str(folder / "numbers.jws"), "--json", check=check,
    )  # fmt: skip
    return str(answered(done).get("receipt", "")) if check else done.stderr


def test_s08_one_city_s_numbers_and_keys_go_and_the_other_s_stay(
    vault: RunningVault, api: Api, tmp_path: Path
) -> None:
    _, addressee = api.register()
    token = api.token(addressee)
    theirs, person = api.register(municipality=KOFU)
    their_token = api.token(person, municipality=KOFU)
    before = rows(vault, KOFU)
    assert rows(vault, ISE)["numbers.IndividualNumber"]

    ordered = order(ISE)
    receipt = erase(vault, tmp_path, ordered)

    assert not any(rows(vault, ISE).values())
    assert rows(vault, KOFU) == before
    assert api.reveal(their_token, municipality=KOFU) == theirs
    public = signing.load_public(vault.cli("keys", "public", "--system", "numbers").stdout.encode())
    said = signing.verified(receipt, typ=ordering.RECEIPT, public=public)
    assert said["rows"]["numbers.IndividualNumber"] >= 1
    assert (said["municipality"], said["system"], said["approved_by"]) == (ISE, "numbers", "approver")
    keys = signing.verified(said["keys_receipt"], typ=destruction.RECEIPT, public=public)
    assert keys["keys"] >= 1
    assert keys["root_versions_destroyed"]
    again = signing.verified(erase(vault, tmp_path, ordered), typ=ordering.RECEIPT, public=public)
    assert again["rows"] == said["rows"]
    assert again["keys_receipt"] == said["keys_receipt"]
    with pytest.raises(Exception, match=r".+"):
        api.reveal(token)
    api.register()  # a city that comes back begins anew


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (lambda: order(KOFU), "消去しません"),
        (lambda: order(ISE, system="numbers"), "消去しません"),
        (lambda: order(ISE, approved_by="asker"), "申請した人は承認できません"),
        (lambda: order(ISE)[:-4] + "AAAA", "署名"),
        (lambda: signing.signed({"municipality": ISE}, typ=destruction.RECEIPT), "種類"),
    ],
    ids=["another-city", "not-the-city-s", "one-person", "changed", "another-paper"],
)
def test_what_is_no_order_erases_nothing(
    vault: RunningVault, api: Api, tmp_path: Path, token: object, words: str
) -> None:
    api.register()
    before = rows(vault, ISE)
    assert words in erase(vault, tmp_path, token(), check=False)  # type: ignore[operator]
    assert rows(vault, ISE) == before
