"""The exchange as real processes: vault, two intermediate servers, network, each with its dispatcher.

Mutual TLS between all, a database of its own each; dispatchers are killed in the midst; dumps of the
databases show no number and no content.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.running import ROOT, Installation, installation, wait_until

ISE, KOFU = "242039", "192015"
FIELDS = {
    "programme", "disease", "dose_number", "administered_on", "vaccine", "manufacturer", "lot", "volume_ml",
    "route", "site", "provider", "doctor", "legal_class", "note",
}  # fmt: skip
DUMP = """
import sys
from tests.access import planting
for name in sys.argv[1:]:
    sys.stdout.buffer.write(planting.dump(name))
"""


@dataclass
class Running:
    """The services, and the process that drives them."""

    made: Installation
    process: subprocess.Popen[str]
    people: list[str]

    def __call__(self, act: str, *fields: Any) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([act, *fields]) + "\n")
        self.process.stdin.flush()
        return self.hear()

    def hear(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, (self.made.home / "driver.log").read_text(encoding="utf-8")[-4000:]
        return json.loads(line)

    def dump(self, *databases: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", DUMP, *databases], env=self.made._environment(), capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("home")
    with installation(home) as made, (home / "driver.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.exchange_driver"], env=made._environment(), cwd=ROOT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        try:
            found = Running(made, process, [])
            found.people = found.hear()["people"]
            yield found
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=120)


@pytest.fixture(scope="module")
def lots(running: Running) -> dict[str, str]:
    found: dict[str, str] = running("lots")
    return found


def answered(running: Running, processing: str) -> Any:
    """The result, when it has come; it stays where it is."""
    wait_until(lambda: running("results", [processing])[0]["state"] == "answered", "an answer came")
    return running("results", [processing])[0]


def test_one_inquiry_goes_round_all_four_services(running: Running, lots: dict[str, str]) -> None:
    """M01, M02, M03, M14, N01, N02, U04, A05: under the city's own 宛名番号, with permitted items alone."""
    (taken,) = running("inquire", ["one"])
    assert taken["error"] is None, taken
    found = answered(running, taken["processing_number"])
    assert found["addressee_number"] == taken["of"]
    (record,) = found["records"]
    assert record["lot"] == lots[taken["of"]]
    assert set(record) <= FIELDS
    for city, side in ((ISE, "inquirer"), (KOFU, "provider")):
        (entry,) = running("records", city, taken["of"])
        assert (entry["side"], entry["event"], entry["count"]) == (side, "provided", 1)


def test_dumps_of_the_others_show_no_number_and_no_content(running: Running, lots: dict[str, str]) -> None:
    """M14, control 48: with an answer under way, none of the three databases tells of whom or what."""
    (taken,) = running("inquire", ["dumped"])
    answered(running, taken["processing_number"])
    dumped = running.dump("network", f"intermediate_{ISE}", f"intermediate_{KOFU}")
    assert taken["processing_number"] in dumped
    with (running.made.home / "numbers.csv").open(encoding="utf-8", newline="") as stream:
        secrets = [value for row in list(csv.reader(stream))[1:] for value in row]
    assert len(secrets) == 3 * len(running.people)
    for secret in (*secrets, *lots.values(), "麻しん", "庁内"):
        assert secret not in dumped
        assert secret.encode().hex() not in dumped
    numbers = running.dump("numbers")
    assert not [secret for secret in secrets if len(secret) == 12 and secret in numbers]


@pytest.mark.parametrize("victim", [ISE, KOFU, "network"])
def test_a_dispatcher_killed_in_the_midst_is_followed_by_one_that_loses_nothing(
    running: Running, lots: dict[str, str], victim: str
) -> None:
    """M02, M03: 200 inquiries are on their way when it is gone; each ends once, with its own child's dose."""
    running("collect")
    asked = {each["reference"]: each for each in running("inquire", [f"{victim}-{n}" for n in range(200)])}
    if victim != ISE:  # the others have it when the permits have come
        some = [each["processing_number"] for each in asked.values()][:5]
        wait_until(lambda: running("results", some)[0]["state"] != "accepted", "permits came", pause=0.001)
    running("kill", victim)
    found: list[Any] = running("collect")
    assert len(found) < 200, "all was over before it died"
    running("start", victim)

    def all_came() -> bool:
        found.extend(running("collect"))
        return len(found) >= 200

    wait_until(all_came, "all answers came", seconds=120)
    assert {each["reference"] for each in found} == set(asked)
    assert len(found) == 200
    for each in found:
        wanted = asked[each["reference"]]["of"]
        assert (each["state"], each["addressee_number"]) == ("answered", wanted)
        assert [record["lot"] for record in each["records"]] == [lots[wanted]]
    assert running("collect") == []
