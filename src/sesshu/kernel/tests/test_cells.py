"""Tables from outside: what is read, what is refused, and in which words."""

import codecs
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sesshu.kernel.cells import CELL_LIMIT, Column, Table, TableError, read_table, write_csv

NAME = Column("氏名", "shimei", "N", 100)
KANA = Column("氏名_読み仮名", "shimei_yomigana", "N", 100)
PLACE = Column("住所", "jusho", "N", 300)
COLUMNS = (NAME, KANA, PLACE)
HEADER = "氏名,氏名_読み仮名,住所\r\n"
GOOD = "見本 花子,ミホン ハナコ,見本町1\r\n"


def _table(body: str, encoding: str = "utf-8") -> Table:
    return read_table((HEADER + body).encode(encoding), COLUMNS)


def _read(table: Table) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str]]]:
    rows = [(number, list(cells)) for number, cells in table]
    return rows, [(error.row, error.column) for error in table.errors]


@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp932", "cp932")]
)
def test_encodings_are_told_apart(encoding: str, name: str) -> None:
    table = _table(GOOD, encoding)
    assert table.encoding == name
    assert _read(table) == ([(2, ["見本 花子", "ミホン ハナコ", "見本町1"])], [])


def test_the_special_signs_of_cp932_are_read() -> None:
    rows, _ = _read(_table("髙橋 﨑,①Ⅱ㈱,見本町～－\r\n", "cp932"))
    assert rows[0][1] == ["髙橋 﨑", "①Ⅱ㈱", "見本町～－"]


def test_ivs_and_characters_beyond_the_first_plane_stay_whole() -> None:
    assert _read(_table("葛󠄀城 𠮷,,\r\n"))[0][0][1][0] == "葛󠄀城 𠮷"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(end: str) -> None:
    source = (HEADER + GOOD * 2).replace("\r\n", end).encode()
    assert [number for number, _ in read_table(source, COLUMNS)] == [2, 3]


@pytest.mark.parametrize(
    "header", ["shimei,shimei_yomigana,jusho", "住所,氏名,氏名_読み仮名", " 氏名 ,氏名＿読み仮名,JUSHO"]
)
def test_columns_come_in_the_order_asked_for_however_they_are_named_and_ordered(header: str) -> None:
    body = "町,名,カナ" if header.startswith("住所") else "名,カナ,町"
    assert _read(read_table(f"{header}\n{body}\n".encode(), COLUMNS))[0] == [(2, ["名", "カナ", "町"])]


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "空"),
        (codecs.BOM_UTF8 + b"\r\n  \r\n", "空"),
        (b"%PDF-1.7\n" + b"x" * 5000, "PDF"),
        (b"\n\n%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04" + b"\0" * 100, "xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
        (b"\x1f\x8b\x08" + b"\0" * 100, "gzip"),
        (HEADER.encode("utf-16"), "UTF-16"),
        (bytes(range(256)) * 20, "バイナリ"),
        ("氏名\t氏名_読み仮名\t住所\n".encode(), "カンマ"),
        ("氏名;氏名_読み仮名;住所\n".encode(), "カンマ"),
        (("\n" + HEADER).encode(), "1行目が空"),
        ("見本 花子,ミホン,見本町\n".encode(), "見出しがありません"),
        ('"氏名,氏名_読み仮名,住所'.encode(), "見出しの行が読めません"),
    ],
)
def test_what_is_no_table_is_refused_by_name_and_with_a_remedy(content: bytes, part: str) -> None:
    with pytest.raises(TableError, match=part) as refusal:
        read_table(content, COLUMNS)
    assert all(error.row == 1 and error.message.endswith("ください。") for error in refusal.value.errors)


