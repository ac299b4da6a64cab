"""The inquiry file of 18 columns: what is written is read back, and nothing else is taken for it (U04)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sesshu.numbers.exchange import dat
from sesshu.numbers.exchange.dat import BadRow, InquiryRow

# The widths of the public example, written down a second time (facts on the network, 2.6).
WIDTHS = [2, 15, 15, 17, 20, 20, 16, 1, 16, 16, 16, 16, 16, 16, 1, 1, 8, 8]


def digits(many: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=many, max_size=many)


def code(prefix: str) -> st.SearchStrategy[str]:
    return digits(14).map(lambda rest: prefix + rest)


words = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=","), max_size=20)
day = st.just("") | digits(8)
institution = digits(16)
# Leading zeros are the fill, and nobody can tell them apart from it.
rows = st.builds(
    InquiryRow,
    addressee_number=st.from_regex(r"[1-9A-Za-z][0-9A-Za-z]{0,14}", fullmatch=True),
    integrated_number=st.from_regex(r"[1-9][0-9]{14}", fullmatch=True),
    asked_at=digits(17),
    department=words,
    user=words,
    inquirer=institution,
    work=code("JM"),
    procedure=code("JT"),
    provider=institution,
    information=code("TM"),
    nondisclosure=st.sampled_from("01"),
    inquirer_for=st.just("") | institution,
    provider_for=st.just("") | institution,
    condition=digits(1),
    year=digits(1),
    starts_on=day,
    ends_on=day,
)


@given(st.lists(rows, max_size=5))
def test_what_is_written_is_read(given_rows: list[InquiryRow]) -> None:
    content = "".join(map(dat.line, given_rows)).encode("ascii")
    assert dat.parsed(content) == given_rows


@given(rows)
def test_every_line_has_the_widths_of_the_form(row: InquiryRow) -> None:
    text = dat.line(row)
    assert text.endswith("\r\n")
    assert [len(cell) for cell in text[:-2].split(",")] == WIDTHS
    assert text.isascii()


@given(rows, st.data())
def test_a_line_that_lost_or_gained_a_character_is_refused(row: InquiryRow, data: st.DataObject) -> None:
    text = dat.line(row)
    at = data.draw(st.integers(0, len(text) - 3))
    longer = text[:at] + "0" + text[at:]
    for wrong in (text[:at] + text[at + 1 :], longer):
        with pytest.raises(BadRow, match="1行目"):
            dat.parsed(wrong.encode())


@given(st.binary(max_size=300))
def test_anything_else_is_refused_in_words(content: bytes) -> None:
    if content == b"":
        return
    with pytest.raises(BadRow, match=r"行目|半角|改行"):
        dat.parsed(content)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("addressee_number", ""),
        ("addressee_number", "1" * 16),
        ("integrated_number", "12a"),
        ("department", "あ"),
        ("department", "a,b"),
        ("user", "x" * 21),
        ("work", "JM1"),
        ("information", "XX00000000000084"),
        ("starts_on", "2026-4-1"),
        ("provider", ""),
        ("user", "x\r\n"),
        ("nondisclosure", "2"),
    ],
)
def test_what_does_not_fit_is_named(column: str, value: str) -> None:
    good = {
        "addressee_number": "1", "integrated_number": "1" * 15, "asked_at": "1" * 17, "department": "D",
        "user": "U", "inquirer": "1" * 16, "work": "JM" + "0" * 14, "procedure": "JT" + "0" * 14,
        "provider": "1" * 16, "information": "TM" + "0" * 14,
    }  # fmt: skip
    assert dat.line(InquiryRow(**good))
    with pytest.raises(BadRow, match=re.escape(dat.COLUMNS[column].title)):
        dat.line(InquiryRow(**good | {column: value}))


def test_a_long_list_is_split(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dat, "ROWS_OF_A_FILE", 2)
    row = InquiryRow(
        "1", "1" * 15, "1" * 17, "D", "U", "1" * 16, "JM" + "0" * 14, "JT" + "0" * 14, "1" * 16,
        "TM" + "0" * 14,
    )  # fmt: skip
    made = list(dat.files([row] * 5, "X"))
    assert [name for name, _ in made] == ["X_0001.DAT", "X_0002.DAT", "X_0003.DAT"]
    assert [len(dat.parsed(content)) for _, content in made] == [2, 2, 1]
