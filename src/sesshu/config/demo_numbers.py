"""Invented 個人番号 for some residents of the demo: the vault's own import loads them, as a city's would."""

from __future__ import annotations

import csv
import random
from itertools import islice
from pathlib import Path

from sesshu.config import vault
from sesshu.kernel.check_digits import individual_number_check_digit
from sesshu.kernel.command import Refused
from sesshu.kernel.csv_writer import CsvWriter

MANY = 300


def give(municipality: str, folder: Path, *, seed: int) -> None:
    """Once for a city: ``numbers.csv`` beside the residents' file, loaded into the vault.

    :raises Refused: when the vault did not take it.
    """
    path = folder / "numbers.csv"
    if path.exists():
        return
    chance = random.Random(f"{municipality}/{seed}")  # noqa: S311  (invented numbers)
    draft = folder / "numbers.draft.csv"
    with CsvWriter(draft, ["宛名番号", "個人番号"]) as writer:
        for addressee in _residents(folder):
            writer.write([addressee, _invented(chance)])
    done = vault.command("numbers", "import", str(draft), "--municipality", municipality)
    if done.returncode:
        raise Refused(f"デモの個人番号を用意できません。\n{done.stdout}{done.stderr}")
    draft.rename(path)


def _residents(folder: Path) -> list[str]:
    with (folder / "residents.csv").open(encoding="utf-8-sig", newline="") as stream:
        return [row["宛名番号"] for row in islice(csv.DictReader(stream), MANY)]


def _invented(chance: random.Random) -> str:
    first = f"{chance.randrange(10**11):011d}"
    return first + str(individual_number_check_digit(first))