def test_a_file_that_does_not_exist_is_not_called_a_bad_table(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_table(tmp_path / "none.csv", COLUMNS)


def test_every_missing_double_and_unknown_column_is_named() -> None:
    with pytest.raises(TableError) as refusal:
        read_table("氏名,shimei,氏名読みがな,電話\n".encode(), COLUMNS)
    messages = {error.column: error.message for error in refusal.value.errors}
    assert "2つ以上" in messages["氏名"]
    assert "「氏名_読み仮名」、「住所」" in messages["氏名_読み仮名"]
    assert "「氏名_読み仮名」の誤り" in messages["氏名読みがな"]
    assert "決められた列にありません" in messages["電話"]


def test_formats_are_told_apart_by_a_column() -> None:
    table = read_table(HEADER.encode())
    assert table.has(KANA)
    assert not table.has(Column("異動事由", "idojiyu", "X", 2))


@pytest.mark.parametrize(
    ("bad", "column", "part"),
    [
        ("見本,ミホン\r\n", "住所", "1個足りません(3列のところ2列)"),
        ("見本\r\n", "氏名_読み仮名", "2個足りません"),
        ("見本,ミホン,見本町,1,2\r\n", "住所", "2個多く"),
        ("見本,ミ\0ホン,見本町\r\n", "氏名_読み仮名", "NUL"),
        ("見本,ミ\ufffdホン,見本町\r\n", "氏名_読み仮名", "文字化け"),
        ('見本,"ミ"ホン,見本町\r\n', "氏名_読み仮名", "引用符"),
        ('見本,"ミホン,見本町\r\n', "氏名_読み仮名", "閉じていません"),
        (f"見本,{'ミ' * (CELL_LIMIT + 1)},見本町\r\n", "氏名_読み仮名", "10,000文字"),
        (f"見本,ミホン,{'町' * 200_000}\r\n", "住所", "10,000文字"),
        ('見本,"' + "ミ" * 150_000 + '\r\nホ",見本町\r\n', "氏名_読み仮名", "10,000文字"),
        ('見本,"' + "ミ\r\n" * 60_000 + '",見本町\r\n', "氏名_読み仮名", "10,000文字"),
    ],
)
def test_a_bad_row_is_named_and_the_rows_around_it_are_read(bad: str, column: str, part: str) -> None:
    table = _table(GOOD + bad + GOOD)
    rows, errors = _read(table)
    assert [number for number, _ in rows] == [2, 4]
    assert errors == [(3, column)]
    assert part in table.errors[0].message
    assert "3行目" in table.errors[0].message
    assert table.errors[0].message.endswith("ください。")


def test_an_unclosed_quote_on_the_last_row_loses_only_that_row() -> None:
    table = _table(GOOD + '見本,ミホン,"見本町')
    assert _read(table)[0] == [(2, ["見本 花子", "ミホン ハナコ", "見本町1"])]
    assert "閉じていません" in table.errors[0].message


def test_unclosed_quotes_on_many_rows_lose_only_those_rows() -> None:
    table = _table((GOOD + '"見本,ミホン,見本町\r\n') * 500)
    rows, errors = _read(table)
    assert [number for number, _ in rows] == [*range(2, 1002, 2)]
    assert errors == [(number, "氏名") for number in range(3, 1003, 2)]


def test_line_breaks_within_cells_count_as_one_spreadsheet_row() -> None:
    rows, errors = _read(_table('見本,ミホン,"見本町\r\n2階"\r\n' + GOOD + "短い\r\n"))
    assert [number for number, _ in rows] == [2, 3]
    assert rows[0][1][2] == "見本町\r\n2階"
    assert errors == [(4, "氏名_読み仮名")]


def test_blank_rows_are_passed_over_but_counted() -> None:
    assert [number for number, _ in _table("\r\n" + GOOD + ",,\r\n" + GOOD + "\r\n")] == [3, 5]


def test_a_second_reading_starts_afresh() -> None:
    table = _table("短い\r\n" + GOOD)
    assert _read(table) == _read(table)


def test_a_few_broken_bytes_cost_their_rows_only() -> None:
    source = (HEADER + GOOD).encode("cp932") + b"\x81\xff\xfe,x,y\r\n" + GOOD.encode("cp932")
    table = read_table(source, COLUMNS)
    rows, errors = _read(table)
    assert [number for number, _ in rows] == [2, 4]
    assert errors == [(3, "氏名")]


def test_a_broken_byte_far_down_a_utf8_file_does_not_make_it_cp932() -> None:
    source = (HEADER + GOOD * 3).encode() + b"\xe3\x81,x,y\r\n"
    table = read_table(source, COLUMNS)
    assert table.encoding == "utf-8"
    assert _read(table)[1] == [(5, "氏名")]


def test_twenty_megabytes_in_one_cell_take_no_memory_and_harm_no_other_row(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER + GOOD + '見本,"')
        for _ in range(200):
            file.write("あ" * 35_000)
        file.write('",見本町\r\n' + GOOD)
    assert path.stat().st_size > 20_000_000
    tracemalloc.start()
    table = read_table(path, COLUMNS)
    rows, errors = _read(table)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [number for number, _ in rows] == [2, 4]
    assert errors == [(3, "氏名_読み仮名")]
    assert peak < 15_000_000


def test_cells_know_their_place() -> None:
    table = _table(GOOD)
    assert [tuple(cell) for cell in table.cells(next(iter(table)))] == [
        (2, "氏名", "見本 花子"),
        (2, "氏名_読み仮名", "ミホン ハナコ"),
        (2, "住所", "見本町1"),
    ]


texts = st.text(
    st.one_of(
        st.characters(codec="utf-8", exclude_characters="\0\ufffd"),
        st.sampled_from("\"',=+-@\t\r\n＝あ葛\U000e0100𠮷"),
    ),
    max_size=20,
)
tables = st.lists(st.tuples(texts, texts, texts).filter(any), max_size=8)


@settings(max_examples=300)
@given(tables)
@example([("'=1", "''@", "=cmd|' /C calc'!A0")])
@example([("a\nb", '"', "\r")])
def test_what_is_written_is_read_again(rows: list[tuple[str, str, str]]) -> None:
    target = io.BytesIO()
    assert write_csv(target, [c.name for c in COLUMNS], rows) == len(rows)
    table = read_table(target.getvalue(), COLUMNS)
    assert [tuple(cells) for _, cells in table] == rows
    assert table.errors == []


@given(texts)
def test_no_written_cell_starts_like_a_formula(text: str) -> None:
    import csv

    target = io.BytesIO()
    write_csv(target, ["a", "b"], [("x", text)])
    cell = [*csv.reader(io.StringIO(target.getvalue().decode("utf-8-sig"), newline=""))][1][1]
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")) or float(
        cell
    ) == float(text)


def test_a_file_is_in_place_only_when_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")

    def rows() -> object:
        yield ("a",)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_csv(path, ["x"], rows())  # type: ignore[arg-type]
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]
    write_csv(path, ["x", "y"], [(None, 1)])
    assert path.read_bytes() == codecs.BOM_UTF8 + b"x,y\r\n,1\r\n"
