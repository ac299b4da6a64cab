"""S05: our tree against what others published and against the RFC's own recursive definition (S05)."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sesshu.protection.trail import merkle
from sesshu.protection.trail.merkle import Frontier, ProofFailed, leaf_hash

# The reference tree of Certificate Transparency (published with the first implementations of RFC 6962).
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"
    )
]  # fmt: skip
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
INCLUSION = {
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
}
CONSISTENCY = {
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}


def mth(entries: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1 word for word, slow and independent."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return hashlib.sha256(b"\x01" + mth(entries[:split]) + mth(entries[split:])).digest()


def path(place: int, entries: list[bytes]) -> list[bytes]:
    """RFC 9162 §2.1.3.1 word for word."""
    if len(entries) == 1:
        return []
    split = 1
    while split * 2 < len(entries):
        split *= 2
    if place < split:
        return [*path(place, entries[:split]), mth(entries[split:])]
    return [*path(place - split, entries[split:]), mth(entries[:split])]


def subproof(old: int, entries: list[bytes], whole: bool) -> list[bytes]:
    """RFC 9162 §2.1.4.1 word for word."""
    if old == len(entries):
        return [] if whole else [mth(entries)]
    split = 1
    while split * 2 < len(entries):
        split *= 2
    if old <= split:
        return [*subproof(old, entries[:split], whole), mth(entries[split:])]
    return [*subproof(old - split, entries[split:], False), mth(entries[:split])]


def node_of(entries: list[bytes]) -> merkle.Node:
    return lambda level, index: mth(entries[index << level : (index + 1) << level])


def grown(entries: list[bytes]) -> Frontier:
    frontier = Frontier()
    for entry in entries:
        frontier.append(leaf_hash(entry))
    return frontier


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size: int) -> None:
    assert grown(ENTRIES[:size]).root().hex() == ROOTS[size]
    assert merkle.tree_root(size, node_of(ENTRIES)).hex() == ROOTS[size]


@pytest.mark.parametrize(("place", "size"), INCLUSION)
def test_published_inclusion_proofs(place: int, size: int) -> None:
    proof = merkle.inclusion_proof(place, size, node_of(ENTRIES))
    assert [each.hex() for each in proof] == list(INCLUSION[place, size])


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_published_consistency_proofs(old: int, new: int) -> None:
    proof = merkle.consistency_proof(old, new, node_of(ENTRIES))
    assert [each.hex() for each in proof] == list(CONSISTENCY[old, new])


trees = st.lists(st.binary(max_size=4), max_size=70)


@given(trees)
def test_a_growing_tree_has_the_root_of_the_definition(entries: list[bytes]) -> None:
    frontier = grown(entries)
    assert frontier.root() == mth(entries)
    again = Frontier(frontier.size, frontier.peaks)
    again.append(leaf_hash(b"more"))
    assert again.root() == mth([*entries, b"more"])


@settings(max_examples=60)
@given(trees.filter(len), st.data())
def test_inclusion_is_that_of_the_definition_and_holds_for_that_leaf_alone(
    entries: list[bytes], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(entries) - 1))
    proof = merkle.inclusion_proof(place, len(entries), node_of(entries))
    assert proof == path(place, entries)
    leaf, root = leaf_hash(entries[place]), mth(entries)
    merkle.verify_inclusion(leaf, place, len(entries), proof, root)
    refused(leaf_hash(b"another entry"), place, len(entries), proof, root)
    refused(leaf, place, len(entries), [*proof, leaf], root)
    refused(leaf, len(entries), len(entries), proof, root)
    if proof:
        refused(leaf, place, len(entries), proof[:-1], root)


def refused(*claim: object) -> None:
    with pytest.raises(ProofFailed):
        merkle.verify_inclusion(*claim)  # type: ignore[arg-type]


@settings(max_examples=60)
@given(trees, st.data())
def test_consistency_is_that_of_the_definition_and_holds_for_that_beginning_alone(
    entries: list[bytes], data: st.DataObject
) -> None:
    old, new = data.draw(st.integers(0, len(entries))), len(entries)
    proof = merkle.consistency_proof(old, new, node_of(entries))
    if 0 < old < new:
        assert proof == subproof(old, entries, True)
    before, after = mth(entries[:old]), mth(entries)
    merkle.verify_consistency(old, new, before, after, proof)
    for claim in (
        (old, new, hashlib.sha256(before).digest(), after, proof),
        (old, new, before, hashlib.sha256(after).digest(), proof) if old else None,
        (old, new, before, after, [*proof, before]),
    ):
        if claim:
            with pytest.raises(ProofFailed):
                merkle.verify_consistency(*claim)
