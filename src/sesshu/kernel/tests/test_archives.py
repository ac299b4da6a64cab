"""S09: spreadsheets made to harm, made here as an attacker makes them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from sesshu.kernel import archives
from sesshu.kernel.archives import UnsafeArchive, check_workbook
from sesshu.kernel.number_scanner.tables import workbook_sheets
from sesshu.kernel.number_scanner.wrappings import Unreadable
from sesshu.schedule.checking.workbook import CasesError, read_rows

SHEET = "xl/worksheets/sheet1.xml"
BILLION = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><worksheet>&c;</worksheet>'
)
FILE_OF_THE_HOST = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'
)


def plain() -> bytes:
    book = Workbook()
    book.active.append(["氏名", "日付"])  # type: ignore[union-attr]
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_sheet(content: bytes) -> bytes:
    """The plain workbook with another sheet in the first one's place."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(plain())) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.infolist():
            new.writestr(member.filename, content if member.filename == SHEET else old.read(member))
    return stream.getvalue()


def lying_about_its_size() -> bytes:
    """A member whose directory entry says one byte."""
    made = bytearray(with_sheet(b"<worksheet>" + b" " * 5_000_000 + b"</worksheet>"))
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = made.find(signature)
        while at >= 0:
            name_at = at + (46 if signature == b"PK\x01\x02" else 30)
            if made[name_at : name_at + len(SHEET)] == SHEET.encode():
                made[at + offset : at + offset + 4] = struct.pack("<I", 1)
            at = made.find(signature, at + 1)
    return bytes(made)


def many_members() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(archives.MOST_MEMBERS + 1):
            archive.writestr(f"x{number}.bin", b"")
    return stream.getvalue()


ATTACKS: dict[str, Callable[[], bytes]] = {
    "a billion laughs": lambda: with_sheet(BILLION.encode()),
    "a file of the host": lambda: with_sheet(FILE_OF_THE_HOST.encode()),
    "hidden in UTF-16": lambda: with_sheet(BILLION.encode("utf-16")),
    "hidden in UTF-16 without a mark": lambda: with_sheet(BILLION.encode("utf-16-le")),
    "declared as UTF-7": lambda: with_sheet(b'<?xml version="1.0" encoding="UTF-7"?>+ADw-x/+AD4-'),
    "behind a long comment": lambda: with_sheet(b"<!--" + b"x" * 3_000_000 + b"-->" + BILLION[21:].encode()),
    "across two blocks": lambda: with_sheet(b"<!--" + b"x y" * 349_521 + b"-->  <!DOCTYPE x><worksheet/>"),
    "a bomb": lambda: with_sheet(b"<worksheet>" + b" " * 300_000_000),
    "a lie about its size": lying_about_its_size,
    "too many members": many_members,
    "no archive": lambda: b"PK\x03\x04 broken",
    "nothing": lambda: b"",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_reader_of_workbooks_refuses(attack: str, tmp_path: Path) -> None:
    content = ATTACKS[attack]()
    path = tmp_path / "attack.xlsx"
    path.write_bytes(content)
    with pytest.raises(UnsafeArchive):
        check_workbook(io.BytesIO(content))
    with pytest.raises(Unreadable):
        list(workbook_sheets(content))
    with pytest.raises(CasesError) as refusal:
        read_rows(path)
    assert "root:" not in str(refusal.value)


def test_a_bomb_is_refused_by_its_directory_without_being_unpacked() -> None:
    content = ATTACKS["a bomb"]()
    assert len(content) < 2_000_000
    with pytest.raises(UnsafeArchive, match="圧縮率"):
        check_workbook(io.BytesIO(content))


def test_an_encrypted_workbook_says_what_to_do(tmp_path: Path) -> None:
    import pyzipper

    path = tmp_path / "locked.xlsx"
    with pyzipper.AESZipFile(path, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"secret")
        archive.writestr(SHEET, "<worksheet/>")
    with pytest.raises(UnsafeArchive, match="パスワード"):
        check_workbook(path)


def test_ordinary_workbooks_pass_and_can_be_read_afterwards() -> None:
    stream = io.BytesIO(plain())
    check_workbook(stream)
    assert stream.tell() == 0
    assert [list(rows) for _, rows in workbook_sheets(stream.getvalue())] == [[("氏名", "日付")]]


@given(st.binary(max_size=300))
def test_no_bytes_break_the_look(content: bytes) -> None:
    with pytest.raises(UnsafeArchive):
        check_workbook(io.BytesIO(content))
