"""refresh: standings, windows and verdicts of 300,000 residents with 3 million doses, made over columns.

Of one in a hundred something more is recorded, of which the scalar engine is asked.

The first refresh writes everything, the second, of a new generation, what is stored already; both as
`eligibility refresh` does, each chunk in a transaction of its own, with every index, key and policy of the
tables. The limit is a COPY, by the administrator beyond row-level security, of the very rows that were stored
into empty tables with the same indexes. `ratio` is the limit over the slower refresh; `refresh_s` is to stay
under 90 s. The scalar engine refreshes a sample in the same run and stores the same rows: `differing` is 0.
`impact_s` is what `schedule impact` takes over the same city.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import time
from pathlib import Path
from typing import Any

from tests.performance.filling import CITY, TODAY, analyse, fill, tell_of

WANTED_S, WANTED_GIB, IMPACT_WANTED_S = 90.0, 2.0, 60.0
_TABLES = ("eligibility_standing", "eligibility_window", "eligibility_doseverdict")


def run(
    residents: int = 300_000, doses: int = 3_000_000, sample: int = 3_000, few: int = 3_000
) -> dict[str, Any]:
    from sesshu.kernel import clock
    from sesshu.protection.services import ensure_municipality
    from sesshu.protection.tenancy import acting_for

    ensure_municipality(CITY)
    with acting_for(CITY):
        made, told = fill(residents, doses), tell_of(few)
    analyse()
    print(f"{residents:,} residents with {made:,} doses and {told:,} circumstances", flush=True)
    with clock.fixed(TODAY):
        begun = _cpu()
        first, fallbacks = _refreshed()
        spent = [now - then for now, then in zip(_cpu(), begun, strict=True)]
        again, _ = _refreshed()
        memory = _memory()
        limit, rows = _limit()
        scalar, differing = _sample(sample)
        impact, listed = _impact()
    return {
        "ratio": round(limit / max(first, again), 2),
        "refresh_s": round(max(first, again), 1),
        "first_s": round(first, 1),
        "again_s": round(again, 1),
        "copy_limit_s": round(limit, 1),
        "cpu_s_of_processes": round(spent[0], 1),
        "cpu_s_of_the_database": round(spent[1], 1),
        "impact_s": round(impact, 1),
        "impact_changed": listed,
        "impact_wanted_s": IMPACT_WANTED_S,
        "residents_per_s": round(residents / first),
        "scalar_residents_per_s": round(scalar),
        "over_scalar": round(residents / first / scalar, 1),
        "memory_gib": round(memory[0], 2),
        "memory_gib_of_a_worker": round(memory[1], 2),
        **{f"rows_{table.removeprefix('eligibility_')}": count for table, count in rows.items()},
        **{f"one_by_one_{why}": count for why, count in fallbacks.items()},
        "sample": sample,
        "differing": differing,
        "residents": residents,
        "doses": made,
        "circumstances": told,
        "wanted_s": WANTED_S,
        "wanted_gib": WANTED_GIB,
    }


def _refreshed() -> tuple[float, dict[str, int]]:
    from sesshu.health.eligibility import refreshing
    from sesshu.kernel import clock

    begun = time.perf_counter()
    done = refreshing.refresh_city(
        CITY, by=None, at=clock.now(), on=TODAY, everyone=True, progress=_Told(begun)
    )
    seconds = time.perf_counter() - begun
    print(f"refreshed in {seconds:.1f} s, one by one: {done.fallbacks}", flush=True)
    return seconds, done.fallbacks


class _Told:
    def __init__(self, begun: float) -> None:
        self._begun = begun

    def update(self, done: int, total: int, message: str = "") -> None:
        print(f"  {done:,} / {total:,} after {time.perf_counter() - self._begun:.1f} s", flush=True)


def _cpu() -> tuple[float, float]:
    """CPU seconds so far of this process with its workers, and of the database's processes."""
    from sesshu.config import postgres

    used = os.times()
    tick = os.sysconf("SC_CLK_TCK")
    postmaster = int((postgres._cluster().data / "postmaster.pid").read_text().split()[0])
    sessions = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parts = stat.read_text().rpartition(")")[2].split()
            if int(parts[1]) == postmaster or stat.parent.name == str(postmaster):
                sessions += sum(map(int, parts[11:13])) / tick
            if stat.parent.name == str(postmaster):
                sessions += sum(map(int, parts[13:15])) / tick
    return sum(used[:4]), sessions


