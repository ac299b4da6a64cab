"""Bring verdicts and standings up to date: for a whole city, chunk by chunk, or for some persons.

A chunk locks its persons' standings before it reads their doses, and a single entry does the same, so the
later of two always sees what the earlier wrote. Everything is set-based; a run that was killed is taken up
where it stopped, because a person of another generation, or with a note in ``Stale``, is still to be done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection, transaction

from sesshu.health.eligibility import generations, workers
from sesshu.health.eligibility.models import Refresh
from sesshu.health.eligibility.reckoning import Part, Reckoned, Setup
from sesshu.health.ledger import selectors as ledger
from sesshu.health.ledger.circumstances import NONE, Circumstances
from sesshu.jobs.registry import Progress, Silent
from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import acting_for, current

CHUNK = 20_000
PART = 1_000
MESSAGE = "対象者情報を更新しています"


@dataclass(frozen=True)
class Refreshed:
    """How many persons were brought up to date, and for which days standings are now known."""

    persons: int
    horizon_from: date
    horizon_to: date


def refresh_city(
    municipality: str,
    *,
    by: Account | None,
    at: datetime,
    on: date,
    everyone: bool = False,
    progress: Progress | None = None,
) -> Refreshed:
    """Refresh whoever is out of date, each chunk in a transaction of its own.

    :param everyone: begin a new generation even where the present one would do.
    """
    progress = progress or Silent()
    with acting_for(municipality):
        generation = generations.begin(on, at=at) if everyone else generations.generation_for(on, at=at)
        waiting, setup = count_stale(generation), setup_of(generation)
    done = 0
    with workers.pool(setup, waiting) as reckon:
        while True:
            with acting_for(municipality):
                finished = _next_chunk(generation, reckon)
                if not finished:
                    _complete(generation, by=by, at=at, persons=done)
                    break
            done += finished
            progress.update(done, max(waiting, done), MESSAGE)
    return Refreshed(done, generation.horizon_from, generation.horizon_to)


def refresh_persons(addressee_ids: Sequence[int], *, generation: Refresh) -> None:
    """Refresh these persons in the current transaction."""
    with transaction.atomic(), workers.pool(setup_of(generation), len(addressee_ids)) as reckon:
        _refresh_chunk(generation, list(addressee_ids), reckon)


def refresh_waiting(generation: Refresh, *, by: Account | None, at: datetime) -> int:
    """Refresh whoever is out of date in the current transaction; for numbers a request can wait for."""
    waiting, done = count_stale(generation), 0
    if not waiting:
        return 0
    with workers.pool(setup_of(generation), waiting) as reckon:
        while finished := _next_chunk(generation, reckon):
            done += finished
    _complete(generation, by=by, at=at, persons=done)
    return done


def setup_of(generation: Refresh) -> Setup:
    return Setup(
        municipality=current(),
        generation=generation.pk,
        horizon_from=generation.horizon_from,
        horizon_to=generation.horizon_to,
        programmes=tuple(generation.programmes),
        own=generations.own_rules(),
    )


_STALE = """
    SELECT a.id, a.birth_date, a.sex
    FROM addressees_addressee a LEFT JOIN eligibility_standing s ON s.addressee_id = a.id
    WHERE a.municipality_code = %(city)s AND s.refresh_id IS DISTINCT FROM %(generation)s
    UNION
    SELECT a.id, a.birth_date, a.sex
    FROM eligibility_stale n JOIN addressees_addressee a ON a.id = n.addressee_id
    WHERE n.municipality_code = %(city)s
"""


def count_stale(generation: Refresh) -> int:
    """How many persons' standings are not, or no longer, of this generation."""
    values: dict[str, Any] = {"city": current(), "generation": generation.pk}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({_STALE}) AS stale", values)  # noqa: S608 - no value in it
        return int(cursor.fetchone()[0])


def _next_chunk(generation: Refresh, reckon: workers.Reckon) -> int:
    values: dict[str, Any] = {"city": current(), "generation": generation.pk, "limit": CHUNK}
    with connection.cursor() as cursor:
        cursor.execute(f"{_STALE} ORDER BY 2, 3, 1 LIMIT %(limit)s", values)
        ids = [row[0] for row in cursor.fetchall()]
    if ids:
        _refresh_chunk(generation, ids, reckon)
    return len(ids)


def _complete(generation: Refresh, *, by: Account | None, at: datetime, persons: int) -> None:
    if persons or generation.completed_at is None:
        generation.completed_at = clock.now()
        generation.persons = max(persons, generation.persons)
        generation.save(update_fields=["completed_at", "persons"])
        audit.record("eligibility.refresh", by=by, count=persons, detail={"generation": generation.pk})


