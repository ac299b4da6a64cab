"""The tree in its tables: hashes of any complete subtree, roots and proofs, and growth by new leaves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection

from sesshu.protection.tenancy import current
from sesshu.protection.trail import merkle

TILE_LEVELS = 8
TILE = 1 << TILE_LEVELS
_LEAVES = (
    "SELECT hash FROM trail_leaf WHERE municipality_code = %s AND index >= %s AND index < %s ORDER BY index"
)
_SUBTREES = (
    "SELECT hash FROM trail_subtree WHERE municipality_code = %s AND index >= %s AND index < %s"
    " AND level = %s ORDER BY index"
)


class StoredTree:
    """The tree of the current municipality as the tables hold it; what it has read it keeps."""

    def __init__(self) -> None:
        self._tile = lru_cache(maxsize=128)(_read_tile)

    def node(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree.

        :raises LookupError: when the tables do not hold its leaves.
        """
        height = level // TILE_LEVELS * TILE_LEVELS
        rest = level - height
        first = index << rest
        row = self._tile(height, first >> TILE_LEVELS)
        place = first & (TILE - 1)
        hashes = row[place : place + (1 << rest)]
        if len(hashes) != 1 << rest:
            raise LookupError(f"no subtree {level}/{index}")
        return whole(hashes)

    def root(self, size: int) -> bytes:
        """The root of the first ``size`` leaves."""
        return merkle.tree_root(size, self.node)

    def consistency(self, old: int, new: int) -> list[bytes]:
        return merkle.consistency_proof(old, new, self.node)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        return merkle.inclusion_proof(index, size, self.node)


def _read_tile(height: int, tile: int) -> list[bytes]:
    begin = tile << TILE_LEVELS
    values: list[Any] = [current(), begin, begin + TILE]
    with connection.cursor() as cursor:
        cursor.execute(_SUBTREES if height else _LEAVES, [*values, height] if height else values)
        return [bytes(row[0]) for row in cursor.fetchall()]


def whole(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of hashes."""
    row = list(hashes)
    while len(row) > 1:
        row = [merkle.node_hash(row[place], row[place + 1]) for place in range(0, len(row), 2)]
    return row[0]


def grow(size: int, leaves: Sequence[bytes], events: Sequence[int]) -> None:
    """Add leaves after the first ``size``, and the subtrees that they complete: O(new leaves + 256·log n)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trail_leaf (municipality_code, event_id, index, hash)"
            " SELECT %s, e, %s + n - 1, h"
            " FROM unnest(%s::bigint[], %s::bytea[]) WITH ORDINALITY AS new(e, h, n)",
            [current(), size, list(events), list(leaves)],
        )
    tree, height, first, row = StoredTree(), 0, size, list(leaves)
    while row:
        begin = first & ~(TILE - 1)
        before = tree._tile(height, begin >> TILE_LEVELS)[: first - begin] if first != begin else []
        row = [*before, *row]
        ends = range(TILE, len(row) + 1, TILE)
        row = [whole(row[end - TILE : end]) for end in ends]
        height, first = height + TILE_LEVELS, begin >> TILE_LEVELS
        _keep(height, first, row)


def _keep(level: int, first: int, hashes: Sequence[bytes]) -> None:
    if not hashes:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trail_subtree (municipality_code, level, index, hash)"
            " SELECT %s, %s, %s + n - 1, h FROM unnest(%s::bytea[]) WITH ORDINALITY AS new(h, n)",
            [current(), level, first, list(hashes)],
        )
