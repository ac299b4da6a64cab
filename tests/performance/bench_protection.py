"""protection: what audit and row-level security cost the ledger page, and what audit and vault can take.

The same page of the same persons, in turns: as staff get it, and with the log writing nothing over a
connection that no policy binds. `ratio` is the second's median over the first's; the page may cost a quarter
more, so at least 0.8 is wanted. `events_per_second` (1,500 wanted) and `detokenised_per_second` (1,000
wanted, through PKCS#11 where this machine has SoftHSM) come from the benches `audit` and `vault`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median, quantiles
from typing import Any
from unittest import mock

from tests.performance import bench_audit, bench_vault
from tests.performance.bench_ledger_page import _milliseconds, _pick
from tests.performance.filling import CITY, TODAY, analyse, fill

TURN = 20


def run(doses: int = 300_000, requests: int = 200, rows: int = 20_000, events: int = 3000) -> dict[str, Any]:
    from django.test import Client

    from sesshu.kernel import clock
    from sesshu.protection.roles import Role
    from sesshu.protection.services import ensure_municipality, open_account
    from sesshu.protection.tenancy import acting_for

    clerk = open_account(
        login="bench-page", name="計測", municipality=ensure_municipality(CITY), roles=[Role.PROGRAMME],
        password="bench-password-1",
    )  # fmt: skip
    with acting_for(CITY):
        made = fill(doses // 9, doses)
    analyse()
    with acting_for(CITY):
        picked = _pick(requests + TURN)
    client = Client(HTTP_HOST="localhost")
    client.force_login(clerk)
    with clock.fixed(TODAY):
        guarded, bare = _in_turns(client, picked)
    audited, vault = bench_audit.run(events=events, log=1), bench_vault.run(rows=rows)
    return {
        "ratio": round(median(bare) / median(guarded), 3),
        "cost": round(median(guarded) / median(bare), 3),
        "median_ms": round(median(guarded), 1),
        "median_ms_without": round(median(bare), 1),
        "p95_ms": round(quantiles(guarded, n=20)[-1], 1),
        "p95_ms_without": round(quantiles(bare, n=20)[-1], 1),
        "requests": len(guarded),
        "doses": made,
        "events_per_second": audited["events_per_second"],
        "bare_inserts_per_second": audited["bare_inserts_per_second"],
        "vault": vault,
    }


def _in_turns(client: Any, picked: list[int]) -> tuple[list[float], list[float]]:
    """Milliseconds of processor and clock for each page, guarded and not; the first turn only warms up."""
    guarded: list[float] = []
    bare: list[float] = []
    for start in range(0, len(picked), TURN):
        turn = picked[start : start + TURN]
        guarded += [_milliseconds(client, pk)[0] for pk in turn]
        with _unguarded():
            _milliseconds(client, turn[0])  # over the new connection
            bare += [_milliseconds(client, pk)[0] for pk in turn]
        _milliseconds(client, turn[0])
    return guarded[TURN:], bare[TURN:]


@contextmanager
def _unguarded() -> Iterator[None]:
    """The log writes nothing, and the connection is the administrator's, whom no policy binds."""
    from django.db import connection

    from sesshu.config import database
    from sesshu.protection import audit
    from sesshu.protection.models import AuditEvent

    reached, known = database.server(), dict(connection.settings_dict)
    connection.close()
    connection.settings_dict |= {"USER": reached.user, "PASSWORD": reached.password}
    try:
        with mock.patch.object(audit, "record", return_value=AuditEvent(pk=0, municipality_code=CITY)):
            yield
    finally:
        connection.close()
        connection.settings_dict |= {name: known[name] for name in ("USER", "PASSWORD")}
