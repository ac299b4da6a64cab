"""Take the whole file of 300,000 residents into an empty city, against raw COPY of the same rows.

What is measured is `import_residents` as the command line calls it: reading and validating the CSV, search
keys, matching, addressees, a version of each, protective measures and the audit event, committed. The limit
is COPY of exactly these rows (all columns, keys and JSON made beforehand, values in memory) into tables of
the same columns and indexes, by the administrator, without row-level security, foreign keys or triggers,
committed table by table. `ratio` is the limit's seconds over the import's; at least 0.4 is wanted.
"""

from __future__ import annotations

import io
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

CITY = "242039"
TABLES = ("addressees_addressee", "addressees_addresseeversion", "addressees_protectivemeasure")


def run(residents: int = 300_000, seed: int = 1) -> dict[str, Any]:
    """Seconds of both, and their ratio."""
    with tempfile.TemporaryDirectory(prefix="sesshu-bench-") as folder:
        path = _residents(Path(folder), residents, seed)
        imported, report = _import(path)
    assert report.created > 0.99 * residents, report.data()
    copied = _copy()
    searches = _searches()
    return {
        "residents": report.created,
        "rejected": report.rejected,
        "import_seconds": round(imported, 2),
        "copy_seconds": round(copied, 2),
        "rows_per_second": round(report.rows / imported),
        "ratio": round(copied / imported, 3),
        "search_ms_median": searches[len(searches) // 2],
        "search_ms_slowest": searches[-1],
    }


def _residents(folder: Path, residents: int, seed: int) -> Path:
    from sesshu.demo.generating import generate

    made = generate(CITY, residents, seed, folder)
    return Path(made["residents"])


def _import(path: Path) -> tuple[float, Any]:
    from sesshu.addressees.services import import_residents
    from sesshu.kernel import clock
    from sesshu.protection.services import ensure_municipality
    from sesshu.protection.tenancy import acting_for

    ensure_municipality(CITY)
    begun = time.perf_counter()
    with acting_for(CITY):
        report = import_residents(by=None, at=clock.now(), path=path)
    return time.perf_counter() - begun, report


def _copy() -> float:
    """The same rows once more, into empty copies of the tables; only COPY and its commit are timed."""
    from sesshu.config import database

    seconds = 0.0
    with database._administrator(database.server(), database.DATABASE) as connection:
        connection.execute("CREATE SCHEMA raw")
        for table in TABLES:
            connection.execute(f"CREATE TABLE raw.{table} (LIKE public.{table} INCLUDING ALL)")
            rows = _dump(connection, table)
            begun = time.perf_counter()
            with connection.cursor().copy(f"COPY raw.{table} FROM STDIN") as copy:
                while block := rows.read(1 << 18):
                    copy.write(block)
            seconds += time.perf_counter() - begun
            _compare(connection, table)
        connection.execute("DROP SCHEMA raw CASCADE")
    return seconds


def _dump(connection: psycopg.Connection[Any], table: str) -> io.BytesIO:
    rows = io.BytesIO()
    with connection.cursor().copy(f"COPY public.{table} TO STDOUT") as copy:
        for block in copy:
            rows.write(block)
    rows.seek(0)
    return rows


def _compare(connection: psycopg.Connection[Any], table: str) -> None:
    counts = [
        connection.execute(f"SELECT count(*) FROM {schema}.{table}").fetchone()
        for schema in ("raw", "public")
    ]
    assert counts[0] == counts[1], (table, counts)


def _searches(times: int = 60) -> list[float]:
    """Milliseconds of searches of every kind right after the import, sorted."""
    from sesshu.addressees.models import Addressee
    from sesshu.addressees.selectors import search
    from sesshu.protection.tenancy import acting_for

    spent = []
    with acting_for(CITY):
        numbers = list(Addressee.objects.order_by("pk").values_list("pk", flat=True)[:1000])
        chosen = Addressee.objects.filter(pk__in=random.Random(1).sample(numbers, times // 6))
        for person in chosen:
            for text in (
                person.name[:1],
                person.name_kana[:3],
                f"{person.name.split('　')[0]} {person.birth_date}",
                person.number,
                person.town,
                person.household_number,
            ):
                begun = time.perf_counter()
                search(text, by=None)
                spent.append(round((time.perf_counter() - begun) * 1000, 1))
    return sorted(spent)
