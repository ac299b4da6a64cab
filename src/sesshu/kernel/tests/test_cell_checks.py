"""Checks of cells against their columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sesshu.kernel.cell_checks import CellChecks, split
from sesshu.kernel.columns import Column

NUMBER = Column("宛名番号", "atenabango", "X", 15, required=True)
NAME = Column("氏名", "shimei", "N", 5)
SEX = Column("性別", "seibetsu", "X", 1, required=True, codes={"1": "男", "2": "女"})
STATE = Column("住民状態", "juminjotai", "X", 1, codes={"1": "住民"})
BIRTH = Column("生年月日", "seinengappi", "DATE")
COUNT = Column("接種回", "sesshukai", "9", 2)
VOLUME = Column("接種量", "sesshuryo", "9V", 5)
COLUMNS = (NUMBER, NAME, SEX, STATE, BIRTH, COUNT, VOLUME)
GOOD = ["1", "見本", "2", "", "2026-11-22", "1", "0.25"]


def _row(place: int, text: str) -> list[str]:
    return [*GOOD[:place], text, *GOOD[place + 1 :]]


@pytest.mark.parametrize(
    ("place", "text", "part"),
    [
        (0, "", "空です"),
        (0, "1" * 16, "15文字までのところ16文字"),
        (0, "１２３", "全角"),
        (1, "見本見本見本", "5文字までのところ6文字"),
        (2, "", "空です"),
        (2, "3", "1(男)、2(女)"),
        (3, "9", "1(住民)"),
        (4, "2026-02-30", "実在しない"),
        (4, "2026-2-3", "2026-02-03"),
        (4, "R8.11.22", "2026-11-22"),
        (4, "20261122", "2026-11-22"),
        (4, "2026-W01-1", "日付ではありません"),
        (4, "不詳", "日付ではありません"),
        (5, "1.5", "整数ではありません"),
        (5, "１", "整数ではありません"),
        (5, "123", "2文字まで"),
        (6, "0.5mL", "数ではありません"),
    ],
)
def test_a_bad_cell_is_named_with_its_remedy(place: int, text: str, part: str) -> None:
    errors = CellChecks(COLUMNS).errors([(2, GOOD), (3, _row(place, text)), (4, GOOD)])
    assert [(error.row, error.column) for error in errors] == [(3, COLUMNS[place].name)]
    assert part in errors[0].message


@pytest.mark.parametrize(("place", "text"), [(1, "葛󠄀葛󠄀葛󠄀葛󠄀葛󠄀"), (1, ""), (4, ""), (5, ""), (6, "1")])
def test_good_cells_pass(place: int, text: str) -> None:
    assert CellChecks(COLUMNS).errors([(2, _row(place, text))]) == []


def test_only_the_rows_without_error_go_on() -> None:
    rows = [(2, GOOD), (3, _row(2, "x")), (4, GOOD)]
    assert [number for number, _ in split(rows, CellChecks(COLUMNS).errors(rows))] == [2, 4]
    assert CellChecks(COLUMNS).errors([]) == []


cells = [
    st.sampled_from(["1", "", "１", "1" * 16]),
    st.sampled_from(["見本", "", "見" * 6]),
    st.sampled_from(["1", "2", "", "7"]),
    st.sampled_from(["1", "", "7"]),
    st.sampled_from(["2026-11-22", "", "2026-02-30", "x"]),
    st.sampled_from(["1", "", "x"]),
    st.sampled_from(["0.5", "", "x"]),
]


@given(st.lists(st.tuples(*cells), max_size=6))
def test_a_batch_finds_what_single_rows_find(rows: list[tuple[str, ...]]) -> None:
    numbered = [*enumerate(rows, 2)]
    together = CellChecks(COLUMNS).errors(numbered)
    assert together == [error for row in numbered for error in CellChecks(COLUMNS).errors([row])]
