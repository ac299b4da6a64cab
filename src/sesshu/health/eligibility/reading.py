"""Persons and their doses out of the tables as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sesshu.health.eligibility import binary
from sesshu.health.eligibility.binary import Column
from sesshu.health.ledger.circumstances import NONE, Circumstances
from sesshu.health.ledger.selectors import circumstances_of

_PERSON_FIELDS = {"id": "int8", "birth": "int4", "sex": "int2"}
_PERSONS = """
    COPY (SELECT a.id, coalesce(a.birth_date - date '0001-01-01' + 1, 0)::int4 AS birth,
        (CASE a.sex WHEN '1' THEN 1 WHEN '2' THEN 2 ELSE 0 END)::int2 AS sex
    FROM addressees_addressee a JOIN {source} c USING (id)
    ORDER BY a.birth_date NULLS LAST, 3, a.id) TO STDOUT (FORMAT BINARY)
"""
_DOSE_FIELDS = {
    "person": "int8", "day": "int4", "vaccine": "int2", "volume": "float8", "expiry": "int4", "key": "int8",
    "own": "int2",
}  # fmt: skip
_DOSES = """
    COPY (SELECT d.addressee_id, (d.date - date '0001-01-01' + 1)::int4,
        (coalesce(array_position(%(vaccines)s::text[], d.vaccine::text), 0) - 1)::int2,
        coalesce(d.volume_ml::float8, 'NaN'), coalesce(d.expires_on - date '0001-01-01' + 1, 0)::int4, d.id,
        (coalesce(array_position(%(own)s::text[], d.programme::text), 0) - 1)::int2
    FROM {source} c JOIN ledger_dose d ON d.addressee_id = c.id
    WHERE d.voided_at IS NULL) TO STDOUT (FORMAT BINARY)
"""
_KNOWN = """
    SELECT DISTINCT p.addressee_id FROM {source} c JOIN ledger_personalcircumstance p ON p.addressee_id = c.id
    WHERE p.voided_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Read:
    """``persons`` in the order of birth and sex, ``doses`` in theirs, then by day; ``place``: their persons'.

    Days are ordinals, 0 where there is none; an unknown vaccine is -1, its code in ``unknown``.
    ``known``: what else is recorded of the few, by their place among the persons.
    """

    persons: dict[str, Column]
    doses: dict[str, Column]
    place: Column
    unknown: dict[int, str]
    known: dict[int, Circumstances]


def columns(cursor: Any, source: str, values: dict[str, Any], vaccines: list[str], own: list[str]) -> Read:
    """Of the addressees whose ``id`` the ``source`` holds: a table, or a query that names ``values``.

    ``vaccine`` is a place in ``vaccines``, ``own`` one among the city's own programmes or -1.
    """
    persons = binary.read(_copied(cursor, _PERSONS.format(source=source), values), _PERSON_FIELDS)
    asked = values | {"vaccines": vaccines, "own": own}
    doses = binary.read(_copied(cursor, _DOSES.format(source=source), asked), _DOSE_FIELDS)
    place = _place(persons["id"], doses["person"])
    order = np.lexsort((doses["key"], doses["day"], place))
    doses = {name: column[order] for name, column in doses.items()}
    unknown = _unknown(cursor, doses["key"][doses["vaccine"] < 0])
    known = circumstances(cursor, source, values)
    places = _place(persons["id"], np.array([*known], np.int64))
    return Read(
        persons, doses, place[order], unknown, dict(zip(places.tolist(), known.values(), strict=True))
    )


def circumstances(cursor: Any, source: str, values: dict[str, Any]) -> dict[int, Circumstances]:
    """What stands recorded beside doses that the rules ask about, by the addressee's id."""
    few = [row[0] for row in cursor.execute(_KNOWN.format(source=source), values)]
    found = circumstances_of(few) if few else {}
    return {number: known for number, known in found.items() if known != NONE}


def _copied(cursor: Any, statement: str, values: dict[str, Any]) -> bytes:
    with cursor.copy(statement, values) as copy:
        return b"".join(bytes(piece) for piece in copy)


def _unknown(cursor: Any, keys: Column) -> dict[int, str]:
    """The codes as recorded of doses whose vaccine the schedule does not know."""
    if not len(keys):
        return {}
    return dict(cursor.execute("SELECT id, vaccine FROM ledger_dose WHERE id = ANY(%s)", [keys.tolist()]))


def _place(ids: Column, wanted: Column) -> Column:
    """The place of each of ``wanted`` among ``ids``."""
    order = np.argsort(ids)
    found: Column = order[np.searchsorted(ids, wanted, sorter=order)]
    return found
