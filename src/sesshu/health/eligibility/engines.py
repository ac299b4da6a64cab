"""How a chunk is reckoned: a few persons one by one in this process, a city over columns on two processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol

import numpy as np

from sesshu.health.eligibility import binary, reading, staging, workers
from sesshu.health.eligibility.bulk import BulkPart, labels_of
from sesshu.health.eligibility.reading import Read
from sesshu.health.eligibility.reckoning import KINDS, Part, Reckoned, Reckoner, Setup
from sesshu.health.eligibility.staging import Source
from sesshu.health.ledger.circumstances import NONE
from sesshu.schedule import load_pack
from sesshu.schedule.population.columns import EVALUATIONS, STATUSES, Doses

WORTH_COLUMNS = 3_000
PARTS = 4


class Engine(Protocol):
    """Reckons the persons of ``chunk_person`` into temporary tables; ``lanes`` chunks at once are of use."""

    lanes: int

    def reckon(self, cursor: Any) -> Source:
        """Where the rows are."""


@contextmanager
def engine(setup: Setup, persons: int) -> Iterator[Engine]:
    """What to reckon so many persons with."""
    if persons <= WORTH_COLUMNS:
        yield Few(setup)
        return
    with workers.pool(setup) as reckon:
        yield Many(setup, reckon)


_FEW = """
    CREATE TEMP TABLE IF NOT EXISTS chunk_standing (addressee_id bigint, letters text) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS chunk_window (addressee_id bigint, programme text, kind text,
        starts_on date, ends_on date, dose_number int, dose_label text,
        recommended_from date, recommended_to date, last_day date) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS chunk_verdict (dose_id bigint, programme text, dose_number int,
        dose_label text, evaluation text, routine boolean, reasons jsonb) ON COMMIT DELETE ROWS;
    TRUNCATE chunk_standing, chunk_window, chunk_verdict
"""
_FEW_PERSONS = """
    SELECT a.id, a.birth_date, a.sex FROM addressees_addressee a JOIN chunk_person c USING (id)
    ORDER BY a.birth_date, a.sex, a.id
"""
_FEW_DOSES = """
    SELECT d.addressee_id, d.date, d.vaccine, d.volume_ml, d.expires_on, d.id, d.programme
    FROM chunk_person c JOIN ledger_dose d ON d.addressee_id = c.id
    WHERE d.voided_at IS NULL ORDER BY d.addressee_id, d.date, d.id
"""


class Few:
    """The scalar engine: what a single entry in the ledger waits for."""

    def __init__(self, setup: Setup) -> None:
        self._reckoner, self.lanes = Reckoner(setup), 1

    def reckon(self, cursor: Any) -> Source:
        """One by one."""
        staging.run(cursor, _FEW)
        persons = cursor.execute(_FEW_PERSONS).fetchall()
        doses = cursor.execute(_FEW_DOSES).fetchall()
        given = {key: [row[1:] for row in rows] for key, rows in groupby(doses, itemgetter(0))}
        known = reading.circumstances(cursor, "chunk_person", {})
        part: Part = [
            (number, birth, sex, given.get(number, ()), known.get(number, NONE))
            for number, birth, sex in persons
        ]
        self._copy(cursor, self._reckoner.reckon(part))
        staging.run(cursor, "ANALYZE chunk_verdict; ANALYZE chunk_window; ANALYZE chunk_standing")
        return Source("chunk_verdict", "TABLE chunk_window", "TABLE chunk_verdict", "TABLE chunk_standing")

    def _copy(self, cursor: Any, reckoned: Reckoned) -> None:
        for name in ("window", "verdict", "standing"):
            with cursor.copy(f"COPY chunk_{name} FROM STDIN") as copy:
                copy.write(getattr(reckoned, f"{name}s"))


_MANY = """
    CREATE TEMP TABLE IF NOT EXISTS bulk_standing (addressee_id bigint, letters text) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS bulk_window (addressee_id bigint, programme smallint, kind smallint,
        starts_on date, ends_on date, dose_number int, dose_label smallint,
        recommended_from date, recommended_to date, last_day date) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS bulk_verdict (dose_id bigint, programme smallint, dose_number int,
        dose_label smallint, evaluation smallint, routine boolean, reasons bigint) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS bulk_reason (id bigint, reasons jsonb) ON COMMIT DELETE ROWS;
    TRUNCATE bulk_standing, bulk_window, bulk_verdict, bulk_reason
