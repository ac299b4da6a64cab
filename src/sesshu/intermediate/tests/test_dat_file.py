"""The .DAT file: what is written is read, what is wrong names its column, memory stays flat (M04)."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sesshu.intermediate import dat_file
from sesshu.intermediate.dat_file import COLUMNS, LENGTH, BadLine, parse, read, written
from sesshu.intermediate.tests import world

GOOD = {
    "番号体系": "01",
    "宛名番号": "123",
    "団体内統合宛名番号": world.number(1),
    "照会依頼日時": "20261128093000123",
    "照会者部署コード": "0010",
    "照会者ユーザーID": "t-clerk",
    "照会者機関コード": world.OURS,
    "照会側不開示コード": "0",
    "事務コード": world.ROW.work,
    "事務手続コード": world.ROW.procedure,
    "提供者機関コード": world.OTHER,
    "特定個人情報名コード": world.ROW.information,
    "照会条件区分": "1",
    "照会年度区分": "0",
    "照会開始日付": "20250401",
    "照会終了日付": "",
}


def line(**changed: str) -> str:
    return written(GOOD | changed)


def fault(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "f.dat"
    path.write_bytes(content)
    (only,) = read(path, reference="r")
    assert only.asked is None
    return only.fault


def test_a_line_has_eighteen_columns_of_fixed_width() -> None:
    assert (len(COLUMNS), LENGTH, len(line())) == (18, 237, 237)
    values = parse(line())
    assert [len(values[name]) for name, _ in COLUMNS] == [width for _, width in COLUMNS]


def test_a_line_becomes_an_inquiry(tmp_path: Path) -> None:
    path = tmp_path / "f.dat"
    path.write_bytes(f"{line()}\r\n".encode() * 2)
    first, second = read(path, reference="abc")
    assert first.asked is not None
    assert (first.asked.integrated_number, first.asked.provider) == (world.number(1), world.OTHER)
    assert (str(first.asked.starts_on), first.asked.ends_on) == ("2025-04-01", None)
    assert (first.asked.work, first.asked.procedure, first.asked.item) == (
        world.ROW.work,
        world.ROW.procedure,
        "",
    )
    assert [each.asked and each.asked.reference for each in (first, second)] == ["abc.1", "abc.2"]
    assert [each.number for each in read(path, reference="abc", after=1)] == [2]


def test_the_addressee_number_is_passed_over(tmp_path: Path) -> None:
    """M14: it is the city's, and this server does not keep it."""
    path = tmp_path / "f.dat"
    path.write_bytes(line(宛名番号="77777").encode())
    (only,) = read(path, reference="r")
    assert "77777" not in repr(only)


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"番号体系": "02"}, "番号体系"),
        ({"団体内統合宛名番号": "12345678901234x"}, "団体内統合宛名番号"),
        ({"照会依頼日時": "20261328093000123"}, "照会依頼日時"),
        ({"照会依頼日時": "2026112809300012 "}, "照会依頼日時"),
        ({"照会者ユーザーID": ""}, "照会者ユーザーID"),
        ({"照会者機関コード": "12"}, "照会者機関コード"),
        ({"照会側不開示コード": "2"}, "照会側不開示コード"),
        ({"事務コード": "XX00000000000025"}, "事務コード"),
        ({"照会者機関コード(委任元)": world.OTHER}, "照会者機関コード(委任元)"),
        ({"照会開始日付": "20250431"}, "照会開始日付"),
        ({"照会終了日付": "２０２５"}, ""),
    ],
)
def test_a_wrong_column_is_named(tmp_path: Path, changed: dict[str, str], column: str) -> None:
    said = fault(tmp_path, line(**changed).encode("utf-8"))
    assert column in said
    assert said.endswith("。")


@pytest.mark.parametrize(
    "content",
    [
        b"\r\n",
        b"x",
        line()[:-1].encode(),
        (line() + "x").encode(),
        b"\xff" * 300,
        b"," * LENGTH,
        b"0" * 100_000,
    ],
)
def test_a_line_that_is_none_says_so(tmp_path: Path, content: bytes) -> None:
    assert fault(tmp_path, content).endswith("。")


def test_a_line_without_an_end_does_not_fill_the_memory() -> None:
    class Endless(io.RawIOBase):
        def __init__(self) -> None:
            self.left, self.most = 50_000_000, 0

        def readline(self, size: int | None = -1) -> bytes:  # type: ignore[override]
            assert size is not None
            assert size > 0
            self.most = max(self.most, size)
            given = min(size, self.left)
            self.left -= given
            return b"0" * given

    stream = Endless()
    (only,) = dat_file._raw_lines(stream)  # type: ignore[arg-type]
    assert len(only) <= LENGTH + 3
    assert stream.most <= LENGTH + 3


def test_lines_behind_a_long_one_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "f.dat"
    path.write_bytes(b"9" * 1_000 + b"\r\n" + line().encode() + b"\r\n" + b"8" * LENGTH + b"\n")
    first, second, third = read(path, reference="r")
    assert first.fault
    assert (second.number, second.asked is not None) == (2, True)
    assert third.fault


CODES = st.from_regex(r"[0-9A-Za-z_.:-]{1,20}", fullmatch=True)


@given(
    st.fixed_dictionaries(
        {
            "宛名番号": st.from_regex(r"[0-9]{1,15}", fullmatch=True),
            "団体内統合宛名番号": st.from_regex(r"[0-9]{15}", fullmatch=True),
            "照会者部署コード": CODES,
            "照会者ユーザーID": CODES,
            "照会側不開示コード": st.sampled_from("01"),
            "事務コード": st.from_regex(r"JM[0-9]{14}", fullmatch=True),
            "照会開始日付": st.dates().map(lambda day: f"{day:%Y}".zfill(4) + f"{day:%m%d}") | st.just(""),
            "照会条件区分": st.sampled_from("0123 "),
        }
    )
)
def test_what_is_written_is_read(values: dict[str, str]) -> None:
    text = line(**values)
    found = parse(text)
    assert ",".join(found[name] for name, _ in COLUMNS) == text
    for name, value in values.items():
        assert found[name].strip().lstrip("0") == value.strip().lstrip("0")


@given(st.binary(max_size=600))
def test_no_bytes_break_the_reading(content: bytes) -> None:
    for number, raw in enumerate(dat_file._raw_lines(io.BytesIO(content)), start=1):
        found = dat_file._line(number, raw, "r")
        assert (found.asked is None) == bool(found.fault)


@given(st.integers(0, LENGTH - 1), st.characters(codec="ascii", exclude_characters="\r\n"))
def test_one_changed_character_is_refused_or_read_as_it_stands(position: int, character: str) -> None:
    text = line()
    changed = text[:position] + character + text[position + 1 :]
    found: dict[str, str] | None
    try:
        found = parse(changed)
    except BadLine:
        found = None
    assert found is None or ",".join(found[name] for name, _ in COLUMNS) == changed
