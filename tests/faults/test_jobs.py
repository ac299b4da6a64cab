"""M10: long work survives its worker, tells how far it is, and stops when asked."""

import json
import signal

import pytest

from tests.running import installation, wait_until


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with installation(tmp_path_factory.mktemp("jobs"), settings="tests.faults.slow_jobs.settings") as made:
        assert made.sesshu("database", "prepare").exit_code == 0
        made.desk = made.start(module="tests.faults.slow_jobs.commands")
        yield made
        made.desk.communicate()


def ask(house, *words):
    house.desk.stdin.write(json.dumps(words) + "\n")
    house.desk.stdin.flush()
    return json.loads(house.desk.stdout.readline())


def wait_for(house, job, expected, worker):
    wait_until(lambda: ask(house, "state", str(job))["state"] == expected, f"job is {expected}", worker)


@pytest.fixture
def worker(house):
    process = house.start_worker()
    yield process
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_a_job_runs_and_tells_its_progress(house, worker, tmp_path):
    gate = tmp_path / "gate"
    job = ask(house, "plan", "test.gated", json.dumps({"gate": str(gate)}))
    wait_until(lambda: ask(house, "state", str(job))["done"] == 1, "progress is written", worker)
    gate.touch()
    wait_for(house, job, "done", worker)
    assert ask(house, "state", str(job))["result"] == {"passed": True}


def test_a_running_job_stops_when_it_is_cancelled(house, worker, tmp_path):
    job = ask(house, "plan", "test.gated", json.dumps({"gate": str(tmp_path / "never")}))
    wait_for(house, job, "running", worker)
    ask(house, "cancel", str(job))
    wait_for(house, job, "cancelled", worker)


def test_a_job_whose_worker_was_killed_runs_again(house, tmp_path):
    gate = tmp_path / "gate"
    job = ask(house, "plan", "test.gated", json.dumps({"gate": str(gate)}))
    first = house.start_worker()
    wait_for(house, job, "running", first)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    gate.touch()
    wait_until(lambda: ask(house, "give_back", "0.5", str(job)), "the stalled job is given back")
    second = house.start_worker()
    try:
        wait_for(house, job, "done", second)
        assert ask(house, "state", str(job))["attempts"] == 2
    finally:
        second.send_signal(signal.SIGKILL)
        second.communicate()


def test_a_failing_job_says_why(house, worker):
    job = ask(house, "plan", "test.failing", "{}")
    wait_for(house, job, "failed", worker)
    assert "ファイルがありません" in ask(house, "state", str(job))["error"]
