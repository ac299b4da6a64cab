"""The dispatcher of an intermediate server as a process: woken at once, killed, followed by another (M02)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.running import Installation, installation, wait_until

ISE = "242039"
BEGIN = "import django; django.setup(); import json, sys, time, threading\n"
RUN = f"""{BEGIN}
import signal
from sesshu.intermediate import dispatching
dispatching.POLL = 120.0  # so that nothing but a notice wakes it
stopped = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopped.set())
dispatching.run(stopped)
"""
WORKING = f"""{BEGIN}
from django.db import connection
from sesshu.intermediate import dispatching
with connection.cursor() as cursor:
    cursor.execute(
        "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database"
        " WHERE locktype = 'advisory' AND granted AND objid = %s AND d.datname = current_database()",
        [dispatching._LOCK],
    )
    print(json.dumps({{"count": cursor.fetchone()[0]}}))
"""
PUT = f"""{BEGIN}
from sesshu.intermediate import outbox
from sesshu.intermediate.choices import OutboxKind
from sesshu.intermediate.models import Correspondent, Outbox
from sesshu.protection.services import ensure_municipality
from sesshu.protection.tenancy import acting_for
key = sys.argv[1]
ensure_municipality("{ISE}")
with acting_for("{ISE}"):
    Correspondent.objects.all().delete()
    outbox.put(OutboxKind.PERMIT, [("https://127.0.0.1:1", key, None)])
begun = time.monotonic()
while time.monotonic() < begun + 30:
    with acting_for("{ISE}"):
        row = Outbox.objects.filter(key=key).first()
    if row is None or row.attempts:
        break
    time.sleep(0.01)
else:
    raise SystemExit("never sent")
print(json.dumps({{"seconds": time.monotonic() - begun}}))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(
        tmp_path_factory.mktemp("home"),
        settings="sesshu.config.settings.intermediate",
        environment={"SESSHU_INTERMEDIATE": ISE, "SESSHU_NETWORK_ADDRESS": "https://127.0.0.1:1"},
    ) as found:
        answer = found.sesshu("intermediate", "keys", "--municipality", ISE)
        assert answer.exit_code == 0, answer.stderr
        assert answer.data["institution"].startswith(f"02{ISE}")
        yield found


def python(made: Installation, script: str, *words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        env=made._environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def started(made: Installation) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", RUN], env=made._environment(), start_new_session=True)


def test_a_commit_wakes_it_and_a_killed_one_is_followed_by_the_next(made: Installation) -> None:
    first = started(made)
    second = None
    try:
        wait_until(lambda: python(made, WORKING)["count"] == 1, "a dispatcher works")
        assert min(python(made, PUT, f"a{n}")["seconds"] for n in range(3)) < 1.0
        os.kill(first.pid, signal.SIGKILL)
        first.wait(30)
        second = started(made)
        wait_until(lambda: python(made, WORKING)["count"] == 1, "the next one works")
        assert min(python(made, PUT, f"b{n}")["seconds"] for n in range(3)) < 1.0
    finally:
        for process in (first, second):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait(30)


def test_the_command_line_shows_the_state_and_loads_files(made: Installation, tmp_path: Path) -> None:
    """M10, M13"""
    found = made.sesshu("intermediate", "state", "--municipality", ISE)
    assert (found.exit_code, found.data["list_version"]) == (0, None), found.stderr
    path = tmp_path / "replicas.jsonl"
    good = {
        "integrated_number": "900000000000001", "record_id": "d1", "information": "TM00000000000084",
        "sequence": 1, "action": "put", "content": {"lot": "A1"},
    }  # fmt: skip
    path.write_text(json.dumps(good) + "\nnonsense\n", encoding="utf-8")
    loaded = made.sesshu("intermediate", "replicas", "load", path, "--municipality", ISE)
    assert (loaded.exit_code, loaded.data["stored"], loaded.data["refused"]) == (1, 1, 1), loaded.stderr
    assert loaded.data["faults"][0]["line"] == 2
    again = made.sesshu("intermediate", "replicas", "load", path, "--municipality", ISE)
    assert again.data["manifest"] == loaded.data["manifest"]
    dat = tmp_path / "x.DAT"
    dat.write_bytes(b"x\r\n")
    asked = made.sesshu("intermediate", "inquiries", "load", dat, "--municipality", ISE)
    assert (asked.exit_code, asked.data["refused"]) == (1, 1)
    target = tmp_path / "result.csv"
    assert made.sesshu("intermediate", "results", "write", target, "--municipality", ISE).exit_code == 0
    assert "受付不可" in target.read_text(encoding="utf-8-sig")
    assert made.sesshu("intermediate", "expire", "--municipality", ISE).exit_code == 0
    missing = made.sesshu("intermediate", "replicas", "load", tmp_path / "no", "--municipality", ISE)
    assert (missing.exit_code, "がありません" in missing.stderr) == (2, True)
    wrong = made.sesshu("intermediate", "state", "--municipality", "123456")
    assert (wrong.exit_code, "6桁" in wrong.stderr) == (2, True)
    refused = made.sesshu("intermediate", "refresh", "--municipality", ISE)
    assert (refused.exit_code, "確かめてください" in refused.stderr) == (2, True)
