"""Families who moved from one demo city to the other stand in both registers' files, and only they."""

import csv
from datetime import date
from pathlib import Path

import pytest

from sesshu.demo.generating import generate
from sesshu.demo.movers import Move, move

ON = date(2026, 11, 22)


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Move:
    folder = tmp_path_factory.mktemp("cities")
    generate("192015", 900, 1, folder / "kofu", on=ON)
    generate("242039", 300, 1, folder / "ise", on=ON)
    return move("192015", "242039", folder / "kofu", folder / "ise", on=ON, households=5)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_same_persons_leave_and_arrive_on_one_day(moved: Move) -> None:
    left, came = rows(moved.out), rows(moved.into)
    who = ("氏名", "氏名_読み仮名", "性別", "生年月日", "続柄")
    assert [[row[name] for name in who] for row in left] == [[row[name] for name in who] for row in came]
    assert {row["異動事由"] for row in left} == {"04"}
    assert {row["異動事由"] for row in came} == {"02"}
    assert {row["転入前住所_市区町村コード"] for row in came} == {"192015"}
    assert {row["消除年月日"] for row in left} == {row["住民となった年月日"] for row in came}


def test_each_has_another_number_in_each_city(moved: Move) -> None:
    left, came = ([row["宛名番号"] for row in rows(path)] for path in (moved.out, moved.into))
    assert list(zip(left, came, strict=True)) == list(moved.pairs)
    here = {row["宛名番号"] for row in rows(moved.into.with_name("residents.csv"))}
    assert here.isdisjoint(after for _, after in moved.pairs)


def test_nobody_of_whom_another_change_is_to_come_moves(moved: Move) -> None:
    changed = {row["宛名番号"] for row in rows(moved.out.with_name("changes.csv"))}
    assert changed.isdisjoint(before for before, _ in moved.pairs)


def test_every_family_has_a_child_with_doses_where_it_left(moved: Move) -> None:
    dosed = {row["宛名番号"] for row in rows(moved.out.with_name("doses.csv"))}
    families: dict[str, set[str]] = {}
    for row in rows(moved.out):
        families.setdefault(row["世帯番号"], set()).add(row["宛名番号"])
    assert len(families) == 5
    assert all(family & dosed for family in families.values())
