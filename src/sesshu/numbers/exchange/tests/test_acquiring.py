"""符号: asked for by the outbox until accepted, whatever dies in between; ended after the time of keeping."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from tests.exchange.whole.doubles import Doubles
from tests.vault import (
    ISE,
    Api,
    RunningVault,
    answered,
    invented_addressee,
    invented_number,
    invented_resident_code,
)

from sesshu.protocol import codes

POINTS = (
    "numbers.codes.claimed", "numbers.codes.asked", "numbers.codes.noted", "numbers.acquisitions.claimed",
    "numbers.acquisitions.sent", "numbers.acquisitions.noted",
)  # fmt: skip
ENDING = tuple(f"numbers.invalidations.{each}" for each in ("claimed", "sent", "noted"))
GONE = """
from sesshu.numbers.integrated.models import Link
from sesshu.protection.tenancy import acting_for
with acting_for("242039"):
    link = Link.objects.select_related("person").get(addressee_number={addressee!r})
    assert link.person.key_id is None and link.person.ended_at and not bytes(link.person.basic_sealed)
"""
RUN = """
import json, sys
from sesshu.numbers.exchange import state
from sesshu.protocol import points
class Died(BaseException): pass
def hook(name):
    if name == {point!r}: raise Died
points.hook = hook
try:
    print(json.dumps(state.acquire_now("242039", "019", {addressees!r})))
except Died:
    print(json.dumps("died"))
"""


def feed(vault: RunningVault, folder: Path, *rows: tuple[str, ...]) -> Any:
    path = folder / f"{uuid.uuid4().hex}.csv"
    path.write_text(
        "\n".join(["宛名番号,個人番号,住民票コード", *(",".join(row) for row in rows), ""]), encoding="utf-8"
    )
    return answered(vault.cli("numbers", "import", str(path), "--municipality", ISE, "--json", check=False))


@pytest.fixture
def resident(vault: RunningVault, api: Api, tmp_path: Path) -> tuple[str, str]:
    """宛名番号 and 住民票コード of somebody with both, and an integrated number."""
    addressee, code = invented_addressee(), invented_resident_code()
    assert feed(vault, tmp_path, (addressee, invented_number(), code))["resident_codes"] == 1
    assign(api, addressee)
    return addressee, code


def assign(api: Api, addressee: str) -> None:
    basic = {"name": "見本", "kana": uuid.uuid4().hex, "sex": "2", "birth_date": None, "address": ""}
    api("/v1/integrated/assign", persons=[{"addressee_number": addressee, "basic": basic}])


def run(vault: RunningVault, *addressees: str, point: str = "") -> Any:
    return json.loads(vault.python(RUN.format(point=point, addressees=list(addressees))))


def run_out(vault: RunningVault) -> None:
    """Whatever other tests left open is done, so that counts are this test's own."""
    run(vault)


def taken(doubles: Doubles, code: str) -> list[str]:
    return [number for number, resident in doubles.network.accepted.items() if resident == code]


def task(vault: RunningVault, addressee: str) -> list[Any]:
    said = vault.python(
        "import json\n"
        "from sesshu.numbers.integrated.models import CodeTask, Link\n"
        "from sesshu.protection.tenancy import acting_for\n"
        f"with acting_for('{ISE}'):\n"
        f"    people = Link.objects.filter(addressee_number='{addressee}').values('person')\n"
        "    rows = CodeTask.objects.filter(person__in=people).order_by('pk')\n"
        "    print(json.dumps(list(rows.values_list('kind', 'state', 'acquisition_number', 'trouble'))))\n"
    )
    return list(json.loads(said))


def test_a_code_is_acquired_on_assignment(
    vault: RunningVault, doubles: Doubles, resident: tuple[str, str]
) -> None:
    addressee, code = resident
    run(vault)
    (acquisition,) = taken(doubles, code)
    heard = [each for each in doubles.network.heard if code in json.dumps(each.body)]
    assert [each.caller for each in heard] == [("juki", codes.institution_of(ISE))]
    assert set(heard[0].body[0]) == {"acquisition_number", "resident_code"}
    assert task(vault, addressee) == [["acquire", "done", "", ""]]  # the 取得番号 is not kept (21条の2)
    asked = doubles.intermediates[ISE].said("/fgu/codes")
    assert code not in json.dumps(asked)
    assert acquisition.startswith("a")
    run(vault)
    assert taken(doubles, code) == [acquisition]


