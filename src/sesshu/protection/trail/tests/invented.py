"""Invented logs: entries, the city's key, checkpoints and witnesses' signatures under them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sesshu.protection.trail import canonical, merkle, notes
from sesshu.protection.trail.merkle import Frontier, leaf_hash
from sesshu.protection.trail.notes import Note, Tree, VerifierKey
from sesshu.protection.trail.tree import whole
from sesshu.protection.trail.witness import Request, Witness

CITY_PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CITY_KEY = VerifierKey("sesshu.audit/242039", notes.ED25519, CITY_PRIVATE.public_key().public_bytes_raw())
BEGIN = datetime(2026, 11, 1, 9, tzinfo=UTC)


def entries_of(count: int) -> list[bytes]:
    """As many events, each a different one."""
    return [
        canonical.encode(
            {
                "account": 7,
                "action": "addressee.read",
                "actor": "clerk",
                "at": BEGIN + timedelta(seconds=n),
                "count": 1,
                "detail": {},
                "id": 1001 + n,
                "municipality": "242039",
                "purpose": "counter",
                "result": "ok",
                "subjects": [5000 + n],
                "terminal": "T-01",
            }
        )
        for n in range(count)
    ]


def node_of(entries: list[bytes]) -> merkle.Node:
    leaves = [leaf_hash(entry) for entry in entries]
    return lambda level, index: whole(leaves[index << level : (index + 1) << level])


def signed(entries: list[bytes]) -> Note:
    """The city's checkpoint of these entries."""
    frontier = Frontier()
    for entry in entries:
        frontier.append(leaf_hash(entry))
    return notes.sign(Tree(CITY_KEY.name, frontier.size, frontier.root()), CITY_KEY, CITY_PRIVATE.sign)


def request(entries: list[bytes], old: int, note: Note | None = None) -> str:
    """What the city sends to a witness that saw ``old`` entries."""
    proof = merkle.consistency_proof(old, len(entries), node_of(entries))
    return str(Request(old, proof, note or signed(entries)))


def witness_signed(witness: Witness, entries: list[bytes], note: Note, old: int = 0) -> Note:
    """The checkpoint with the witness's signature under it."""
    line = notes.parse_signature(witness.sign(request(entries, old, note)).removesuffix("\n"))
    return Note(note.text, (*note.signatures, line))
