"""An erased number cannot be had back from a backup, while all others can (S08, control 64).

A base backup and the archived write-ahead log of a real server, restored to a moment before the erasure; keys
in SoftHSM where it is installed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sesshu.kernel.check_digits import individual_number_check_digit

CITY = "242039"
ERASED = "1000000003"


def number(index: int) -> str:
    first = f"{73_000_000_000 + index * 7919:011d}"
    return first + str(individual_number_check_digit(first))


NUMBERS = {f"{1_000_000_000 + index}": number(index) for index in range(20)}

READ = """
import json, sys
from sesshu.numbers import sealing
from sesshu.numbers.models import IndividualNumber
from sesshu.protection.keys.roots import KeyTrouble
from sesshu.protection.tenancy import acting_for
found = {}
with acting_for("242039"):
    for row in IndividualNumber.objects.select_related("holder"):
        try:
            ((_, text),) = sealing.opened([row])
        except KeyTrouble:
            text = ""
        found[row.holder.addressee_number] = text
print(json.dumps(found))
"""
# Every key that is left, tried on the wrapped keys of the backup, without any of our own checks between.
ATTACK = """
import json
from sesshu.protection.keys.models import SubjectKey, TenantKey
from sesshu.protection.keys.roots import KeyTrouble, WrappedPair, root
from sesshu.protection.tenancy import acting_for
opened = 0
with acting_for("242039"):
    for key in TenantKey.objects.all():
        for version in range(1, 20):
            try:
                root().opened(WrappedPair(bytes(key.wrapped_cipher), bytes(key.wrapped_index)), version)
                opened += 1
            except KeyTrouble:
                pass
    counts = {"tenant": TenantKey.objects.count(), "keys": SubjectKey.objects.count()}
    print(json.dumps(counts | {"opened": opened}))
