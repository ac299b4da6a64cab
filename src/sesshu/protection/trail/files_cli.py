"""``sesshu audit witness`` and ``sesshu audit verify-files``: without a database, on anybody's machine."""

from __future__ import annotations

import argparse
from pathlib import Path

from sesshu.kernel.command import DONE_WITH_REJECTED_ROWS, Outcome
from sesshu.kernel.command import Refused as CommandRefused
from sesshu.protection.trail import witness_door
from sesshu.protection.trail.notes import BadNote
from sesshu.protection.trail.verifier import add_arguments, said, trusted_of, verify_folder
from sesshu.protection.trail.witness import Refused


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    commands = subparsers.add_parser("audit").add_subparsers(dest="sort", required=True)
    files = commands.add_parser("verify-files", help="書き出した操作記録を検証する")
    files.add_argument("folder", type=Path)
    add_arguments(files)
    files.set_defaults(handler=_verify)
    witness = commands.add_parser("witness", help="ほかの団体の操作記録の証人になる")
    witness_door.add_commands(witness.add_subparsers(dest="action", required=True))
    witness.set_defaults(handler=_witness)


def _verify(arguments: argparse.Namespace) -> Outcome:
    try:
        verdict = verify_folder(arguments.folder, trusted_of(arguments), told=lambda done: None)
    except (BadNote, OSError) as error:
        raise CommandRefused(str(error)) from error
    data = {"size": verdict.size, "root": verdict.root.hex(), "findings": verdict.findings}
    text = said(verdict, own_keys=not arguments.key)
    return Outcome(data, text) if verdict.holds else Outcome(data, text, DONE_WITH_REJECTED_ROWS)


def _witness(arguments: argparse.Namespace) -> Outcome:
    try:
        text = witness_door.run(arguments)
    except (Refused, BadNote, OSError) as error:
        raise CommandRefused(str(error)) from error
    return Outcome({"said": text}, text)
