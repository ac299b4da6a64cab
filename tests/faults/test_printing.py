"""Kill the press at any point and run it again: the same numbers, one whole PDF (H05, H10)."""

from __future__ import annotations

import os
import signal

import pypdfium2
import pytest

from sesshu.addressees.columns import RESIDENT_COLUMNS
from sesshu.kernel.csv_writer import write_csv
from tests.running import installation, wait_until

ISE = "242039"
# Two chunks, so that processes of the press are running when it is killed.
PERSONS = 300
WORDS = ("questionnaires", "--municipality", ISE, "--programme", "mr", "--on", "2026-11-22")


def resident(index):
    return {
        "宛名番号": f"{index:010d}",
        "世帯番号": f"{index:010d}",
        "宛名種別": "1",
        "氏名": f"見本　{index}号",
        "氏名_読み仮名": "ミホン　ゴウ",
        "性別": "2",
        "生年月日": "2025-08-01",
        "住所_市区郡町村名": "伊勢市",
        "住所_町字": "見本町",
        "住所_番地号表記": f"{index}番地",
        "住民状態": "1",
        "住民となった年月日": "2025-08-01",
    }


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("residents")
    names = [column.name for column in RESIDENT_COLUMNS]
    rows = [[resident(index).get(name, "") for name in names] for index in range(1, PERSONS + 1)]
    write_csv(folder / "residents.csv", names, rows)
    with installation(tmp_path_factory.mktemp("home")) as made:
        made.environment["SESSHU_TODAY"] = "2026-11-22"
        loaded = made.sesshu("residents", "import", folder / "residents.csv", "--municipality", ISE)
        assert loaded.data["created"] == PERSONS, loaded.stderr
        yield made


class Watch:
    """One process beside the press that tells, line by line, how many issues stand in which state."""

    def __init__(self, city):
        self.process = city.start(ISE, module="tests.faults.issue_states")

    def states(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        codes = self.process.stdout.readline().split()
        return {state: set(filter(None, found.split(","))) for state, found in (c.split("=") for c in codes)}

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


@pytest.fixture
def watch(city):
    made = Watch(city)
    yield made
    made.close()


def kill(process):
    """The command with its workers' parent gone; the workers must end by themselves."""
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def test_h10_a_kill_at_any_point_and_a_rerun_give_the_same_numbers_and_one_whole_pdf(city, watch, tmp_path):
    out = tmp_path / "mr.pdf"

    def unfinished():
        return list(tmp_path.glob(".mr.pdf.*.part"))

    points = {
        "the numbers are given": lambda: watch.states()["prepared"],
        "the file is begun": unfinished,
        "the file is whole": out.exists,
    }
    numbers = set()
    for what, reached in points.items():
        process = city.start(*WORDS, "--out", out, "--json")
        wait_until(reached, what, process)
        kill(process)
        states = watch.states()
        assert not states["issued"] or what == "the file is whole"
        taken = states["prepared"] | states["issued"]
        assert len(taken) == PERSONS
        numbers = numbers or taken
        assert taken == numbers, what
        if states["issued"]:
            assert states["issued"] == numbers
    done = city.sesshu(*WORDS, "--out", out)
    assert done.exit_code == 0, done.stderr
    assert watch.states() == {"prepared": set(), "issued": numbers}
    assert done.data["documents"] + done.data["excluded"]["notified_before"] == PERSONS
    assert not done.data["documents"] or not unfinished()
    assert printed_numbers(out) == numbers


def printed_numbers(path):
    document = pypdfium2.PdfDocument(path)
    try:
        assert len(document) == PERSONS
        texts = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    found = [word for text in texts for word in text.split() if len(word) == 14 and word.startswith(ISE[:5])]
    return set(found)
