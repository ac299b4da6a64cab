"""Bring verdicts and standings up to date: for a whole city, chunk by chunk, or for some persons.

A chunk locks its persons' standings before it reads their doses, and a single entry does the same, so the
later of two always sees what the earlier wrote. Everything is set-based; a run that was killed is taken up
where it stopped, because a person of another generation, or with a note in ``Stale``, is still to be done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import connection, transaction

from sesshu.health.eligibility import generations, lanes, staging
from sesshu.health.eligibility.engines import Engine
from sesshu.health.eligibility.engines import engine as engine_for
from sesshu.health.eligibility.models import Refresh
from sesshu.health.eligibility.reckoning import Setup
from sesshu.jobs.registry import Progress, Silent
from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import acting_for, current

CHUNK = 25_000
PART = 1_000
MESSAGE = "対象者情報を更新しています"


@dataclass(frozen=True)
class Refreshed:
    """How many persons were brought up to date, and for which days standings are now known.

    ``fallbacks``: of how many persons the scalar engine had to tell something, by reason.
    """

    persons: int
    horizon_from: date
    horizon_to: date
    fallbacks: dict[str, int] = field(default_factory=dict)


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
    done, fallbacks = 0, Counter[str]()
    with engine_for(setup, waiting) as engine, lanes.opened(engine.lanes) as work:
        while chunks := _chunks(generation, municipality):
            for persons, alone in work(partial(_in_transaction, municipality, generation, engine), chunks):
                done, fallbacks = done + persons, fallbacks + alone
                progress.update(done, max(waiting, done), MESSAGE)
    with acting_for(municipality):
        _complete(generation, by=by, at=at, persons=done)
    return Refreshed(done, generation.horizon_from, generation.horizon_to, dict(fallbacks))


def _in_transaction(
    municipality: str, generation: Refresh, engine: Engine, ids: Sequence[int]
) -> tuple[int, Counter[str]]:
    with acting_for(municipality):
        return len(ids), _refresh_chunk(generation, ids, engine)


def refresh_persons(addressee_ids: Sequence[int], *, generation: Refresh) -> None:
    """Refresh these persons in the current transaction."""
    with transaction.atomic(), engine_for(setup_of(generation), len(addressee_ids)) as engine:
        _refresh_chunk(generation, list(addressee_ids), engine)


def refresh_waiting(generation: Refresh, *, by: Account | None, at: datetime) -> int:
    """Refresh whoever is out of date in the current transaction; for numbers a request can wait for."""
    waiting, done = count_stale(generation), 0
    if not waiting:
        return 0
    with engine_for(setup_of(generation), waiting) as engine:
        while chunks := _chunks(generation, current()):
            for chunk in chunks:
                _refresh_chunk(generation, chunk, engine)
                done += len(chunk)
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


def _chunks(generation: Refresh, municipality: str) -> list[list[int]]:
    """Who is out of date, the youngest first, who have most doses.

    To be asked again until nobody is, for entries come in.
    """
    with acting_for(municipality), connection.cursor() as cursor:
        values: dict[str, Any] = {"city": current(), "generation": generation.pk}
        cursor.execute(f"{_STALE} ORDER BY 2 DESC NULLS LAST, 3, 1", values)
        waiting = [row[0] for row in cursor.fetchall()]
    return [waiting[first : first + CHUNK] for first in range(0, len(waiting), CHUNK)]


def _refresh_chunk(generation: Refresh, ids: Sequence[int], engine: Engine) -> Counter[str]:
    """Whom of these the scalar engine had to tell something, by reason."""
    with staging.cursor() as cursor:
        staging.take(cursor, ids)
        source = engine.reckon(cursor)
        staging.swap(cursor, generation, source)
    return source.fallbacks


def _complete(generation: Refresh, *, by: Account | None, at: datetime, persons: int) -> None:
    if persons or generation.completed_at is None:
        generation.completed_at = clock.now()
        generation.persons = max(persons, generation.persons)
        generation.save(update_fields=["completed_at", "persons"])
        audit.record("eligibility.refresh", by=by, count=persons, detail={"generation": generation.pk})