@pytest.mark.parametrize("point", POINTS)
def test_whatever_dies_is_taken_up_again(
    vault: RunningVault, doubles: Doubles, resident: tuple[str, str], point: str
) -> None:
    _, code = resident
    assert run(vault, point=point) == "died"
    for _ in range(3):
        said = run(vault)
    assert said["failed"] == 0
    assert len(taken(doubles, code)) == 1


def test_dead_doors_are_tried_again_later(
    vault: RunningVault, doubles: Doubles, resident: tuple[str, str]
) -> None:
    addressee, code = resident
    doubles.intermediates[ISE].close()
    assert run(vault)["failed"] >= 1
    assert task(vault, addressee) == [["acquire", "due", "", "away"]]
    doubles.intermediates[ISE].open()
    doubles.network.close()
    run(vault)
    ((_, state, number, trouble),) = task(vault, addressee)
    assert (state, bool(number), trouble) == ("asked", True, "away")
    doubles.network.open()
    doubles.network.refusal = (403, {"error": "wrong_institution", "message": "x"})
    run(vault)
    assert task(vault, addressee)[0][3] == "refused:wrong_institution"
    doubles.network.refusal = None
    run(vault)
    assert len(taken(doubles, code)) == 1
    assert task(vault, addressee) == [["acquire", "done", "", ""]]


def test_a_refused_acquisition_begins_anew(
    vault: RunningVault, doubles: Doubles, resident: tuple[str, str]
) -> None:
    addressee, code = resident
    accept = doubles.network.answers["/v1/acquisitions"]
    doubles.network.answers["/v1/acquisitions"] = lambda body: [
        {"acquisition_number": each["acquisition_number"], "state": "refused"} for each in body
    ]
    try:
        run(vault)
        assert task(vault, addressee) == [["acquire", "due", "", "network:refused"]]
    finally:
        doubles.network.answers["/v1/acquisitions"] = accept
    run(vault)
    assert len(taken(doubles, code)) == 1


def test_a_corrected_resident_code_ends_the_old_code_and_has_another(
    vault: RunningVault, api: Api, doubles: Doubles, tmp_path: Path
) -> None:
    """Else the child would keep the 符号 of whoever the wrong 住民票コード belongs to."""
    addressee, number = invented_addressee(), invented_number()
    wrong, right = invented_resident_code(), invented_resident_code()
    feed(vault, tmp_path, (addressee, number, wrong))
    assign(api, addressee)
    run(vault)
    ended = len(doubles.intermediates[ISE].ended)
    assert feed(vault, tmp_path, (addressee, number, right))["resident_codes"] == 1
    run(vault)
    assert len(doubles.intermediates[ISE].ended) == ended + 1
    assert (len(taken(doubles, wrong)), len(taken(doubles, right))) == (1, 1)
    assert [row[:2] for row in task(vault, addressee)] == [
        ["acquire", "done"], ["invalidate", "done"], ["acquire", "done"],
    ]  # fmt: skip


def test_the_command_has_another_code(
    vault: RunningVault, doubles: Doubles, resident: tuple[str, str]
) -> None:
    addressee, code = resident
    run_out(vault)
    assert len(taken(doubles, code)) == 1
    run(vault, addressee)
    assert len(taken(doubles, code)) == 2


def test_without_a_resident_code_it_waits_for_the_feed(
    vault: RunningVault, api: Api, doubles: Doubles, tmp_path: Path
) -> None:
    run_out(vault)
    addressee, number, code = invented_addressee(), invented_number(), invented_resident_code()
    assign(api, addressee)
    assert run(vault)["without_resident_code"] >= 1
    assert task(vault, addressee) == [["acquire", "due", "", ""]]
    assert feed(vault, tmp_path, (addressee, number, code))["resident_codes"] == 1
    run(vault)
    assert len(taken(doubles, code)) == 1


