"""Bad files of results: a clear message, good rows kept, and the same end after a kill at any point."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import time

import pytest

from sesshu.addressees.columns import RESIDENT_COLUMNS
from sesshu.health.intake.columns import RESULT_COLUMNS
from sesshu.kernel.csv_writer import write_csv
from tests.running import installation

ISE, KOFU = "242039", "192015"
CLINIC = "2410000001"
HEADER = [column.name for column in RESULT_COLUMNS]
PERSONS = 400


def resident(index):
    known = {
        "宛名番号": f"{index:010d}",
        "世帯番号": f"{index:010d}",
        "宛名種別": "1",
        "氏名": f"見本　{index}号",
        "氏名_読み仮名": "ミホン　" + "".join("アイウエオカキクケコ"[int(digit)] for digit in f"{index:04d}"),
        "性別": "2",
        "生年月日": "2024-05-01",
        "住民状態": "1",
        "住民となった年月日": "2024-05-01",
    }
    return known


def result(index, **cells):
    who = resident(index)
    known = {
        "宛名番号": who["宛名番号"],
        "氏名": who["氏名"],
        "氏名_読み仮名": who["氏名_読み仮名"],
        "生年月日": who["生年月日"],
        "結果区分": "1",
        "接種種類": "mr",
        "接種年月日": "2025-09-15",
        "ワクチンコード": "MR",
        "ロット番号": "HF101",
        "接種量": "0.5",
    } | cells
    return [known.get(name, "") for name in HEADER]


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    names = [column.name for column in RESIDENT_COLUMNS]
    rows = [[resident(index).get(name, "") for name in names] for index in range(1, PERSONS + 1)]
    write_csv(folder / "residents.csv", names, rows)
    with installation(tmp_path_factory.mktemp("home")) as made:
        for code in (ISE, KOFU):
            loaded = made.sesshu("residents", "import", folder / "residents.csv", "--municipality", code)
            assert loaded.data["created"] == PERSONS, loaded.stderr
        yield made


def take(city, path, code=ISE, *more):
    return city.sesshu("results", "import", path, "--municipality", code, "--provider", CLINIC, *more)


def state(city, code):
    process = city.start(code, module="tests.faults.ledger_state")
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    return json.loads(output)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_encodings(city, tmp_path, encoding):
    path = tmp_path / "results.csv"
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows([HEADER, result(1)])
    answer = take(city, path)
    assert answer.exit_code == 0, answer.stderr
    assert answer.data["created"] + answer.data["unchanged"] == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7\n\x00\x01binary", "PDF"),
        (b"", "空"),
        ("宛名番号,氏名\n1,見本\n".encode(), "接種年月日"),
        (",".join([*HEADER, "余分な列"]).encode(), "余分な列"),
    ],
    ids=["pdf", "empty", "columns-missing", "column-unknown"],
)
def test_files_that_are_no_results(city, tmp_path, content, words):
    path = tmp_path / "results.csv"
    path.write_bytes(content)
    answer = take(city, path)
    assert answer.exit_code == 2
    assert words in answer.data["error"]


def test_each_bad_row_is_named_and_the_good_one_kept(city, tmp_path):
    path = tmp_path / "results.csv"
    bad = [
        result(2, 接種年月日="2025-02-30"),
        result(2, 接種種類="mumps"),
        result(2, ワクチンコード="SALK"),
        result(2, 宛名番号="9999999999", 氏名="例示 無人", 氏名_読み仮名="レイジ ムジン"),
        result(2, 氏名="あ" * 20_000_000),
        result(2, 生年月日="2024-05-02"),
    ]
    write_csv(path, HEADER, [*bad, result(2)])
    answer = take(city, path)
    assert answer.exit_code == 1
    assert (answer.data["created"], answer.data["rejected"]) == (1, len(bad))
    assert sorted({error["row"] for error in answer.data["errors"]}) == [2, 3, 4, 5, 6, 7]
    assert all(error["message"].startswith(f"{error['row']}行目") for error in answer.data["errors"])
    columns = {error["row"]: error["column"] for error in answer.data["errors"]}
    named = ("接種年月日", "接種種類", "ワクチンコード", "宛名番号", "氏名", "生年月日")
    assert columns == dict(zip(range(2, 8), named, strict=True))


def test_strict_keeps_all_back(city, tmp_path):
    path = tmp_path / "results.csv"
    write_csv(path, HEADER, [result(3), result(3, 接種種類="mumps")])
    before = state(city, ISE)
    answer = take(city, path, ISE, "--strict")
    assert answer.exit_code == 1
    assert answer.data["held_back"]
    assert state(city, ISE) == before


def test_a_kill_at_any_point_and_a_rerun_give_the_same_end(city, tmp_path):
    path = tmp_path / "results.csv"
    doses = [("hepb", "HepB", f"2024-{month:02d}-03") for month in (7, 8, 12)] + [("mr", "MR", "2025-10-10")]
    rows = [
        result(index, 接種種類=programme, ワクチンコード=vaccine, 接種年月日=day, 受付番号=f"{index}-{day}")
        for index in range(5, PERSONS + 1)
        for programme, vaccine, day in doses
    ]
    write_csv(path, HEADER, [*rows, result(6, 結果区分="2", ワクチンコード="", 未接種理由="発熱")])
    begun = time.monotonic()
    undisturbed = take(city, path, KOFU)
    took = time.monotonic() - begun
    assert undisturbed.data["created"] == len(rows) + 1
    before = state(city, ISE)
    killed = 0
    for share in (0.3, 0.5, 0.65, 0.8, 0.92):
        words = ("results", "import", path, "--municipality", ISE, "--provider", CLINIC, "--json")
        process = city.start(*words)
        try:
            process.wait(timeout=took * share)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.communicate()
    assert killed
    answer = take(city, path, ISE)
    assert answer.data["created"] + answer.data["unchanged"] == len(rows) + 1
    assert take(city, path, ISE).data["unchanged"] == len(rows) + 1
    assert state(city, ISE)["rows"] == before["rows"] + len(rows) + 1
    assert state(city, KOFU)["rows"] == len(rows) + 1
