"""Keys change while the vault works: no read and no write fails; nothing stands under the old ones after."""

from __future__ import annotations

import threading
import uuid

from tests.vault import KOFU, Api, RunningVault, answered, checked, invented_addressee, invented_number

STATE = """
from sesshu.protection.tenancy import acting_for
from sesshu.protection.keys.models import TenantKey
with acting_for("192015"):
    print(TenantKey.objects.count())
"""


def test_reads_and_writes_go_on_while_all_keys_are_changed(vault: RunningVault, api: Api) -> None:
    held = {}
    for _ in range(30):
        number, addressee = api.register(municipality=KOFU)
        held[number] = (addressee, api.token(addressee, municipality=KOFU))
    stop, failed, done = threading.Event(), [], []

    def read() -> None:
        while not stop.is_set():
            for number, (addressee, token) in held.items():
                try:
                    assert api.reveal(token, municipality=KOFU) == number
                    assert api.search(number, municipality=KOFU) == addressee
                except Exception as error:
                    failed.append(repr(error))
                done.append(1)

    def write() -> None:
        while not stop.is_set():
            number, addressee = invented_number(), invented_addressee()
            try:
                api(
                    "/v1/numbers/register", municipality=KOFU, key=f"k-{uuid.uuid4()}", number=number,
                    addressee_number=addressee, identity_check=checked(),
                )  # fmt: skip
                assert api.search(number, municipality=KOFU) == addressee
            except Exception as error:
                failed.append(repr(error))
            done.append(1)

    threads = [threading.Thread(target=target) for target in (read, read, write)]
    for thread in threads:
        thread.start()
    versions = []
    for _ in range(3):
        said = vault.cli("keys", "rotate", "--system", "numbers", "--municipality", KOFU, "--json")
        versions.append(answered(said)["version"])
        vault.cli("keys", "rotate-root", "--system", "numbers")
    stop.set()
    for thread in threads:
        thread.join()
    assert failed == [], vault.log.read_text(encoding="utf-8", errors="replace")[-3000:]
    assert len(done) > 20
    assert versions == sorted(set(versions))
    assert vault.python(STATE).strip() == "1"
    for number, (addressee, token) in held.items():
        assert api.reveal(token, municipality=KOFU) == number
        assert api.search(number, municipality=KOFU) == addressee


def test_the_state_of_the_keys_is_told(vault: RunningVault, api: Api) -> None:
    api.register(municipality=KOFU)
    said = answered(vault.cli("keys", "status", "--system", "numbers", "--json"))
    (kofu,) = [each for each in said["municipalities"] if each["municipality"] == KOFU]
    assert kofu["behind"] == 0
    assert kofu["subjects"] >= 1
    assert len(said["root_versions"]) == 1
