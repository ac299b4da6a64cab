"""The audit log: events through ``audit.record`` against bare INSERTs; places; verification.

One worker of a door waits for the disk at each commit; a door has several, and they share that wait. Hence
events are counted with one connection and with as many as a door of two processes has (eight).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from django.db import connection

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.roles import Role
from sesshu.protection.services import ensure_municipality, open_account
from sesshu.protection.tenancy import SETTING, acting_for

CITY = "242039"
_THREADS = 8
_BARE = (
    "INSERT INTO protection_auditevent (municipality_code, at, account_id, actor, terminal, action, purpose,"
    " subjects, count, detail, result) VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s) RETURNING id"
)
_MANY = """
    INSERT INTO protection_auditevent (municipality_code, at, account_id, actor, terminal, action, purpose,
        subjects, count, detail, result)
    SELECT %s, timestamptz '2026-01-05' + n * interval '1 second', %s, 'bench', 'T-01', 'ledger.read',
        'counter',
        ARRAY[(random() * 120000)::bigint + 1], 1, '{}', 'ok'
    FROM generate_series(1, %s) n
"""


def run(events: int = 3000, log: int = 1_000_000) -> dict[str, Any]:
    municipality = ensure_municipality(CITY)
    account = open_account(
        login="bench", name="計測", municipality=municipality, roles=[Role.COUNTER], password="x" * 16
    )
    own = _each_in_its_transaction(events, lambda: audit.record("ledger.read", by=account, subjects=[7]))
    bare = _bare(account.pk, events)
    several = _together(lambda: _own_connection(account, events))
    several_bare = _together(lambda: _bare_events(account.pk, events))
    within = _in_one_transaction(account, events)
    figures = {
        "events_per_second": round(own),
        "bare_inserts_per_second": round(bare),
        "ratio": round(own / bare, 3),
        "of_a_door": round(several),
        "of_a_door_bare": round(several_bare),
        "of_a_door_ratio": round(several / several_bare, 3),
        "within_one_transaction": round(within),
        "cpu_us_per_event": round(
            _cpu_us(events, lambda: audit.record("ledger.read", by=account, subjects=[7]))
        ),
    }
    return figures | _large(account.pk, log)


def _each_in_its_transaction(events: int, act: Any) -> float:
    began = time.perf_counter()
    for _ in range(events):
        with acting_for(CITY):
            act()
    return events / (time.perf_counter() - began)


def _together(each: Callable[[], int]) -> float:
    """Events a second of all threads, from the first's beginning to the last's end."""
    began = time.perf_counter()
    with ThreadPoolExecutor(_THREADS) as pool:
        events = sum(pool.map(lambda _: each(), range(_THREADS)))
    return events / (time.perf_counter() - began)


def _own_connection(account: Any, events: int) -> int:
    try:
        _each_in_its_transaction(events, lambda: audit.record("ledger.read", by=account, subjects=[7]))
    finally:
        connection.close()
    return events


def _cpu_us(events: int, act: Any) -> float:
    """Microseconds of this process for one event: what a busy machine does not blur."""
    with acting_for(CITY):
        began = time.process_time()
        for _ in range(events):
            act()
        return 1_000_000 * (time.process_time() - began) / events


def _bare(account: int, events: int) -> float:
    """psycopg alone: setting, insert and commit, as much as PostgreSQL must do."""
    known = connection.get_connection_params()
    names = ("host", "port", "dbname", "user", "password")
    with psycopg.connect(**{name: known[name] for name in names}) as bare:
        began = time.perf_counter()
        for _ in range(events):
            with bare.transaction():
                bare.execute("SELECT set_config(%s, %s, true)", [SETTING, CITY])
                row = [CITY, clock.now(), account, "bench", "", "ledger.read", "", [7], 1, "{}", "ok"]
                bare.execute(_BARE, row)
        return events / (time.perf_counter() - began)


def _bare_events(account: int, events: int) -> int:
    _bare(account, events)
    return events


def _in_one_transaction(account: Any, events: int) -> float:
    with acting_for(CITY):
        began = time.perf_counter()
        for _ in range(events):
            audit.record("ledger.read", by=account, subjects=[7])
        return events / (time.perf_counter() - began)


def _large(account: int, log: int) -> dict[str, Any]:
    from sesshu.protection.trail import checkpoints, selectors, verifying
    from sesshu.protection.trail.sequencing import Sequencer

    with acting_for(CITY), connection.cursor() as cursor:
        cursor.execute(_MANY, [CITY, account, log])
    sequencer, placed, began = Sequencer(), 0, time.perf_counter()
    while True:
        with acting_for(CITY):
            count = sequencer.run()
        placed += count
        if not count:
            break
    sequencing = time.perf_counter() - began
    with acting_for(CITY):
        began = time.perf_counter()
        checkpoints.make()
        signing = time.perf_counter() - began
    with acting_for(CITY):
        began, used = time.perf_counter(), time.process_time()
        verdict = verifying.verify(told=lambda done: None)
        verification, used = time.perf_counter() - began, time.process_time() - used
    assert verdict.holds
    assert verdict.size == placed
    return {
        "log": placed,
        "sequenced_per_second": round(placed / sequencing),
        "checkpoint_ms": round(1000 * signing, 1),
        "verified_per_second": round(placed / verification),
        "verify_cpu_us_per_event": round(1_000_000 * used / placed, 1),
        "verify_ten_million_seconds": round(10_000_000 * verification / placed),
        "who_saw_ms": _who_saw(selectors),
        "table_mb": _size("protection_auditevent"),
        "leaf_mb": _size("trail_leaf"),
        "subject_mb": _size("trail_subject"),
    }


def _who_saw(selectors: Any) -> float:
    with acting_for(CITY):
        began = time.perf_counter()
        for person in range(1, 51):
            selectors._events_of([person])
        return round(1000 * (time.perf_counter() - began) / 50, 2)


def _size(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size(%s) / 1048576", [table])
        return int(cursor.fetchone()[0])
