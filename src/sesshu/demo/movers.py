"""Families of one demo city who moved to the other: there they left, here they came, with the doses of there.

Their doses stay in the ledger of the city they left; the exchange brings them over.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

from sesshu.addressees.columns import CHANGE_COLUMNS, RESIDENT_COLUMNS
from sesshu.demo.changes import MOVE_IN, MOVE_OUT
from sesshu.demo.places import City, city
from sesshu.kernel.cells import Column, CsvWriter
from sesshu.kernel.dates import age_on

Row = dict[str, str]
HOUSEHOLDS = 12
_OLDEST_CHILD = 6
_FORMER = "転入前住所_市区町村コード"
# So long before the day of the files: the letters of the new home are not out yet.
_AGO = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Move:
    """The changes file of each city, and each person's 宛名番号 there and here."""

    out: Path
    into: Path
    pairs: tuple[tuple[str, str], ...]


def move(
    left: str, reached: str, folder: Path, into: Path, *, on: date, households: int = HOUSEHOLDS
) -> Move:
    """Write ``moved-out.csv`` into ``folder`` and ``moved-in.csv`` into ``into``, as the registers would.

    :param left: the 団体コード of the city that they left, :param reached: of the one they came to.
    :param folder: of the city that they left, with its residents.csv and doses.csv.
    """
    moved, here, day = _families(folder, on, households), city(reached), on - _AGO
    left_rows = [row for family in moved for row in family]
    new = {row["宛名番号"]: f"77{number:08}" for number, row in enumerate(left_rows, 1)}
    gone = (_gone(row, day) for row in left_rows)
    come = (
        _come(row, here, day, new[row["宛名番号"]], place) | {_FORMER: left}
        for place, family in enumerate(moved)
        for row in family
    )
    _write(folder / "moved-out.csv", gone, f"{day:%Y%m%d}8", MOVE_OUT, day)
    _write(into / "moved-in.csv", come, f"{day:%Y%m%d}9", MOVE_IN, day)
    return Move(folder / "moved-out.csv", into / "moved-in.csv", tuple(new.items()))


def _families(folder: Path, on: date, wanted: int) -> list[list[Row]]:
    """The first households with a small child who has doses, of whom no other change is about to come."""
    changed = {row["宛名番号"] for row in _rows(folder / "changes.csv")}
    dosed = {row["宛名番号"] for row in _rows(folder / "doses.csv") if row.get("宛名番号")}
    found: list[list[Row]] = []
    for _, members in groupby(_rows(folder / "residents.csv"), key=lambda row: row["世帯番号"]):
        family = list(members)
        if _may_move(family, changed) and any(
            _is_small(row, on) and row["宛名番号"] in dosed for row in family
        ):
            found.append(family)
        if len(found) == wanted:
            break
    return found


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from csv.DictReader(stream)


def _may_move(family: list[Row], changed: set[str]) -> bool:
    return all(
        row["宛名種別"] == "1"
        and row["住民状態"] == "1"
        and row["支援措置区分"] == "0"
        and row["生年月日"]
        and row["宛名番号"] not in changed
        for row in family
    )


def _is_small(row: Row, on: date) -> bool:
    return age_on(date.fromisoformat(row["生年月日"]), on) < _OLDEST_CHILD


def _gone(row: Row, day: date) -> Row:
    return row | {"住民状態": "2", "消除年月日": day.isoformat()}


def _come(row: Row, here: City, day: date, number: str, place: int) -> Row:
    town = here.towns[place % len(here.towns)]
    return row | {
        "宛名番号": number,
        "世帯番号": f"77{90_000_000 + place:08}",
        "住所_市区町村コード": here.code,
        "住所_町字コード": town.code,
        "住所_都道府県": here.prefecture,
        "住所_市区郡町村名": here.name,
        "住所_町字": town.name,
        "住所_番地号表記": f"{place + 1}番地",
        "住所_郵便番号": town.postal_code,
        "地区": town.district,
        "住民となった年月日": day.isoformat(),
    }


def _write(path: Path, rows: Iterator[Row], number: str, reason: str, day: date) -> None:
    with CsvWriter(path, [column.name for column in CHANGE_COLUMNS]) as writer:
        writer.write_texts(
            [f"{number}{place:06}", reason, day.isoformat(), *_cells(row, RESIDENT_COLUMNS)]
            for place, row in enumerate(rows, 1)
        )


def _cells(row: Row, columns: tuple[Column, ...]) -> list[str]:
    return [row.get(column.name, "") for column in columns]
