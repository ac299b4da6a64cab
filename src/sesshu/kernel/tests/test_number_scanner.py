"""The scanner finds a planted 個人番号 in every wrapping and leaves other numbers alone (control 39)."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import random
import zipfile
import zlib

import openpyxl
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from sesshu.kernel.check_digits import individual_number_check_digit
from sesshu.kernel.number_scanner import Shape, contains_number, scan

NUMBER = "123456789018"


def with_digit(first11: str) -> str:
    return first11 + str(individual_number_check_digit(first11))


numbers = st.text("0123456789", min_size=11, max_size=11).map(with_digit)
# Text around a number; no digits, which would make the row longer than twelve.
around = st.text(
    st.characters(blacklist_categories=["Nd", "Cs"], blacklist_characters="０１２３４５６７８９")
)
encodings = st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-16-be"])


def shapes(content: bytes | str, **options: object) -> set[Shape]:
    return {finding.shape for finding in scan(content, **options)}


@given(numbers, around, around, encodings)
def test_a_number_in_text_of_any_encoding(number: str, before: str, after: str, encoding: str) -> None:
    assert Shape.PLAIN in shapes(f"{before} {number} {after}".encode(encoding))


@given(numbers, st.sampled_from([" ", "-", "－", "‐", "\u3000", "・", "."]), st.sampled_from([4, 3, 1]))
def test_a_number_in_groups(number: str, separator: str, size: int) -> None:
    grouped = separator.join(number[start : start + size] for start in range(0, 12, size))
    assert shapes(f"番号:{grouped}。") == {Shape.GROUPED}


@given(numbers, around)
def test_full_width_digits(number: str, before: str) -> None:
    wide = number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert Shape.PLAIN in shapes(f"{before}{wide}")
    assert Shape.PLAIN in shapes(f"番号{wide}".encode("cp932"))
    assert Shape.PLAIN in shapes(f"番号{wide}".encode("utf-16-le"))


@given(numbers, st.binary(max_size=40), st.binary(max_size=40), st.integers(0, 2))
@settings(deadline=None)
def test_base64_at_all_three_alignments(number: str, before: bytes, after: bytes, shift: int) -> None:
    content = before[: len(before) // 3 * 3] + b"x" * shift + b"," + number.encode() + b"," + after
    for encoded in (
        base64.b64encode(content),
        base64.urlsafe_b64encode(content),
        base64.encodebytes(content),
    ):
        assert Shape.PLAIN in shapes(b'{"payload":"' + encoded + b'"}')


@given(numbers, st.binary(max_size=200))
@settings(deadline=None)
def test_compressed_and_hexadecimal(number: str, before: bytes) -> None:
    content = before + b"\n" + number.encode() + b"\n"
    for wrapped in (
        gzip.compress(content),
        b"\x00junk\xff" + zlib.compress(content),
        rb"\x" + content.hex().encode(),
        b"a" + content.hex().upper().encode(),
        base64.b64encode(gzip.compress(content)),
    ):
        assert Shape.PLAIN in shapes(wrapped)


def test_a_session_of_the_framework_is_read() -> None:
    packed = base64.urlsafe_b64encode(
        zlib.compress(b'{"number":"%s","x":"aaaaaaaaaaaaaa"}' % NUMBER.encode())
    )
    assert Shape.PLAIN in shapes(b"." + packed.rstrip(b"=") + b":1w2x3y:signature")


def test_a_mainframes_file_is_read() -> None:
    assert shapes(f"  {NUMBER}  ".encode("cp1140")) == {Shape.PLAIN}


def workbook(rows: list[list[object]], *, hidden: bool = False) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["見出し"])
    sheet = book.create_sheet("明細")
    sheet.sheet_state = "hidden" if hidden else "visible"
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("value", [NUMBER, int(NUMBER), float(NUMBER), "1234-5678-9018", "123,456,789,018"])
def test_a_cell_of_a_workbook(value: object) -> None:
    found = list(scan(workbook([["氏名", "備考"], ["山田", value]], hidden=True), name="一覧.xlsx"))
    assert [str(finding) for finding in found] == ["一覧.xlsx > シート「明細」の2行目2列目"]


def test_a_comment_of_a_workbook() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "氏名"
    book.active["A1"].comment = openpyxl.comments.Comment(f"番号は{NUMBER}", "係")
    stream = io.BytesIO()
    book.save(stream)
    assert shapes(stream.getvalue(), name="a.xlsx") == {Shape.PLAIN}


@pytest.mark.parametrize("text", [NUMBER, "1234 5678 9018", "1 2 3 4 5 6 7 8 9 0 1 8"])
def test_a_printed_page(text: str) -> None:
    page = typst.compile(f"#set page(width: 10cm, height: 5cm)\n番号 {text} です".encode())
    assert shapes(page, name="通知.pdf")


def test_a_printed_page_of_other_numbers_is_left_alone() -> None:
    page = typst.compile("件数 120 340 560 780 令和8年11月28日 0596-22-1234 90123".encode())
    assert shapes(page, name="通知.pdf") == set()


def test_an_archive_in_an_archive() -> None:
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("内.txt", f"番号 {NUMBER}")
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("外.zip", inner.getvalue())
    (found,) = scan(outer.getvalue(), name="全部.zip")
    assert found.where == "全部.zip > 外.zip > 内.txt"
    assert NUMBER not in repr(found)


def test_what_cannot_be_opened_does_not_pass() -> None:
    import pyzipper

    stream = io.BytesIO()
    with pyzipper.AESZipFile(stream, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"a-long-password")
        archive.writestr("a.txt", b"nothing")
    assert shapes(stream.getvalue(), name="a.zip") == {Shape.UNREADABLE}
    assert shapes(b"PK\x03\x04 broken", name="a.zip") == {Shape.UNREADABLE}
    assert shapes(b"%PDF-1.7 broken", name="a.pdf") == {Shape.UNREADABLE}


def test_a_bomb_is_reported_and_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    from sesshu.kernel.number_scanner import wrappings

    monkeypatch.setattr(wrappings, "LIMIT", 10_000)
    assert shapes(gzip.compress(b"x" * 100_000)) == {Shape.UNREADABLE}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"x" * 100_000)
    assert shapes(stream.getvalue(), name="a.zip") == {Shape.UNREADABLE}


def table(headings: list[str], rows: list[list[str]], encoding: str = "utf-8-sig") -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows([["予防接種 未接種者一覧"], headings, *rows])
    return stream.getvalue().encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932", "utf-16"])
def test_addressee_numbers_of_twelve_digits_are_left_alone(encoding: str) -> None:
    rows = [[f"{2_000_000_000_00 + row}", "山田 太郎"] for row in range(3_000)]
    assert shapes(table(["宛名番号", "氏名"], rows, encoding), name="a.csv") == set()


def test_individual_numbers_under_another_heading_are_found_as_a_column() -> None:
    chance = random.Random(1)
    rows = [[with_digit(f"{chance.randrange(10**11):011d}"), "山田 太郎"] for _ in range(20)]
    (found,) = scan(table(["宛名番号", "氏名"], rows), name="a.csv")
    assert (found.shape, found.where) == (Shape.COLUMN, "a.csv > 列「宛名番号」")


def test_a_number_in_a_cell_of_another_column_says_where() -> None:
    rows = [["1", ""], ["2", f"本人より {NUMBER} と申出"]]
    assert [str(finding) for finding in scan(table(["宛名番号", "備考"], rows), name="a.csv")] == [
        "a.csvの4行目2列目"
    ]


def test_known_numbers_are_left_alone() -> None:
    assert shapes(f"宛名番号 {NUMBER}", known={NUMBER}) == set()


@given(st.text("0123456789", min_size=12, max_size=12).filter(lambda t: t != with_digit(t[:11])))
def test_a_wrong_check_digit_is_no_finding(digits: str) -> None:
    assert shapes(digits) == set()


@given(st.text("0123456789", min_size=13, max_size=30), numbers)
def test_longer_rows_are_no_finding_unless_windows_are_asked_for(digits: str, number: str) -> None:
    assert shapes(digits) == set()
    assert shapes(digits + number, suspects={number}.__contains__, windows=True) == {Shape.PLAIN}


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-28 10:32:45.123456",
        "20261128103245",
        "0596-22-1234",
        "1,234,567",
        "",
        "12345678901",
        "a" * 4000,
    ],
)
def test_ordinary_content_is_left_alone(text: str) -> None:
    assert shapes(text) == set()


@given(st.binary(max_size=2000))
@settings(deadline=None)
def test_any_bytes_are_survived(content: bytes) -> None:
    list(scan(content))
    list(scan(content, name="a.csv"))
    list(scan(b"PK\x03\x04" + content, name="a.xlsx"))


def test_short_texts_are_asked_in_one_word() -> None:
    assert contains_number(["", f"番号{NUMBER}"])
    assert not contains_number(["電話 0596-22-1234"])