def _impact() -> tuple[float, int]:
    """Seconds to tell what a new fiscal year changes for everybody, and for how many it does."""
    from sesshu.health.eligibility import impact_cli

    parser = argparse.ArgumentParser()
    impact_cli.add_commands(parser.add_subparsers())
    points = ("--from", "jp@2026-03-31", "--to", "jp@2026-04-01", "--municipality", CITY)
    arguments = parser.parse_args(["schedule", "impact", *points])
    begun = time.perf_counter()
    told = arguments.handler(arguments)
    return time.perf_counter() - begun, int(told.data["changed"])


def _memory() -> tuple[float, float]:
    """GiB that this process and the largest worker held at the most."""
    own, worker = (
        resource.getrusage(of).ru_maxrss for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own / 2**20, worker / 2**20


def _limit() -> tuple[float, dict[str, int]]:
    """Seconds to copy the rows into empty tables with the same indexes, and how many there are of each."""
    from sesshu.config import database

    seconds, rows = 0.0, {}
    with database._administrator(database.server(), database.DATABASE) as connection:
        for table in _TABLES:
            with connection.cursor() as cursor:
                with cursor.copy(f"COPY {table} TO STDOUT (FORMAT BINARY)") as out:
                    held = [bytes(piece) for piece in out]
                cursor.execute(f"CREATE TABLE bare (LIKE {table} INCLUDING INDEXES)")
                begun = time.perf_counter()
                with cursor.copy("COPY bare FROM STDIN (FORMAT BINARY)") as into:
                    for piece in held:
                        into.write(piece)
                seconds += time.perf_counter() - begun
                rows[table] = cursor.rowcount
                cursor.execute("DROP TABLE bare")
    return seconds, rows


def _sample(count: int) -> tuple[float, int]:
    """Residents a second of the scalar engine, and of how many it stores something else."""
    from django.db import connection

    from sesshu.addressees.models import Addressee
    from sesshu.health.eligibility import generations, refreshing
    from sesshu.protection.tenancy import acting_for

    with acting_for(CITY):
        every = list(Addressee.objects.order_by("birth_date", "pk").values_list("pk", flat=True))
        ids = every[:: max(len(every) // count, 1)][:count]
        generation = generations.latest()
        assert generation is not None
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE sampled AS SELECT unnest(%s::bigint[]) AS id", [ids])
            before = _told_of(cursor)
            begun = time.perf_counter()
            refreshing.refresh_persons(ids, generation=generation)
            seconds = time.perf_counter() - begun
            after = _told_of(cursor)
    assert len(before) == len(ids), (len(before), len(ids))
    return len(ids) / seconds, sum(before[pk] != after[pk] for pk in ids)


def _told_of(cursor: Any) -> dict[int, str]:
    """Everything stored of each of the sampled."""
    cursor.execute("""
        SELECT s.addressee_id, md5(s.letters
            || coalesce((SELECT string_agg((to_jsonb(w) - 'id')::text, '|' ORDER BY programme, starts_on)
                FROM eligibility_window w WHERE w.addressee_id = s.addressee_id), '')
            || coalesce((SELECT string_agg(to_jsonb(v)::text, '|' ORDER BY v.dose_id)
                FROM ledger_dose d JOIN eligibility_doseverdict v ON v.dose_id = d.id
                WHERE d.addressee_id = s.addressee_id), ''))
        FROM eligibility_standing s JOIN sampled ON sampled.id = s.addressee_id
    """)
    return dict(cursor.fetchall())
