"""The Merkle tree of RFC 9162 §2.1 (SHA-256): roots, proofs and their verification. Pure; no database.

A tree of size *n* is the leaves 0 … n-1. A *subtree* ``(level, index)`` is the complete tree over the leaves
``index·2^level … (index+1)·2^level - 1``. Proofs and roots are made from complete subtrees that a function
``node(level, index) -> hash`` gives, so that the same code runs over a list, a file or a table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
Node = Callable[[int, int], bytes]


class ProofFailed(ValueError):
    """The proof does not lead to the root."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 ‖ entry), RFC 9162 §2.1.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right), RFC 9162 §2.1.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the complete subtrees that a growing tree ends in: O(log n) memory for any n.

    :param peaks: the subtree roots from left (largest) to right, as many as ``size`` has bits set.
    """

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        peaks, carried = self.peaks, self.size
        peaks.append(leaf)
        while carried & 1:
            right = peaks.pop()
            peaks[-1] = hashlib.sha256(b"\x01" + peaks[-1] + right).digest()
            carried >>= 1
        self.size += 1

    def root(self) -> bytes:
        """The root of the tree so far."""
        return _joined(self.peaks)


def _joined(peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return EMPTY_ROOT
    found = peaks[-1]
    for peak in reversed(peaks[:-1]):
        found = node_hash(peak, found)
    return found


def subtrees(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The fewest complete subtrees that cover the leaves ``begin … end-1``, from left to right."""
    while begin < end:
        level = (end - begin).bit_length() - 1
        if begin:
            level = min(level, (begin & -begin).bit_length() - 1)
        yield level, begin >> level
        begin += 1 << level


def range_root(begin: int, end: int, node: Node) -> bytes:
    """The hash of the leaves ``begin … end-1`` as RFC 9162's ``MTH`` splits them."""
    return _joined([node(level, index) for level, index in subtrees(begin, end)])


def tree_root(size: int, node: Node) -> bytes:
    """The root of the first ``size`` leaves."""
    return range_root(0, size, node)


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """RFC 9162 §2.1.3.1: the hashes that lead from leaf ``index`` to the root of ``size`` leaves.

    :raises ValueError: when the leaf is not in the tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(range_root(middle, end, node))
            end = middle
        else:
            path.append(range_root(begin, middle, node))
            begin = middle
    return path[::-1]


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    """RFC 9162 §2.1.4.1: that the tree of ``old`` leaves is the beginning of that of ``new``.

    :raises ValueError: unless ``0 <= old <= new``.
    """
    if not 0 <= old <= new:
        raise ValueError(f"no tree of {old} leaves in one of {new}")
    if old in (0, new):
        return []
    path: list[bytes] = []
    begin, end, whole = 0, new, True
    while old != end:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append(range_root(middle, end, node))
            end = middle
        else:
            path.append(range_root(begin, middle, node))
            begin, whole = middle, False
    if not whole:
        path.append(range_root(begin, end, node))
    return path[::-1]


def _split(count: int) -> int:
    """The largest power of two smaller than ``count``."""
    return 1 << ((count - 1).bit_length() - 1)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """RFC 9162 §2.1.3.2.

    :raises ProofFailed: when the proof does not lead from ``leaf`` to ``root``.
    """
    if not 0 <= index < size:
        raise ProofFailed("leaf outside the tree")
    place, last, found = index, size - 1, leaf
    for hash_ in proof:
        if last == 0:
            raise ProofFailed("proof too long")
        if place & 1 or place == last:
            found = node_hash(hash_, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, hash_)
        place, last = place >> 1, last >> 1
    if last or found != root:
        raise ProofFailed("the proof leads to another root")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """RFC 9162 §2.1.4.2.

    :raises ProofFailed: when the proof does not show that ``old_root`` is a beginning of ``new_root``.
    """
    if not 0 <= old <= new:
        raise ProofFailed("the older tree is larger")
    if old in (0, new):
        same = old_root == (EMPTY_ROOT if old == 0 else new_root)
        if proof or not same:
            raise ProofFailed("the roots differ")
        return
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        raise ProofFailed("empty proof")
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = path[0]
    for hash_ in path[1:]:
        if last == 0:
            raise ProofFailed("proof too long")
        if place & 1 or place == last:
            older, newer = node_hash(hash_, older), node_hash(hash_, newer)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, hash_)
        place, last = place >> 1, last >> 1
    if last or older != old_root or newer != new_root:
        raise ProofFailed("the proof leads to other roots")
