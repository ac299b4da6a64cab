"""S04: what ends somebody's rights ends them in the open session, the running job and the token at once."""

import json
import time

import httpx
import pytest

from tests.running import installation, staff_door, wait_until

WITHIN = 60.0  # seconds; what the statement promises
ENDS = ("suspension", "transfer", "retirement", "withdrawal")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with installation(tmp_path_factory.mktemp("house"), settings="tests.faults.slow_jobs.settings") as made:
        assert made.sesshu("database", "prepare").exit_code == 0
        made.desk = made.start(module="tests.faults.slow_jobs.commands")
        ask(made, "hire", "manager", "manager")
        with staff_door(made) as made.address:
            yield made
        made.desk.communicate()


def ask(house, *words):
    house.desk.stdin.write(json.dumps(words) + "\n")
    house.desk.stdin.flush()
    return json.loads(house.desk.stdout.readline())


@pytest.mark.parametrize("how", ENDS)
def test_s04_a_live_session_and_a_live_job_end_within_a_minute(house, tmp_path, how):
    login = f"clerk-{how}"
    session = ask(house, "hire", login, "programme")
    with httpx.Client(base_url=house.address, cookies={"sessionid": session}) as browser:
        job = ask(house, "plan", "test.gated", json.dumps({"gate": str(tmp_path / "never")}), login)
        wait_until(lambda: ask(house, "state", str(job))["done"] == 1, "the job runs")
        assert browser.get("/addressees/").status_code == 200
        assert ask(house, "still_may", login, "results.import")

        ended = time.monotonic()
        ask(house, "narrow", how, login, "manager")
        assert browser.get("/addressees/").status_code in (302, 404), "the very next request is refused"
        assert not ask(house, "still_may", login, "results.import")
        wait_until(
            lambda: ask(house, "state", str(job))["state"] == "revoked", "the job stops", seconds=WITHIN
        )
        assert time.monotonic() - ended < WITHIN
    assert not ask(house, "state", str(job))["result"]


def test_s04_a_job_still_waiting_does_not_begin(house, tmp_path):
    """Planned behind another job, whose gate opens only after the planner's rights have ended."""
    ask(house, "hire", "early", "programme")
    gate = tmp_path / "gate"
    busy = ask(house, "plan", "test.gated", json.dumps({"gate": str(gate)}))
    wait_until(lambda: ask(house, "state", str(busy))["done"] == 1, "the worker is busy")
    late = ask(house, "plan", "test.gated", json.dumps({"gate": str(tmp_path / "never")}), "early")
    ask(house, "narrow", "suspension", "early", "manager")
    gate.touch()
    wait_until(lambda: ask(house, "state", str(late))["state"] == "revoked", "it is not begun")
    assert ask(house, "state", str(late))["done"] == 0
