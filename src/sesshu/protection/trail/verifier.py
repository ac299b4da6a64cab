"""An independent verifier of exported audit logs. Needs Python and ``cryptography``, no database, no Django.

    python -m sesshu.protection.trail.verifier FOLDER [--key VKEY] [--witness VKEY] [--seen FILE]

``docs/formats/audit-log.md`` tells the files. Exit status: 0 whole, 1 something is wrong, 2 unusable.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sesshu.protection.trail.notes import COSIGNATURE, BadNote, Note, Tree, VerifierKey
from sesshu.protection.trail.verification import Claims, Told, Verdict, check

EVENTS, LEAVES, CHECKPOINTS, KEYS = "events.jsonl", "leaves.bin", "checkpoints.txt", "keys.txt"


@dataclass(frozen=True)
class Trusted:
    """What the person who verifies brings along; without keys those in the folder are used, and said so."""

    keys: Sequence[VerifierKey] = ()
    witnesses: Sequence[VerifierKey] = ()
    seen: Sequence[Note] = ()


def read_notes(text: str) -> list[Note]:
    """The checkpoints of a file: signed notes, one after the other, a blank line between.

    :raises BadNote: when the file is anything else.
    """
    parts = text.split("\n\n")
    if len(parts) % 2:
        raise BadNote("チェックポイントのファイルの形式が正しくありません。")
    found = [
        Note.parse(f"{body}\n\n{tail.removesuffix(chr(10))}\n")
        for body, tail in zip(parts[::2], parts[1::2], strict=True)
    ]
    if write_notes(found) != text:
        raise BadNote("チェックポイントのファイルの形式が正しくありません。")
    return found


def write_notes(notes: Sequence[Note]) -> str:
    """The file that :func:`read_notes` reads."""
    return "\n".join(map(str, notes))


def read_keys(text: str) -> list[VerifierKey]:
    """Verifier keys, one a line; blank lines and those that begin with ``#`` say nothing."""
    lines = (line.strip() for line in text.splitlines())
    return [VerifierKey.parse(line) for line in lines if line and not line.startswith("#")]


def entries(path: Path, problems: list[str]) -> Iterator[bytes]:
    """The records of a file, one a line; what is not a whole line goes to ``problems``."""
    with path.open("rb", buffering=1 << 20) as stream:
        for line in stream:
            if not line.endswith(b"\n"):
                problems.append("記録の最後の行が途中で切れています。")
            yield line.removesuffix(b"\n")


def kept_leaves(path: Path) -> Iterator[bytes]:
    """The leaf hashes of a file, 32 bytes each."""
    with path.open("rb", buffering=1 << 20) as stream:
        while block := stream.read(32 * 4096):
            yield from (block[place : place + 32] for place in range(0, len(block), 32))


def verify_folder(folder: Path, trusted: Trusted, *, told: Told) -> Verdict:
    """Verify what ``sesshu audit export`` wrote.

    :raises BadNote: when keys or checkpoints cannot be read.
    :raises FileNotFoundError: when a file is missing.
    """
    own = read_keys(_text(folder / KEYS)) if (folder / KEYS).exists() else []
    keys = trusted.keys or [key for key in own if key.algorithm != COSIGNATURE]
    notes = read_notes(_text(folder / CHECKPOINTS))
    claims = Claims(
        origin=Tree.parse(notes[-1].text).origin,
        checkpoints=notes,
        keys=keys,
        witnesses=trusted.witnesses or [key for key in own if key.algorithm == COSIGNATURE],
        seen=trusted.seen,
    )
    problems: list[str] = []
    leaves = kept_leaves(folder / LEAVES) if (folder / LEAVES).exists() else ()
    verdict = check(entries(folder / EVENTS, problems), claims, leaves=leaves, told=told)
    verdict.findings[:0] = problems
    return verdict


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        raise BadNote(f"「{path.name}」は UTF-8 の文字として読めません。") from None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that say whom to trust."""
    parser.add_argument(
        "--key", action="append", default=[], help="市区町村の公開鍵（信頼できる経路で得たもの）"
    )
    parser.add_argument(
        "--witness", action="append", default=[], help="証人の公開鍵（信頼できる経路で得たもの）"
    )
    parser.add_argument("--seen", type=Path, help="証人が持つ控え（証人の state ファイル）")


def trusted_of(arguments: argparse.Namespace) -> Trusted:
    """:raises BadNote: when a key or the witness's file cannot be read."""
    keys = [VerifierKey.parse(text) for text in arguments.key]
    witnesses = [VerifierKey.parse(text) for text in arguments.witness]
    return Trusted(keys, witnesses, read_seen(arguments.seen) if arguments.seen else [])


def read_seen(path: Path) -> list[Note]:
    """The checkpoints in a witness's state file.

    :raises BadNote: when it is no such file.
    """
    try:
        state = json.loads(_text(path))
        return [Note.parse(each["checkpoint"]) for each in state["logs"].values() if each["checkpoint"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadNote(f"「{path.name}」は証人の控えとして読めません。") from error


def said(verdict: Verdict, *, own_keys: bool) -> str:
    """The verdict for a person."""
    head = (
        f"記録 {verdict.size:,}件、チェックポイント {verdict.checkpoints:,}件、"
        f"証人の署名 {verdict.cosigned:,}件（{verdict.cosigned_size:,}件目まで）を確かめました。"
    )
    if own_keys:
        head += (
            "\n注意: 公開鍵は記録と同じところにあるものを使いました。"
            "別の経路で得た鍵を --key で指定してください。"
        )
    if verdict.holds:
        return f"{head}\n記録は完全で、書き換えられていません。"
    return "\n".join([head, f"異常が{len(verdict.findings)}件あります。", *verdict.findings])


def main(words: Sequence[str] | None = None) -> int:
    """Verify one exported folder and return the exit status."""
    parser = argparse.ArgumentParser(prog="verifier", description="操作記録の検証")
    parser.add_argument("folder", type=Path)
    add_arguments(parser)
    arguments = parser.parse_args(words)
    try:
        verdict = verify_folder(arguments.folder, trusted_of(arguments), told=lambda done: None)
    except (BadNote, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(said(verdict, own_keys=not arguments.key) + "\n")
    return 0 if verdict.holds else 1


if __name__ == "__main__":
    sys.exit(main())
