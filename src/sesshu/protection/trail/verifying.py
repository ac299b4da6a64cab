"""Verifying the log in its tables: events are read as they are now and the whole tree is computed anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sesshu.protection.tenancy import current
from sesshu.protection.trail import checkpoints, sequencing, signing
from sesshu.protection.trail.notes import Note, VerifierKey
from sesshu.protection.trail.stored import COLUMNS, asked, entry
from sesshu.protection.trail.verification import Claims, Told, Verdict, check

_CHUNK = 20_000
_SEQUENCED = f"""
    SELECT {COLUMNS}, l.index, l.hash
    FROM trail_leaf l LEFT JOIN protection_auditevent e ON e.id = l.event_id
    WHERE l.municipality_code = %s AND l.index >= %s AND l.index < %s ORDER BY l.index
"""  # noqa: S608 - constants
_LOST = """
    SELECT count(*), min(e.id) FROM protection_auditevent e
    LEFT JOIN trail_leaf l ON l.event_id = e.id
    WHERE e.municipality_code = %s AND e.id <= %s AND l.event_id IS NULL
"""


def verify(
    *,
    told: Told,
    keys: Sequence[VerifierKey] = (),
    witnesses: Sequence[VerifierKey] = (),
    seen: Sequence[Note] = (),
) -> Verdict:
    """Verify the current municipality's log up to its newest checkpoint.

    :param keys: trusted keys; those that the tables name where none is given.
    """
    own, others = checkpoints.keys()
    notes = checkpoints.full_notes()
    claims = Claims(
        origin=signing.origin(current()),
        checkpoints=notes,
        keys=keys or own,
        witnesses=witnesses or others,
        seen=seen,
    )
    source = StoredLog(_size_of_newest())
    verdict = check(source.entries(), claims, leaves=source.kept(), told=told)
    verdict.findings[:0] = source.problems
    _look_for_lost(verdict)
    return verdict


def _size_of_newest() -> int:
    last = checkpoints.newest()
    return last.size if last else 0


class StoredLog:
    """Entries and kept hashes of the same rows, read once."""

    def __init__(self, size: int) -> None:
        self.size, self.problems = size, list[str]()
        self._hashes: list[bytes] = []

    def entries(self) -> Iterator[bytes]:
        code, expected = current(), 0
        for begin in range(0, self.size, _CHUNK):
            rows = asked(_SEQUENCED, [code, begin, min(begin + _CHUNK, self.size)])
            self._hashes = [bytes(row[4]) for row in rows]
            for row in rows:
                if row[3] != expected:
                    self.problems.append(f"{expected + 1:,}件目から{row[3]:,}件目までの順番が抜けています。")
                expected = row[3] + 1
                if row[0] is None:
                    self.problems.append(f"{row[3] + 1:,}件目の記録が、本体から失われています。")
                yield entry(*row[:3]) if row[0] is not None else b""

    def kept(self) -> Iterator[bytes]:
        """In step with :meth:`entries`, whose chunk it reads from."""
        while True:
            chunk = self._hashes
            if not chunk:
                return
            yield from chunk
            if self._hashes is chunk:
                return


def _look_for_lost(verdict: Verdict) -> None:
    count, first = asked(_LOST, [current(), sequencing.kept_settled()])[0]
    if count:
        verdict.find(f"記録番号{first}ほか{count:,}件の記録が、検証用の木に入っていません。")
