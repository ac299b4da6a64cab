"""A city erased by real commands, killed in the midst: the rerun finishes, the other city stays (H21)."""

import json
import signal

import pytest

from sesshu.addressees.columns import RESIDENT_COLUMNS
from sesshu.kernel.csv_writer import write_csv
from tests.running import installation

ISE, KOFU = "242039", "192015"
PERSONS = 400


def desk(city, *words):
    process = city.start(*words, module="tests.faults.municipality_desk")
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    return json.loads(output)


@pytest.fixture(scope="module")
def cities(tmp_path_factory):
    folder = tmp_path_factory.mktemp("residents")
    names = [column.name for column in RESIDENT_COLUMNS]
    rows = [
        {
            "宛名番号": f"{index:010d}", "世帯番号": f"{index:010d}", "宛名種別": "1",
            "氏名": f"見本　{index}号", "氏名_読み仮名": "ミホン　アイ",
            "性別": "2", "生年月日": "2024-05-01", "住民状態": "1",
            "住民となった年月日": "2024-05-01",
        }
        for index in range(1, PERSONS + 1)
    ]  # fmt: skip
    write_csv(folder / "all.csv", names, [[row.get(name, "") for name in names] for row in rows])
    with installation(tmp_path_factory.mktemp("home")) as made:
        for code in (ISE, KOFU):
            loaded = made.sesshu("residents", "import", folder / "all.csv", "--municipality", code)
            assert loaded.data["created"] == PERSONS, loaded.stderr
        desk(made, "hire", ISE)
        yield made


def erase(run, receipt):
    words = ("retention", "erase-municipality", "--municipality", ISE, "--run", str(run))
    return (*words, "--receipt", str(receipt))


def test_h21_a_kill_in_the_midst_and_a_rerun_erase_one_city_and_leave_the_other(cities, tmp_path):
    receipt = tmp_path / "receipt.jws"
    before, theirs = desk(cities, "state", ISE), desk(cities, "state", KOFU)
    assert before["rows"]["addressees.Addressee"] == PERSONS
    asked = cities.sesshu(
        "retention", "request-municipality", "--municipality", ISE, "--by", "asker", "--reason", "利用の終了"
    )
    run = asked.data["run"]
    refused = cities.sesshu(*erase(run, receipt))
    assert refused.exit_code == 2
    assert "承認が必要" in refused.data["error"]
    assert desk(cities, "state", ISE) == before
    desk(cities, "approve", ISE, str(run))

    process = cities.start(*erase(run, receipt))
    for line in process.stderr:  # each line tells of a step that is committed
        if "AddresseeVersion" in line:
            break
    process.send_signal(signal.SIGKILL)
    process.communicate()
    half = desk(cities, "state", ISE)
    assert 0 < sum(half["rows"].values()) < sum(before["rows"].values())
    assert not receipt.exists()

    done = cities.sesshu(*erase(run, receipt))
    assert done.exit_code == 0, done.stderr
    assert desk(cities, "state", ISE)["rows"] == {}
    assert desk(cities, "state", KOFU) == theirs
    checked = cities.sesshu("keys", "verify-receipt", receipt)
    assert checked.data["rows"] == before["rows"]
    assert checked.data["requested_by"] == "asker"
    assert checked.data["approved_by"] == "approver"
    assert cities.sesshu(*erase(run, receipt)).data["receipt"] == receipt.read_text().strip()
    assert cities.sesshu("audit", "verify", "--municipality", ISE).exit_code == 0


def test_nobody_unknown_asks(cities):
    answer = cities.sesshu(
        "retention",
        "request-municipality",
        "--municipality",
        KOFU,
        "--by",
        "nobody",
        "--reason",
        "利用の終了",
    )
    assert answer.exit_code == 2
    assert "nobody" in answer.data["error"]