"""


@dataclass
class Server:
    """A PostgreSQL of the vault's own, archiving its log."""

    home: Path
    environment: dict[str, str]

    def run(self, *words: str, module: str = "sesshu.config.cli") -> str:
        done = subprocess.run(
            [sys.executable, "-m", module, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def python(self, script: str) -> Any:
        environment = self.environment | {"DJANGO_SETTINGS_MODULE": "sesshu.config.settings.numbers"}
        text = f"import django; django.setup()\n{script}"
        done = subprocess.run(
            [sys.executable, "-c", text], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def postgres(self, call: str) -> str:
        """Something of our launcher, in this home."""
        text = f"from sesshu.config import postgres, database\ncluster = postgres._cluster()\n{call}"
        done = subprocess.run(
            [sys.executable, "-c", text], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def connect(self) -> psycopg.Connection[Any]:
        said = self.postgres(
            "import json; r = database.server(); print(json.dumps([r.host, r.user, r.password]))"
        )
        host, user, password = json.loads(said)
        return psycopg.connect(host=host, user=user, password=password, dbname="numbers", autocommit=True)


@pytest.fixture(params=["file", "pkcs11"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    # Not in the test's own folder, which others may close to the user that the server runs as.
    home = Path(tempfile.mkdtemp(prefix="sesshu-test-"))
    home.chmod(0o711)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SESSHU")}
    environment |= {"SESSHU_HOME": str(home), "SESSHU_PG_DURABLE": "1", "SESSHU_KEYS_ROOT": request.param}
    if request.param == "pkcs11":
        environment |= request.getfixturevalue("hsm_environment")
    made = Server(home, environment)
    made.postgres("database.prepare(database.NUMBERS)")
    yield made
    made.postgres(_STOP)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def hsm_environment(tmp_path: Path) -> dict[str, str]:
    library = Path("/usr/lib/softhsm/libsofthsm2.so")
    if not library.exists():
        pytest.skip("SoftHSM is not installed")
    (tmp_path / "tokens").mkdir()
    configuration = tmp_path / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {tmp_path}/tokens\nlog.level = ERROR\n", encoding="ascii"
    )
    environment = {"SOFTHSM2_CONF": str(configuration)}
    pins = ("--so-pin", "87654321", "--pin", "1234")
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "vault", *pins],
        env=os.environ | environment, check=True, capture_output=True,
    )  # fmt: skip
    (tmp_path / "pin").write_text("1234", encoding="ascii")
    return environment | {
        "SESSHU_PKCS11_LIBRARY": str(library),
        "SESSHU_PKCS11_TOKEN": "vault",
        "SESSHU_PKCS11_PIN_FILE": str(tmp_path / "pin"),
    }


_ARCHIVE = """
folder = cluster.data.parent / "archive"
folder.mkdir()
postgres._owned_folder(folder, cluster.runner)
print(cluster.data.parent)
"""
_BACKUP = """
import os
reached = database.server()
os.environ["PGPASSWORD"] = reached.password
target = str(cluster.data.parent / "backup")
done = cluster.run("pg_basebackup", "-h", reached.host, "-U", reached.user, "-D", target, "-c", "fast")
assert done.returncode == 0, done.stderr
"""
# pg_ctl comes back when the pid file is gone, which is before the process is.
_STOP = """
import os, time
pid = int((cluster.data / "postmaster.pid").read_text().split()[0])
postgres.stop()
while os.path.exists(f"/proc/{pid}"):
    time.sleep(0.02)
"""
_RESTORE = """
import shutil
shutil.rmtree(cluster.data)
(cluster.data.parent / "backup").rename(cluster.data)
(cluster.data / "recovery.signal").touch()
with (cluster.data / "postgresql.auto.conf").open("a") as stream:
    stream.write("restore_command = 'cp {place}/archive/%f %p'\\n")
    stream.write("recovery_target_time = '{moment}'\\n")
    stream.write("recovery_target_action = 'promote'\\n")
    stream.write("archive_mode = off\\n")
database.server()
"""


def archive_from_now(server: Server) -> str:
    """Turn archiving on and take a base backup; where."""
    place = server.postgres(_ARCHIVE)
    with server.connect() as connection:
        connection.execute(f"ALTER SYSTEM SET archive_command = 'cp %p {place}/archive/%f'")
        connection.execute("ALTER SYSTEM SET archive_mode = on")
    server.postgres(_STOP)
    server.postgres(_BACKUP)
    return place


def restore(server: Server, place: str, moment: str) -> None:
    """The server anew from the backup and the log, up to this moment."""
    server.postgres(_STOP)
    server.postgres(_RESTORE.format(place=place, moment=moment))
    with server.connect() as connection:
        for _ in range(600):
            if connection.execute("SELECT NOT pg_is_in_recovery()").fetchone() == (True,):
                return
            connection.execute("SELECT pg_sleep(0.05)")
    raise AssertionError("the restored server does not leave recovery")


def test_from_a_backup_of_before_only_the_erased_number_is_gone(server: Server, tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_text(
        "\n".join(["宛名番号,個人番号", *(f"{a},{n}" for a, n in NUMBERS.items())]), encoding="utf-8"
    )
    place = archive_from_now(server)  # the numbers come after the backup: they stand in the log alone
    server.run("numbers", "import", str(feed), "--municipality", CITY)
    assert server.python(READ) == NUMBERS
    with server.connect() as connection:
        (moment,) = connection.execute("SELECT clock_timestamp()::text").fetchone() or ("",)
        (subject,) = connection.execute(
            "SELECT k.subject FROM keys_subjectkey k JOIN numbers_holder h ON h.key_id = k.id"
            " WHERE h.addressee_number = %s", [ERASED],
        ).fetchone() or ("",)  # fmt: skip
    receipt = tmp_path / "receipt.jws"
    server.run(
        "keys", "destroy", "--system", "numbers", "--municipality", CITY, "--subject", subject,
        "--reason", "保存期間満了", "--requested-by", "a", "--approved-by", "b", "--receipt", str(receipt),
    )  # fmt: skip
    left = {addressee: number for addressee, number in NUMBERS.items() if addressee != ERASED}
    assert server.python(READ) == left
    keys = tmp_path / "keys.jsonl"
    server.run("keys", "carry-out", "--system", "numbers", str(keys))
    with server.connect() as connection:
        connection.execute("SELECT pg_switch_wal()")
        connection.execute("CHECKPOINT")

    restore(server, place, str(moment))

    # All rows of before the erasure are there, the wrapped key of the erased number among them …
    tried = server.python(ATTACK)
    assert (tried["tenant"], tried["keys"]) == (1, len(NUMBERS))
    # … and neither with the keys that are left nor with today's can it be opened.
    assert tried["opened"] == 0
    assert set(server.python(READ).values()) == {""}
    server.run("keys", "carry-in", "--system", "numbers", str(keys))
    assert server.python(READ) == left
    said = json.loads(server.run("keys", "verify-receipt", "--system", "numbers", "--json", str(receipt)))
    assert said["root_store"] == server.environment["SESSHU_KEYS_ROOT"]
    assert said["root_versions_destroyed"] == [1]
