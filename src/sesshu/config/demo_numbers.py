"""Invented 個人番号 and 住民票コード of the demo's residents; the vault's own import loads them.

Who moved between the two cities has the same numbers in both.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sesshu.config import vault
from sesshu.kernel.check_digits import individual_number_check_digit, resident_code_check_digit
from sesshu.kernel.command import Refused
from sesshu.kernel.csv_writer import CsvWriter

_HEADING = ("宛名番号", "個人番号", "住民票コード")


def give(municipality: str, folder: Path, *, seed: int, came: Mapping[str, str]) -> None:
    """Once for a city: ``numbers.csv`` beside the residents' file, loaded into the vault.

    :param came: who moved in from the other city, with whom they were there (``団体コード/宛名番号``).
    :raises Refused: when the vault did not take it.
    """
    path = folder / "numbers.csv"
    if path.exists():
        return
    draft = folder / "numbers.draft.csv"
    with CsvWriter(draft, list(_HEADING)) as writer:
        for addressee in (*_residents(folder), *came):
            chance = _chance(came.get(addressee, f"{municipality}/{addressee}"), seed)
            writer.write([addressee, _number(chance), _resident_code(chance)])
    done = vault.command("numbers", "import", str(draft), "--municipality", municipality)
    if done.returncode:
        raise Refused(f"デモの個人番号を用意できません。\n{done.stdout}{done.stderr}")
    draft.rename(path)


def _residents(folder: Path) -> Iterator[str]:
    """Persons of the register; shared owners and firms have no number."""
    with (folder / "residents.csv").open(encoding="utf-8-sig", newline="") as stream:
        yield from _persons(csv.DictReader(stream))


def _persons(rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    return (row["宛名番号"] for row in rows if row["宛名種別"] == "1")


def _chance(origin: str, seed: int) -> random.Random:
    return random.Random(f"{origin}/{seed}")  # noqa: S311  (invented numbers)


def _number(chance: random.Random) -> str:
    first = f"{chance.randrange(10**11):011d}"
    return first + str(individual_number_check_digit(first))


def _resident_code(chance: random.Random) -> str:
    first = f"{chance.randrange(10**10):010d}"
    return first + str(resident_code_check_digit(first))
