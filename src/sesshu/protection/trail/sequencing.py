"""Committed events get their place in the tree, in order, exactly once, and none is missed.

Events commit out of the order of their ids, so a cursor on the id would pass over one that commits late.
Therefore a run takes whatever has no leaf yet above the *settled* id, and an id counts as settled only when
every transaction that was running after it was drawn has ended: those are known by the virtual transaction
ids in ``pg_locks``, which PostgreSQL releases only after a commit has become visible. A long import delays
the settling, never the others' places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from sesshu.kernel import clock
from sesshu.protection.tenancy import current
from sesshu.protection.trail import tree
from sesshu.protection.trail.merkle import leaf_hash
from sesshu.protection.trail.models import Leaf, Settling
from sesshu.protection.trail.stored import COLUMNS, asked, entry

MOST = 20_000  # events of one run
KEEP_EVERY = 5_000  # ids between two written settlings: what a restart looks through anew
_LOCK = 0x7472  # the class of the advisory lock; its object is the municipality
_WAITING = f"""
    SELECT e.id, {COLUMNS} FROM protection_auditevent e
    LEFT JOIN trail_leaf l ON l.event_id = e.id
    WHERE e.municipality_code = %s AND e.id > %s AND l.event_id IS NULL ORDER BY e.id LIMIT %s
"""  # noqa: S608 - constants
_RUNNING = """
    SELECT array_agg(virtualtransaction) FROM pg_locks
    WHERE locktype = 'virtualxid' AND pid <> pg_backend_pid()
"""
_DRAWN = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM protection_auditevent_id_seq"
_SUBJECTS = """
    INSERT INTO trail_subject (municipality_code, addressee_id, event_id)
    SELECT DISTINCT municipality_code, unnest(subjects), id FROM protection_auditevent
    WHERE municipality_code = %s AND id = ANY(%s) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Settled as soon as none of ``running`` runs any more."""

    drawn: int
    running: frozenset[str]


class Sequencer:
    """Remembers, between runs, which ids wait for which transactions; a new one begins from what is kept."""

    def __init__(self) -> None:
        self._candidates: dict[str, _Candidate] = {}
        self._settled: dict[str, int] = {}

    def run(self, most: int = MOST) -> int:
        """Give places to what has none, within the current transaction. The number of events placed."""
        _lock()
        code = current()
        before = self._settled.get(code) or kept_settled()
        settling = self._settling(code)
        rows = asked(_WAITING, [code, before, most])
        _place(rows)
        # Only a run that left nothing behind may say that nothing is outstanding.
        if settling > before and len(rows) < most:
            self._settle(code, settling)
        if code not in self._candidates:
            self._candidates[code] = _candidate()
        return len(rows)

    def _settling(self, code: str) -> int:
        candidate = self._candidates.get(code)
        if candidate is None or candidate.running & _running():
            return 0
        del self._candidates[code]
        return candidate.drawn

    def _settle(self, code: str, settled: int) -> None:
        if settled > kept_settled() + KEEP_EVERY:
            Settling.objects.create(settled=settled, at=clock.now())
        # Leaves that are rolled back with this transaction settle nothing.
        transaction.on_commit(lambda: self._settled.update({code: settled}))


def _place(rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    code, ids = current(), [row[0] for row in rows]
    tree.grow(size(), [leaf_hash(entry(*row[1:])) for row in rows], ids)
    with connection.cursor() as cursor:
        cursor.execute(_SUBJECTS, [code, ids])


def size() -> int:
    """How many leaves the current municipality's tree has."""
    last = (
        Leaf.objects.filter(municipality_code=current())
        .order_by("-index")
        .values_list("index", flat=True)[:1]
    )
    return last[0] + 1 if last else 0


def kept_settled() -> int:
    """The id up to which nothing is outstanding, as it was last written down."""
    found = (
        Settling.objects.filter(municipality_code=current())
        .order_by("-settled")
        .values_list("settled", flat=True)
    )
    last = found[:1]
    return int(last[0]) if last else 0


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, int(current())])


def _candidate() -> _Candidate:
    # The id first: who draws a smaller one later does not exist, who drew one before is running or has ended.
    drawn = asked(_DRAWN, [])[0][0]
    return _Candidate(drawn, _running())


def _running() -> frozenset[str]:
    return frozenset(asked(_RUNNING, [])[0][0] or ())