_CREATE = """
    CREATE TEMP TABLE IF NOT EXISTS chunk_person (id bigint PRIMARY KEY) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS chunk_standing (addressee_id bigint, letters text) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS chunk_window (addressee_id bigint, programme text, kind text,
        starts_on date, ends_on date, dose_number int, dose_label text,
        recommended_from date, recommended_to date, last_day date) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS chunk_verdict (dose_id bigint, programme text, dose_number int,
        dose_label text, evaluation text, routine boolean, reasons jsonb) ON COMMIT DELETE ROWS;
    TRUNCATE chunk_person, chunk_standing, chunk_window, chunk_verdict;
"""
_LOCK = """
    INSERT INTO eligibility_standing (addressee_id, municipality_code, letters)
    SELECT id, %(city)s, '' FROM chunk_person ORDER BY id ON CONFLICT DO NOTHING;
    SELECT 1 FROM eligibility_standing WHERE addressee_id IN (SELECT id FROM chunk_person)
    ORDER BY addressee_id FOR UPDATE;
    DELETE FROM eligibility_stale n USING chunk_person c WHERE n.addressee_id = c.id
"""
_READ_PERSONS = """
    SELECT a.id, a.birth_date, a.sex FROM addressees_addressee a JOIN chunk_person c USING (id)
    ORDER BY a.birth_date, a.sex, a.id
"""
_READ_DOSES = """
    SELECT d.addressee_id, d.date, d.vaccine, d.volume_ml, d.expires_on, d.id, d.programme
    FROM chunk_person c JOIN ledger_dose d ON d.addressee_id = c.id
    WHERE d.voided_at IS NULL ORDER BY d.addressee_id, d.date, d.id
"""
_SWAP = """
    DELETE FROM eligibility_window w USING chunk_person c WHERE w.addressee_id = c.id;
    INSERT INTO eligibility_window (municipality_code, addressee_id, programme, kind, starts_on, ends_on,
        dose_number, dose_label, recommended_from, recommended_to, last_day)
    SELECT %(city)s, addressee_id, programme, kind, starts_on, ends_on,
        dose_number, dose_label, recommended_from, recommended_to, last_day FROM chunk_window;
    DELETE FROM eligibility_doseverdict v USING ledger_dose d, chunk_person c
    WHERE d.addressee_id = c.id AND v.dose_id = d.id
        AND NOT EXISTS (SELECT FROM chunk_verdict n WHERE n.dose_id = d.id);
    INSERT INTO eligibility_doseverdict AS v (municipality_code, dose_id, programme, dose_number, dose_label,
        evaluation, routine, reasons)
    SELECT %(city)s, dose_id, programme, dose_number, dose_label, evaluation, routine, reasons
    FROM chunk_verdict
    ON CONFLICT (dose_id) DO UPDATE SET programme = excluded.programme, dose_number = excluded.dose_number,
        dose_label = excluded.dose_label, evaluation = excluded.evaluation, routine = excluded.routine,
        reasons = excluded.reasons
    WHERE (v.programme, v.dose_number, v.dose_label, v.evaluation, v.routine, v.reasons) IS DISTINCT FROM
        (excluded.programme, excluded.dose_number, excluded.dose_label, excluded.evaluation, excluded.routine,
         excluded.reasons);
    UPDATE eligibility_standing s SET letters = n.letters, refresh_id = %(generation)s
    FROM chunk_standing n WHERE n.addressee_id = s.addressee_id
"""
_COPY_WINDOWS = "COPY chunk_window FROM STDIN"
_COPY_VERDICTS = "COPY chunk_verdict FROM STDIN"
_COPY_STANDINGS = "COPY chunk_standing FROM STDIN"


def _refresh_chunk(generation: Refresh, ids: Sequence[int], reckon: workers.Reckon) -> None:
    values = {"city": current(), "generation": generation.pk}
    with _cursor() as cursor:
        _run(cursor, _CREATE, {})
        with cursor.copy("COPY chunk_person FROM STDIN") as copy:
            copy.write("".join(f"{number}\n" for number in sorted(set(ids))))
        _run(cursor, "ANALYZE chunk_person", {})
        _run(cursor, _LOCK, values)
        persons = cursor.execute(_READ_PERSONS).fetchall()
        doses = cursor.execute(_READ_DOSES).fetchall()
        for reckoned in reckon(_parts(persons, doses, ledger.circumstances_of(ids))):
            _copy(cursor, reckoned)
        _run(cursor, "ANALYZE chunk_verdict; ANALYZE chunk_window; ANALYZE chunk_standing", {})
        _run(cursor, _SWAP, values)


def _parts(persons: Iterable[Any], doses: Iterable[Any], known: dict[int, Circumstances]) -> Iterator[Part]:
    given = {key: [row[1:] for row in rows] for key, rows in groupby(doses, itemgetter(0))}
    part: Part = []
    for number, birth, sex in persons:
        part.append((number, birth, sex, given.get(number, ()), known.get(number, NONE)))
        if len(part) == PART:
            yield part
            part = []
    if part:
        yield part


def _copy(cursor: Any, reckoned: Reckoned) -> None:
    for statement, lines in (
        (_COPY_WINDOWS, reckoned.windows),
        (_COPY_VERDICTS, reckoned.verdicts),
        (_COPY_STANDINGS, reckoned.standings),
    ):
        if lines:
            with cursor.copy(statement) as copy:
                copy.write(lines)


@contextmanager
def _cursor() -> Iterator[Any]:
    """A cursor of psycopg itself, for COPY; Django's own wrapper has none."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        yield cursor


def _run(cursor: Any, statements: str, values: dict[str, Any]) -> None:
    for statement in filter(str.strip, statements.split(";")):
        cursor.execute(statement, values)
