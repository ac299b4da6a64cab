"""The four services of the exchange as real processes, for the benchmark: set up, assigned, and ended."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.running import free_port

NETWORK_PORT, VAULT_PORT = free_port(), free_port()


def invented(count: int) -> list[str]:
    """宛名番号, the same in both cities here."""
    return [f"{8_000_000_000 + n}" for n in range(count)]


def prepared(home: Path, people: Sequence[str], cities: Sequence[str]) -> list[Any]:
    """Databases, certificates and numbers of a city each; its intermediate servers."""
    from django.conf import settings

    from sesshu.config import exchange, vault
    from sesshu.protection.services import ensure_municipality

    settings.VAULT["address"] = f"https://localhost:{VAULT_PORT}"
    for city in cities:
        ensure_municipality(city)
    vault.connect_city(list(cities))
    path = home / "numbers.csv"
    _write_numbers(path, people)
    for city in cities:
        done = vault.command("numbers", "import", str(path), "--municipality", city)
        assert done.returncode == 0, done.stdout + done.stderr
    sites = [exchange.Site(city, f"試験{place}市", free_port()) for place, city in enumerate(cities, 1)]
    exchange.set_up(sites, NETWORK_PORT)
    return sites


def _write_numbers(path: Path, people: Sequence[str]) -> None:
    from sesshu.kernel.check_digits import individual_number_check_digit, resident_code_check_digit

    chance = random.Random(20261128)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["宛名番号", "個人番号", "住民票コード"])
        for person in people:
            number, code = f"{chance.randrange(10**11):011d}", f"{chance.randrange(10**10):010d}"
            number += str(individual_number_check_digit(number))
            writer.writerow([person, number, code + str(resident_code_check_digit(code))])


class Services:
    """Doors and dispatchers, from entering to leaving."""

    def __init__(self, sites: list[Any]) -> None:
        self.sites = sites
        self.children: list[subprocess.Popen[bytes]] = []
        self.dispatchers: dict[str, subprocess.Popen[bytes]] = {}
        self._log = (Path(os.environ["SESSHU_HOME"]) / "services.log").open("ab")

    def __enter__(self) -> Self:
        from sesshu.config import exchange, vault

        doors = [vault.door("127.0.0.1", VAULT_PORT), *exchange.doors_of(self.sites, NETWORK_PORT)]
        for command in (*(door.command() for door in doors), vault.keeper()):
            self._start(command)
        for name in ("network", *(site.municipality for site in self.sites)):
            self.start_dispatcher(name)
        for door in doors:
            while not door.is_open():
                assert all(child.poll() is None for child in self.children), "a service ended"
                time.sleep(0.1)
        return self

    def start_dispatcher(self, name: str) -> None:
        """Of the ``network``, or of a city's intermediate server."""
        from sesshu.config import exchange

        names = ("network", *(site.municipality for site in self.sites))
        command = exchange.dispatchers(self.sites)[names.index(name)]
        self.dispatchers[name] = self._start(command)

    def kill_dispatcher(self, name: str) -> None:
        """Without a chance to do anything more."""
        killed = self.dispatchers.pop(name)
        killed.kill()
        killed.wait(timeout=60)

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(command, stdout=self._log, stderr=self._log)
        self.children.append(child)
        return child

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self.children:
            child.terminate()
        for child in self.children:
            child.wait(timeout=60)
        self._log.close()

    def tell(self, city: str, path: str, **fields: Any) -> Any:
        """As the city's own jobs do."""
        from sesshu.addressees.individual_numbers import exchange

        return exchange.tell(city, path, **fields)

    def nothing(self) -> None:
        """A request that the vault's door turns away before it does anything."""
        from sesshu.addressees.individual_numbers.client import vault

        assert vault()._http.post("/nothing", json={}).status_code == 404

    def assign(self, people: Sequence[str], cities: Sequence[str]) -> None:
        """付番 of all in both cities, until every 符号 is there."""
        from sesshu.config import exchange, vault

        persons = [{"addressee_number": number, "basic": _BASIC} for number in people]
        for city in cities:
            said = self.tell(city, "/v1/integrated/assign", persons=persons)
            assert {row["state"] for row in said} <= {"assigned", "known"}, said[:3]
            while True:
                asked = json.loads(vault.command("numbers", "codes", "--municipality", city, "--json").stdout)
                ran = exchange.run("intermediate", "state", "--municipality", city, "--json")
                if not asked["waiting"] and not json.loads(ran.stdout)["waiting"].get("codes"):
                    break

    def load_file(self, home: Path, city: str, records: int) -> int:
        """Records a second of ``sesshu intermediate replicas load``, the command's own start left out."""
        from sesshu.config import exchange

        small, large = home / "small.jsonl", home / "large.jsonl"
        for n in range(2):  # the first opens what the second finds open
            _write_records(small, -n - 1, 1)
            exchange.run("intermediate", "replicas", "load", str(small), "--municipality", city)
        _write_records(small, 0, 1)
        _write_records(large, 1, records)
        took = []
        for path in (small, large):
            began = time.perf_counter()
            done = exchange.run("intermediate", "replicas", "load", str(path), "--municipality", city)
            assert done.returncode == 0, done.stdout + done.stderr
            took.append(time.perf_counter() - began)
        return round(records / (took[1] - took[0]))

    def processor_s(self) -> dict[str, float]:
        """Processor seconds so far of each service with its workers."""
        told = subprocess.run(["ps", "-eo", "pid=,ppid=,rss="], capture_output=True, text=True, check=True)
        rows = [tuple(map(int, line.split())) for line in told.stdout.splitlines()]
        return {
            name: sum(_ticks(pid) for pid, parent, _ in rows if child.pid in (pid, parent))
            for name, child in zip(_names(self.sites), self.children, strict=True)
        }

    def memory_mb(self) -> int:
        """Resident memory of all processes and of theirs."""
        own = {child.pid for child in self.children}
        told = subprocess.run(["ps", "-eo", "pid=,ppid=,rss="], capture_output=True, text=True, check=True)
        rows = [tuple(map(int, line.split())) for line in told.stdout.splitlines()]
        return sum(rss for pid, parent, rss in rows if pid in own or parent in own) // 1024


def _names(sites: Sequence[Any]) -> list[str]:
    servers = [f"intermediate {site.municipality}" for site in sites]
    dispatchers = [f"{name} dispatcher" for name in ("network", *servers)]
    return ["vault", "network", *servers, "keeper", *dispatchers]


def _ticks(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


_BASIC = {
    "name": "架空　花子", "kana": "カクウ　ハナコ", "sex": "2", "birth_date": "2022-04-01",
    "address": "見本県架空市見本町1番地",
}  # fmt: skip


def _write_records(path: Path, first: int, count: int) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for n in range(first, first + count):
            row = {
                "integrated_number": f"{500_000_000_000_000 + n % 1000:015d}", "record_id": f"file-{n}",
                "information": "TM00000000000084", "sequence": 1, "action": "put",
                "content": {"programme": "mr", "administered_on": "2025-06-01", "lot": f"S{n:06}"},
            }  # fmt: skip
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
