"""Inquiry to result through all four services as real processes: vault, two intermediate servers, network.

The city's client asks as its job does: inquiries arrive at `rate` a second and every 50 ms what has arrived
goes in one message over mutual TLS; results are collected and taken every 100 ms. Time runs from the
inquiry's arrival to the result in the city's hands. Beside it in the same run: requests a second to the
vault's door that do nothing (TLS kept open), and durable single-row transactions of PostgreSQL. `ratio` is
the sustained rate over 100 a second, or 1 s over the 95th percentile if that is worse; 1 is wanted.
`replica_records_per_s` by the city through the vault (10,000 wanted by file: `replica_file_per_s`).
`--batch 100000` sends so many inquiries at once, and tells the memory of all processes at a tenth and at the
end.
"""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

import psycopg

from tests.performance.exchange_work import Services, invented, prepared

ISE, KOFU = "242039", "192015"
VACCINATION = "TM00000000000084"
PROVIDER = "0219201500000000"
SENT_EVERY_S, COLLECTED_EVERY_S = 0.05, 0.1


def run(rate: int = 102, seconds: int = 20, persons: int = 400, records: int = 5_000, batch: int = 0) -> Any:
    """All figures."""
    home = Path(os.environ["SESSHU_HOME"])
    people = invented(persons)
    sites = prepared(home, people, (ISE, KOFU))
    with Services(sites) as services:
        services.assign(people, (ISE, KOFU))
        figures = {"persons": persons, **_replicas(services, people, records)}
        figures |= _sustained(services, people, rate, seconds)
        figures |= _bare(services)
        if batch:
            figures |= _batch(services, people, batch)
    figures["replica_file_per_s"] = services.load_file(home, KOFU, 50_000)
    worse = min(figures["per_second"] / 100, 1.0 / figures["p95_s"])
    return {"ratio": round(worse, 2), **figures}


def _replicas(services: Services, people: list[str], records: int) -> dict[str, Any]:
    rows = [_record(people[n % len(people)], n) for n in range(records)]
    began = time.perf_counter()
    for first in range(0, records, 5_000):
        said = services.tell(
            KOFU, "/v1/exchange/replicas", process="bench", records=rows[first : first + 5_000]
        )
        assert {row["state"] for row in said} == {"stored"}, said[:3]
    return {"replica_records_per_s": round(records / (time.perf_counter() - began))}


def _record(addressee: str, n: int) -> dict[str, Any]:
    content = {
        "programme": "mr", "disease": "麻しん・風しん", "dose_number": str(n % 9 + 1),
        "administered_on": f"2025-{n % 12 + 1:02}-{n % 28 + 1:02}", "vaccine": "MR", "lot": f"S{n:06}",
        "volume_ml": "0.50", "route": "皮下", "provider": "見本クリニック",
    }  # fmt: skip
    return {
        "addressee_number": addressee, "record_id": f"bench-{n}", "information": VACCINATION, "sequence": 1,
        "action": "put", "content": content,
    }  # fmt: skip


class _Meter:
    """When each inquiry arrived and how long it took."""

    def __init__(self, services: Services, people: list[str]) -> None:
        self.services, self.people = services, people
        self.arrived: dict[str, float] = {}
        self.took: list[float] = []
        self.provided = 0
        self._asked = 0

    def ask(self, count: int, arrived: list[float] | None = None) -> None:
        rows, now = [], time.perf_counter()
        for place in range(count):
            reference = f"bench-{self._asked}"
            self.arrived[reference] = arrived[place] if arrived else now
            rows.append(self._row(reference))
            self._asked += 1
        said = self.services.tell(ISE, "/v1/exchange/inquiries", inquiries=rows)
        assert all(row["processing_number"] for row in said), said[:3]

    def _row(self, reference: str) -> dict[str, Any]:
        return {
            "reference": reference, "addressee_number": self.people[self._asked % len(self.people)],
            "provider": PROVIDER, "item": "25-1", "information": VACCINATION,
            "period": {"starts_on": None, "ends_on": None}, "department": "健康課", "nondisclosure": False,
        }  # fmt: skip

    def collect(self) -> int:
        said = self.services.tell(ISE, "/v1/exchange/results", waiting=True)
        now = time.perf_counter()
        for row in said:
            assert row["state"] == "answered", row
            self.took.append(now - self.arrived[row["reference"]])
            self.provided += len(row["records"])
        if said:
            numbers = [row["processing_number"] for row in said]
            self.services.tell(ISE, "/v1/exchange/taken", processing_numbers=numbers)
        return len(said)


