"""A chunk of persons on its way into the tables: locked, read, and swapped in within one transaction.

What was reckoned comes in temporary tables; a source says how their rows are read as those of the tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from sesshu.health.eligibility.models import Refresh
from sesshu.protection.tenancy import current


@dataclass(frozen=True, slots=True)
class Source:
    """Statements of rows of each table, and the values that they name; ``judged`` is a table of doses.

    ``fallbacks``: of how many persons the scalar engine told something that columns do not, by reason.
    """

    judged: str
    windows: str
    verdicts: str
    standings: str
    values: dict[str, Any] = field(default_factory=dict)
    fallbacks: Counter[str] = field(default_factory=Counter)


# To compile a statement costs more than it saves: each runs once a chunk.
_PERSONS = """
    SET LOCAL jit = off;
    CREATE TEMP TABLE IF NOT EXISTS chunk_person (id bigint PRIMARY KEY) ON COMMIT DELETE ROWS;
    TRUNCATE chunk_person
"""
_LOCK = """
    INSERT INTO eligibility_standing (addressee_id, municipality_code, letters)
    SELECT id, %(city)s, '' FROM chunk_person ORDER BY id ON CONFLICT DO NOTHING;
    SELECT count(*) FROM (SELECT FROM eligibility_standing WHERE addressee_id IN (SELECT id FROM chunk_person)
        ORDER BY addressee_id FOR UPDATE) AS locked;
    DELETE FROM eligibility_stale n USING chunk_person c WHERE n.addressee_id = c.id
"""
# A verdict that is stored already as it is stays untouched: after a change of rules most are.
_SWAP = """
    DELETE FROM eligibility_window w USING chunk_person c WHERE w.addressee_id = c.id;
    INSERT INTO eligibility_window (municipality_code, addressee_id, programme, kind, starts_on, ends_on,
        dose_number, dose_label, recommended_from, recommended_to, last_day)
    SELECT %(city)s, n.* FROM ({windows}) n;
    DELETE FROM eligibility_doseverdict v USING ledger_dose d, chunk_person c
    WHERE d.addressee_id = c.id AND v.dose_id = d.id
        AND NOT EXISTS (SELECT FROM {judged} n WHERE n.dose_id = d.id);
    INSERT INTO eligibility_doseverdict AS v (municipality_code, dose_id, programme, dose_number, dose_label,
        evaluation, routine, reasons)
    SELECT %(city)s, n.* FROM ({verdicts}) n
    ON CONFLICT (dose_id) DO UPDATE SET programme = excluded.programme, dose_number = excluded.dose_number,
        dose_label = excluded.dose_label, evaluation = excluded.evaluation, routine = excluded.routine,
        reasons = excluded.reasons
    WHERE (v.programme, v.dose_number, v.dose_label, v.evaluation, v.routine, v.reasons) IS DISTINCT FROM
        (excluded.programme, excluded.dose_number, excluded.dose_label, excluded.evaluation, excluded.routine,
         excluded.reasons);
    UPDATE eligibility_standing s SET letters = n.letters, refresh_id = %(generation)s
    FROM ({standings}) n WHERE n.addressee_id = s.addressee_id
"""


@contextmanager
def cursor() -> Iterator[Any]:
    """A cursor of psycopg itself, for COPY; Django's own wrapper has none."""
    connection.ensure_connection()
    with connection.connection.cursor() as found:
        yield found


def run(cursor: Any, statements: str, values: dict[str, Any] | None = None) -> None:
    """Several statements, one after the other."""
    for statement in filter(str.strip, statements.split(";")):
        cursor.execute(statement, values or {})


def take(cursor: Any, ids: Sequence[int]) -> None:
    """Lock the standings of these persons, in whatever order they come; ``chunk_person`` holds them."""
    run(cursor, _PERSONS)
    with cursor.copy("COPY chunk_person FROM STDIN") as copy:
        copy.write("".join(f"{number}\n" for number in dict.fromkeys(ids)))
    run(cursor, "ANALYZE chunk_person")
    run(cursor, _LOCK, {"city": current()})


def swap(cursor: Any, generation: Refresh, source: Source) -> None:
    """Put what was reckoned in the place of what was stored."""
    values = source.values | {"city": current(), "generation": generation.pk}
    statements = _SWAP.format(
        judged=source.judged, windows=source.windows, verdicts=source.verdicts, standings=source.standings
    )
    run(cursor, statements, values)