def test_the_command_tells_where_it_stands(
    vault: RunningVault, doubles: Doubles, resident: tuple[str, str]
) -> None:
    addressee, _ = resident
    run_out(vault)
    done = vault.cli("numbers", "codes", "--municipality", ISE, "--addressee", addressee)
    assert "完了 2件、失敗 0件" in done.stdout  # the old one ended, another acquired


@pytest.mark.parametrize("point", ENDING)
def test_an_ending_that_dies_is_taken_up_again(
    vault: RunningVault, api: Api, doubles: Doubles, resident: tuple[str, str], point: str
) -> None:
    addressee, _ = resident
    run(vault)
    before = len(doubles.intermediates[ISE].ended)
    api("/v1/integrated/end", addressee_numbers=[addressee])
    assert run(vault, point=point) == "died"
    assert run(vault)["failed"] == 0
    assert len(doubles.intermediates[ISE].ended) == before + 1
    vault.python(GONE.format(addressee=addressee))


def test_at_the_end_the_code_and_what_was_known_go(
    vault: RunningVault, api: Api, doubles: Doubles, resident: tuple[str, str]
) -> None:
    addressee, _ = resident
    run(vault)
    (said, other) = api("/v1/integrated/end", addressee_numbers=[addressee, "1"])
    assert (said["state"], other["state"]) == ("ended", "refused")
    run(vault)
    ended = doubles.intermediates[ISE].said("/fgu/invalidate")
    assert [len(body["integrated_numbers"]) for body in ended] == [1]
    (found,) = api("/v1/integrated/find", addressee_numbers=[addressee])
    assert found["state"] == "unknown"
    left = vault.python(
        "from sesshu.numbers.integrated.models import Link, Person\n"
        "from sesshu.protection.keys.models import SubjectKey\n"
        "from sesshu.protection.tenancy import acting_for\n"
        f"with acting_for('{ISE}'):\n"
        f"    link = Link.objects.get(addressee_number='{addressee}')\n"
        "    person = Person.objects.get(pk=link.person_id)\n"
        "    keys = SubjectKey.objects.filter(subject=f'integrated:{person.pk.hex}')\n"
        "    print(bytes(person.basic_sealed), person.key_id, person.holder_id, keys.count())\n"
    )
    assert left.strip() == "b'' None None 0"
    assign(api, addressee)  # comes back: somebody new, and never the old number
    assert doubles.intermediates[ISE].ended >= set(ended[0]["integrated_numbers"])


def test_the_feed_refuses_codes_that_are_wrong_or_another_s(vault: RunningVault, tmp_path: Path) -> None:
    code = invented_resident_code()
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    one, two, three = invented_addressee(), invented_addressee(), invented_addressee()
    said = feed(
        vault, tmp_path, (one, invented_number(), code), (two, invented_number(), code),
        (three, invented_number(), wrong),
    )  # fmt: skip
    assert (said["registered"], said["resident_codes"]) == (2, 1)
    assert [line.split("行目")[0] for line in said["refused"]] == ["4", "3"]
    assert "住民票コード" in said["refused"][0]
    assert code not in json.dumps(said)
    again = feed(vault, tmp_path, (one, invented_number(), ""))
    assert again["refused"] == []


def test_the_code_stands_nowhere_in_clear(vault: RunningVault, resident: tuple[str, str]) -> None:
    from tests.access.planting import dump

    _, code = resident
    assert code.encode() not in dump(vault.database)


def test_keys_are_made_here_and_certified_there(
    vault: RunningVault, doubles: Doubles, tmp_path: Path
) -> None:
    place = {"SESSHU_NUMBERS_EXCHANGE_FOLDER": str(tmp_path / "keys")}
    vault.cli("numbers", "exchange-keys", "--municipality", ISE, "--out", str(tmp_path / "out"), **place)
    for part in ("numbers", "juki"):
        request = (tmp_path / "out" / f"{ISE}-{part}.csr").read_bytes()
        assert b"BEGIN CERTIFICATE" in doubles.certificates.certify(request)
        key = tmp_path / "keys" / ISE / f"{part}-key.pem"
        assert key.stat().st_mode & 0o777 == 0o600
