"""Whether a log is whole and unchanged: recomputed from its records alone, in one pass. Pure; no database.

The same code runs over exported files (:mod:`.verifier`) and over the tables (:mod:`.verifying`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sesshu.protection.trail.merkle import Frontier, leaf_hash
from sesshu.protection.trail.notes import COSIGNATURE, BadNote, Note, Tree, VerifierKey, verify

Told = Callable[[int], None]
MOST_FINDINGS = 100


@dataclass
class Claims:
    """What the log is held against: its checkpoints, whose signatures count, and what witnesses saw.

    :param seen: checkpoints that a witness brings from its own state: the log must begin with each of them.
    """

    origin: str
    checkpoints: Sequence[Note]
    keys: Sequence[VerifierKey]
    witnesses: Sequence[VerifierKey] = ()
    seen: Sequence[Note] = ()


@dataclass
class Verdict:
    """``findings`` is empty when everything holds; each says in Japanese what is wrong and where."""

    size: int = 0
    root: bytes = b""
    checkpoints: int = 0
    cosigned: int = 0
    cosigned_size: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.findings

    def find(self, text: str) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(text)


@dataclass(frozen=True, slots=True)
class _Due:
    """A root that the log must have had at a size."""

    size: int
    root: bytes
    who: str


def check(entries: Iterable[bytes], claims: Claims, *, leaves: Iterable[bytes] = (), told: Told) -> Verdict:
    """Recompute the tree from ``entries`` and hold it against ``claims``.

    :param entries: the canonical bytes of each event, in the order of the leaves.
    :param leaves: the leaf hashes as they were kept, to say which record differs; may be empty.
    :param told: is called with the number of entries done, now and then.
    """
    verdict = Verdict(checkpoints=len(claims.checkpoints))
    due = _signed(claims, verdict) + _seen(claims, verdict)
    due.sort(key=lambda each: each.size)
    frontier = Frontier()
    reached = _meet(due, 0, frontier, verdict)
    for leaf in _compared(entries, iter(leaves), bool(leaves), verdict):
        frontier.append(leaf)
        size = frontier.size
        if reached < len(due) and due[reached].size == size:
            reached = _meet(due, reached, frontier, verdict)
        if not size % 10_000:
            told(size)
    verdict.size, verdict.root = frontier.size, frontier.root()
    for each in due[reached:]:
        verdict.find(
            f"{each.who}は{each.size:,}件ですが、記録は{frontier.size:,}件しかありません。"
            "末尾が切り取られています。"
        )
    _check_tail(due, verdict)
    return verdict


def _check_tail(due: Sequence[_Due], verdict: Verdict) -> None:
    covered = max((each.size for each in due), default=0)
    if not due:
        verdict.find("署名されたチェックポイントがありません。記録が正しいことを確かめられません。")
    elif verdict.size > covered:
        verdict.find(
            f"{covered + 1:,}件目から{verdict.size:,}件目までの{verdict.size - covered:,}件は、"
            "署名されたチェックポイントに含まれていません。"
        )


def _meet(due: Sequence[_Due], reached: int, frontier: Frontier, verdict: Verdict) -> int:
    while reached < len(due) and due[reached].size == frontier.size:
        each = due[reached]
        if each.root != frontier.root():
            before = max((other.size for other in due[:reached] if other.size < each.size), default=0)
            verdict.find(
                f"{each.who}（{each.size:,}件）の値が、記録から計算した値と合いません。"
                f"{before + 1:,}件目から{each.size:,}件目までのどこかが、書き換え・抜き取り・追加・"
                "並べ替えのいずれかをされています。"
            )
        reached += 1
    return reached


def _signed(claims: Claims, verdict: Verdict) -> list[_Due]:
    """The trees of the checkpoints; what does not hold by itself is found here."""
    due: list[_Due] = []
    last = -1
    for place, note in enumerate(claims.checkpoints, start=1):
        who = f"{place}番目のチェックポイント"
        try:
            tree = Tree.parse(note.text)
        except BadNote as error:
            verdict.find(f"{who}: {error}")
            continue
        if tree.origin != claims.origin:
            verdict.find(f"{who}は別の記録「{tree.origin}」のものです。")
        if tree.size < last:
            verdict.find(f"{who}の件数（{tree.size:,}件）が、その前の{last:,}件より減っています。")
        last = max(last, tree.size)
        _check_signatures(who, note, tree, claims, verdict)
        due.append(_Due(tree.size, tree.root, who))
    _miss_witnesses(claims, verdict)
    return due


def _check_signatures(who: str, note: Note, tree: Tree, claims: Claims, verdict: Verdict) -> None:
    signed = False
    for line in note.signatures:
        for key in (*claims.keys, *claims.witnesses):
            if (line.name, line.key_id) != (key.name, key.key_id):
                continue
            try:
                verify(note.text, line, key)
            except BadNote as error:
                verdict.find(f"{who}: {error}")
                continue
            if key.algorithm == COSIGNATURE:
                verdict.cosigned += 1
                verdict.cosigned_size = max(verdict.cosigned_size, tree.size)
            else:
                signed = True
    if not signed:
        verdict.find(f"{who}に、信頼する鍵の署名がありません。")


def _miss_witnesses(claims: Claims, verdict: Verdict) -> None:
    names = {(line.name, line.key_id) for note in claims.checkpoints for line in note.signatures}
    for key in claims.witnesses:
        if claims.checkpoints and (key.name, key.key_id) not in names:
            verdict.find(f"証人「{key.name}」の署名があるチェックポイントがありません。")


def _seen(claims: Claims, verdict: Verdict) -> list[_Due]:
    due = []
    for note in claims.seen:
        try:
            tree = Tree.parse(note.text)
        except BadNote as error:
            verdict.find(f"証人の控え: {error}")
            continue
        if tree.origin == claims.origin:
            due.append(_Due(tree.size, tree.root, "証人の控えにあるチェックポイント"))
    return due


def _compared(
    entries: Iterable[bytes], kept: Iterator[bytes], has_kept: bool, verdict: Verdict
) -> Iterator[bytes]:
    """The hashes of the entries; the first that differs from what was kept is named."""
    if not has_kept:
        yield from map(leaf_hash, entries)
        return
    watching = True
    position, before = 0, b""
    for position, entry in enumerate(entries, start=1):
        leaf = leaf_hash(entry)
        if watching:
            expected = next(kept, None)
            if leaf != expected:
                verdict.find(_difference(position, entry, leaf, expected, kept, before))
                watching = False
        yield leaf
        before = leaf
    if watching and next(kept, None) is not None:
        verdict.find(f"{position + 1:,}件目より後の記録が、控えにはありますが本体にありません。")


def _difference(
    position: int, entry: bytes, leaf: bytes, expected: bytes | None, kept: Iterator[bytes], before: bytes
) -> str:
    where = f"{position:,}件目（{_named(entry)}）"
    if expected is None:
        return f"{where}は、控えにない追加の記録です。"
    if leaf == before:
        return f"{where}は、直前の記録と同じものが重ねて入っています。"
    if leaf == next(kept, None):
        return f"{position:,}件目にあった記録が抜き取られています（今は{_named(entry)}があります）。"
    return f"{where}の内容か順序が、署名された時と違います。"


def _named(entry: bytes) -> str:
    try:
        found = json.loads(entry)
        return f"記録番号{found['id']}"
    except (ValueError, KeyError, TypeError):
        return "読み取れない記録"
