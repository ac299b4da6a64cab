"""A witness: another body's machine that signs a city's checkpoints, and none that rewrites what it has seen.

C2SP tlog-witness: the request brings a consistency proof from the last checkpoint that this witness signed.
It has a key and a state file of its own and needs neither a database nor Django:

    python -m sesshu.protection.trail.witness_door init --state state.json --name pref.example/w1
    python -m sesshu.protection.trail.witness_door trust --state state.json --key VKEY-OF-THE-CITY
    python -m sesshu.protection.trail.witness_door sign --state state.json --request r.txt --out answer.txt
    python -m sesshu.protection.trail.witness_door serve --state state.json --port 8731
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sesshu.protection.trail import merkle
from sesshu.protection.trail.notes import (
    COSIGNATURE,
    ED25519,
    BadNote,
    Note,
    Tree,
    VerifierKey,
    cosign,
    verify,
)

MOST_PROOF_LINES = 63
_PRIVATE = 0o600


class Refused(Exception):
    """The witness does not sign. ``status`` is the one of tlog-witness."""

    def __init__(self, status: int, reason: str, size: int | None = None) -> None:
        super().__init__(reason)
        self.status, self.size = status, size


@dataclass(frozen=True)
class Request:
    """A checkpoint with the proof that it continues the tree of ``old`` leaves."""

    old: int
    proof: Sequence[bytes]
    note: Note

    def __str__(self) -> str:
        proof = "".join(base64.b64encode(each).decode() + "\n" for each in self.proof)
        return f"old {self.old}\n{proof}\n{self.note}"

    @classmethod
    def parse(cls, text: str) -> Request:
        """:raises Refused: 400, when it is no request in its one form."""
        head, _, note = text.partition("\n\n")
        try:
            first, *rest = head.split("\n")
            proof = [base64.b64decode(line, validate=True) for line in rest]
            found = cls(int(first.removeprefix("old ")), proof, Note.parse(note))
        except (ValueError, binascii.Error):
            raise Refused(400, "依頼の形式が正しくありません。") from None
        if str(found) != text or len(proof) > MOST_PROOF_LINES or any(len(each) != 32 for each in proof):
            raise Refused(400, "依頼の形式が正しくありません。")
        return found


def _now() -> int:
    return int(time.time())


class Witness:
    """The key and what was seen of each log, in one file that only its owner can read."""

    def __init__(self, path: Path, clock: Callable[[], int] = _now) -> None:
        self.path, self.clock = path, clock

    @classmethod
    def create(cls, path: Path, name: str) -> Witness:
        """Make a new witness with a new key.

        :raises FileExistsError: a state is never overwritten: with it goes what the witness has seen.
        """
        state = {"name": name, "key": Ed25519PrivateKey.generate().private_bytes_raw().hex(), "logs": {}}
        VerifierKey.parse(str(_public(state)))
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(state, stream, indent=1)
        return cls(path)

    @property
    def key(self) -> VerifierKey:
        """The public key, to be handed to the cities and to who verifies."""
        return _public(self._read())

    def trust(self, key: VerifierKey) -> None:
        """Sign from now on for the log whose checkpoints this key signs; a renewed key is added."""
        if key.algorithm != ED25519:
            raise BadNote("市区町村の公開鍵を指定してください。")
        with self._changing() as state:
            log = state["logs"].setdefault(key.name, {"keys": [], "checkpoint": ""})
            if str(key) not in log["keys"]:
                log["keys"].append(str(key))

    def sign(self, text: str) -> str:
        """The signature line under the checkpoint of a request.

        :raises Refused: with the reason; nothing is signed and what was seen stays.
        """
        request = Request.parse(text)
        tree = _tree(request.note)
        with self._changing() as state:
            log = state["logs"].get(tree.origin)
            if log is None:
                raise Refused(404, f"記録「{tree.origin}」は、この証人に登録されていません。")
            _check_signed(request.note, log["keys"])
            _check_continues(request, tree, log["checkpoint"])
            log["checkpoint"] = str(request.note)
            private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(state["key"]))
            line = cosign(request.note.text, _public(state), private.sign, timestamp=self.clock())
        return str(line)

    def _read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
        return found

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        """The state, locked; written whole, and flushed to disk, before anything that it signed leaves."""
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            state = self._read()
            yield state
            part = self.path.with_suffix(".part")
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "w") as stream:
                json.dump(state, stream, indent=1, ensure_ascii=False)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(self.path)


def _public(state: dict[str, Any]) -> VerifierKey:
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(state["key"]))
    return VerifierKey(state["name"], COSIGNATURE, private.public_key().public_bytes_raw())


def _tree(note: Note) -> Tree:
    try:
        return Tree.parse(note.text)
    except BadNote as error:
        raise Refused(400, str(error)) from error


def _check_signed(note: Note, keys: Sequence[str]) -> None:
    for key in map(VerifierKey.parse, keys):
        for line in note.signatures:
            if (line.name, line.key_id) == (key.name, key.key_id):
                try:
                    verify(note.text, line, key)
                except BadNote as error:
                    raise Refused(403, str(error)) from error
                return
    raise Refused(403, "登録された鍵の署名がありません。")


def _check_continues(request: Request, tree: Tree, last: str) -> None:
    seen = Tree.parse(Note.parse(last).text) if last else Tree(tree.origin, 0, merkle.EMPTY_ROOT)
    if request.old > tree.size:
        raise Refused(400, "前回の件数が今回の件数より大きくなっています。")
    if request.old != seen.size:
        raise Refused(409, f"この証人が最後に見たのは{seen.size:,}件です。", seen.size)
    if tree.size == seen.size and tree.root != seen.root:
        raise Refused(
            409, "同じ件数で内容の違うチェックポイントです。記録が書き換えられています。", seen.size
        )
    try:
        merkle.verify_consistency(seen.size, tree.size, seen.root, tree.root, request.proof)
    except merkle.ProofFailed:
        raise Refused(
            422, f"この証人が前に見た{seen.size:,}件の続きではありません。記録が書き換えられています。"
        ) from None