"""
_BULK_WINDOWS = """
    SELECT addressee_id, (%(programmes)s::text[])[programme], (%(kinds)s::text[])[kind], starts_on, ends_on,
        nullif(dose_number, -1), (%(labels)s::text[])[dose_label], nullif(recommended_from, '-infinity'),
        nullif(recommended_to, '-infinity'), nullif(last_day, '-infinity')
    FROM bulk_window
"""
_BULK_VERDICTS = """
    SELECT dose_id, coalesce((%(codes)s::text[])[programme], ''), nullif(dose_number, -1),
        (%(labels)s::text[])[dose_label], (%(evaluations)s::text[])[evaluation], routine, r.reasons
    FROM bulk_verdict b JOIN bulk_reason r ON r.id = b.reasons
"""


class Many:
    """Over columns: the same, some hundred times as fast."""

    def __init__(self, setup: Setup, reckon: workers.Reckon) -> None:
        self._setup, self._reckon, self.lanes = setup, reckon, workers.PROCESSES
        pack = load_pack("jp")
        self._vaccines = list(pack.vaccines)
        self._values = {
            "programmes": list(setup.programmes),
            "kinds": [KINDS[status] for status in STATUSES],
            "labels": labels_of(setup),
            "codes": list(pack.programmes),
            "evaluations": list(EVALUATIONS),
        }

    def reckon(self, cursor: Any) -> Source:
        """Over columns, in parts of about as many doses."""
        staging.run(cursor, _MANY)
        made = list(self._reckon(self._parts(cursor)))
        for name in ("standing", "window", "verdict"):
            with cursor.copy(f"COPY bulk_{name} FROM STDIN (FORMAT BINARY)") as copy:
                for piece in binary.stream(getattr(one, f"{name}s") for one in made):
                    copy.write(piece)
        with cursor.copy("COPY bulk_reason FROM STDIN") as copy:
            for one in made:
                copy.write(one.reasons)
        alone = sum((one.fallbacks for one in made), Counter[str]())
        staging.run(
            cursor, "; ".join(f"ANALYZE bulk_{n}" for n in ("standing", "window", "verdict", "reason"))
        )
        return Source(
            "bulk_verdict", _BULK_WINDOWS, _BULK_VERDICTS, "TABLE bulk_standing", self._values, alone
        )

    def _parts(self, cursor: Any) -> list[BulkPart]:
        own = [rule.code for rule in self._setup.own]
        read = reading.columns(cursor, "chunk_person", {}, self._vaccines, own)
        cuts = _cuts(len(read.persons["id"]), read.place)
        return [_part(n, cuts[n], cuts[n + 1], read) for n in range(len(cuts) - 1)]


def _cuts(persons: int, place: binary.Column) -> list[int]:
    """Where to part the persons so that each part has about as much to be reckoned."""
    weight = np.cumsum(np.bincount(place, minlength=persons) + 1)
    wanted = weight[-1] * np.arange(1, PARTS) // PARTS if persons else []
    return sorted({0, *(int(cut) for cut in np.searchsorted(weight, wanted)), persons})


def _part(number: int, first: int, last: int, read: Read) -> BulkPart:
    begin, end = np.searchsorted(read.place, [first, last])
    persons, mine = read.persons, {name: column[begin:end] for name, column in read.doses.items()}
    known = {place - first: one for place, one in read.known.items() if first <= place < last}
    return BulkPart(
        number, persons["id"][first:last], persons["birth"][first:last], persons["sex"][first:last],
        Doses(read.place[begin:end] - first, mine["day"], mine["vaccine"], mine["expiry"]),
        mine["volume"], mine["key"], mine["own"], read.unknown, known,
    )  # fmt: skip