def _sustained(services: Services, people: list[str], rate: int, seconds: int) -> dict[str, Any]:
    meter = _Meter(services, people)
    meter.ask(5)
    while len(meter.took) < 5:  # every process has its connections and keys open
        meter.collect()
    first = meter.took[-1]
    meter.took.clear()
    total, stopped, used = rate * seconds, threading.Event(), services.processor_s()
    asker = threading.Thread(target=_arrive, args=(meter, rate, total, stopped))
    began = time.perf_counter()
    asker.start()
    while len(meter.took) < total and time.perf_counter() - began < 4 * seconds:
        meter.collect()
        time.sleep(COLLECTED_EVERY_S)
    lasted = time.perf_counter() - began
    stopped.set()
    asker.join()
    cuts, after = quantiles(meter.took, n=100), services.processor_s()
    return {
        "asked_per_second": rate, "answered": len(meter.took), "of": total,
        "per_second": round(len(meter.took) / lasted, 1), "p50_s": round(cuts[49], 3),
        "p95_s": round(cuts[94], 3), "slowest_s": round(max(meter.took), 3), "single_s": round(first, 3),
        "records_provided": meter.provided,
        "processor_ms_each": {n: round(1000 * (after[n] - used[n]) / len(meter.took), 2) for n in used},
    }  # fmt: skip


def _arrive(meter: _Meter, rate: int, total: int, stopped: threading.Event) -> None:
    began, sent = time.perf_counter(), 0
    while sent < total and not stopped.is_set():
        due = min(total, int((time.perf_counter() - began) * rate) + 1)
        if due > sent:
            meter.ask(due - sent, [began + place / rate for place in range(sent, due)])
            sent = due
        time.sleep(SENT_EVERY_S)


def _bare(services: Services, requests: int = 500) -> dict[str, Any]:
    began = time.perf_counter()
    for _ in range(requests):
        services.nothing()
    tls = requests / (time.perf_counter() - began)
    return {"bare_tls_requests_per_s": round(tls), "bare_commits_per_s": round(_commits(requests))}


def _commits(rows: int) -> float:
    from sesshu.config import postgres

    server = postgres.address()
    known = {"host": server.host, "port": server.port, "user": server.user, "password": server.password}
    with psycopg.connect(**known, dbname="postgres", autocommit=True) as bare:
        bare.execute("CREATE TABLE one (n int, said text)")
        began = time.perf_counter()
        for n in range(rows):
            bare.execute("INSERT INTO one VALUES (%s, %s)", [n, "x" * 200])
        return rows / (time.perf_counter() - began)


def _batch(services: Services, people: list[str], batch: int) -> dict[str, Any]:
    meter, memory = _Meter(services, people), {}
    meter._asked = 10_000_000
    began, asked = time.perf_counter(), 0
    while len(meter.took) < batch:
        if asked < batch and asked - len(meter.took) < 20_000:
            meter.ask(min(2_000, batch - asked))
            asked += min(2_000, batch - asked)
        if not meter.collect():
            time.sleep(0.05)
        tenth = len(meter.took) * 10 // batch
        if tenth and tenth not in memory:
            memory[tenth] = services.memory_mb()
            print(json.dumps({"done": len(meter.took), "memory_mb": memory[tenth]}), flush=True)
    return {
        "batch": batch, "batch_per_second": round(batch / (time.perf_counter() - began), 1),
        "batch_memory_mb_at_a_tenth": memory.get(1), "batch_memory_mb_at_the_end": services.memory_mb(),
    }  # fmt: skip
