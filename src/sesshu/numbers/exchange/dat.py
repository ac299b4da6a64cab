"""The inquiry file of the offline link: 18 columns of fixed width, joined by commas, CRLF, no heading.

Widths and order are those seen in a public batch file (docs/operator/numbers.md); all of it is ASCII. Numbers
are filled with zeros on the left, codes with blanks on the right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

ROWS_OF_A_FILE = 10_000
_ASCII = re.compile(r"[\x20-\x2b\x2d-\x7e]*")  # a comma would shift the columns


class BadRow(ValueError):
    """A row does not fit; the message names line and column."""


@dataclass(frozen=True, slots=True)
class Column:
    """``fill``: ``0`` number filled on the left, blank: code filled on the right, none: exactly so long."""

    title: str
    width: int
    fill: str = ""
    pattern: str = ""
    may_be_blank: bool = False


COLUMNS = {
    "system": Column("番号体系", 2, pattern=r"[0-9]{2}"),
    "addressee_number": Column("宛名番号", 15, "0", r"[0-9A-Za-z]+"),
    "integrated_number": Column("団体内統合宛名番号", 15, "0", r"[0-9]+"),
    "asked_at": Column("照会依頼日時", 17, pattern=r"[0-9]{17}"),
    "department": Column("照会者部署コード", 20, " "),
    "user": Column("照会者ユーザーID", 20, " "),
    "inquirer": Column("照会者機関コード", 16, pattern=r"[0-9]{16}"),
    "nondisclosure": Column("照会側不開示コード", 1, pattern=r"[01]"),
    "work": Column("事務コード", 16, pattern=r"JM[0-9]{14}"),
    "procedure": Column("事務手続コード", 16, pattern=r"JT[0-9]{14}"),
    "inquirer_for": Column("照会者機関コード(委任元)", 16, " ", r"[0-9]{16}", may_be_blank=True),
    "provider_for": Column("提供者機関コード(委任元)", 16, " ", r"[0-9]{16}", may_be_blank=True),
    "provider": Column("提供者機関コード", 16, pattern=r"[0-9]{16}"),
    "information": Column("特定個人情報名コード", 16, pattern=r"TM[0-9]{14}"),
    "condition": Column("照会条件区分", 1, pattern=r"[0-9]"),
    "year": Column("照会年度区分", 1, pattern=r"[0-9]"),
    "starts_on": Column("照会開始日付", 8, " ", r"[0-9]{8}", may_be_blank=True),
    "ends_on": Column("照会終了日付", 8, " ", r"[0-9]{8}", may_be_blank=True),
}


@dataclass(frozen=True, slots=True)
class InquiryRow:
    """One inquiry as text, without fill. Days are ``YYYYMMDD`` or empty."""

    addressee_number: str
    integrated_number: str
    asked_at: str
    department: str
    user: str
    inquirer: str
    work: str
    procedure: str
    provider: str
    information: str
    nondisclosure: str = "0"
    system: str = "01"
    inquirer_for: str = ""
    provider_for: str = ""
    condition: str = "1"
    year: str = "0"
    starts_on: str = ""
    ends_on: str = ""


assert {each.name for each in fields(InquiryRow)} == set(COLUMNS)


def stamp(at: datetime) -> str:
    """``YYYYMMDDhhmmssSSS`` of a local time."""
    return f"{at:%Y%m%d%H%M%S}{at.microsecond // 1000:03d}"


def line(row: InquiryRow) -> str:
    """With its CRLF. :raises BadRow: when a value does not fit its column."""
    cells = [_filled(column, getattr(row, name)) for name, column in COLUMNS.items()]
    return ",".join(cells) + "\r\n"


def files(rows: Sequence[InquiryRow], name: str) -> Iterable[tuple[str, bytes]]:
    """Split files ``name_0001.DAT`` …, each of at most :data:`ROWS_OF_A_FILE` rows."""
    for part, start in enumerate(range(0, len(rows), ROWS_OF_A_FILE), start=1):
        text = "".join(line(row) for row in rows[start : start + ROWS_OF_A_FILE])
        yield f"{name}_{part:04d}.DAT", text.encode("ascii")


def parsed(content: bytes) -> list[InquiryRow]:
    """The rows of one file. :raises BadRow: for the first that has not these columns."""
    try:
        lines = content.decode("ascii").split("\r\n")
    except UnicodeDecodeError:
        raise BadRow("ファイルに半角英数字以外の文字があります。") from None
    if lines.pop() != "":
        raise BadRow(f"{len(lines) + 1}行目の終わりに改行(CRLF)がありません。ファイルが途中で切れています。")
    return [_row(number, each) for number, each in enumerate(lines, start=1)]


def _row(number: int, text: str) -> InquiryRow:
    cells = text.split(",")
    if len(cells) != len(COLUMNS):
        raise BadRow(f"{number}行目の項目が{len(cells)}個です。{len(COLUMNS)}個でなければなりません。")
    values: dict[str, Any] = {}
    for (name, column), cell in zip(COLUMNS.items(), cells, strict=True):
        if len(cell) != column.width:
            raise BadRow(
                f"{number}行目「{column.title}」が{len(cell)}桁です。{column.width}桁でなければなりません。"
            )
        values[name] = _checked(column, _bare(column, cell), f"{number}行目")
    return InquiryRow(**values)


def _filled(column: Column, value: str) -> str:
    _checked(column, value, "")
    if len(value) > column.width or (not column.fill and len(value) != column.width):
        raise BadRow(f"「{column.title}」が{column.width}桁に収まりません。")
    return value.rjust(column.width, "0") if column.fill == "0" else value.ljust(column.width)


def _bare(column: Column, cell: str) -> str:
    return (cell.lstrip("0") or "0") if column.fill == "0" else cell.rstrip(" ")


def _checked(column: Column, value: str, where: str) -> str:
    wanted = column.pattern or r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?|"
    fits = re.fullmatch(wanted, value) and _ASCII.fullmatch(value)
    if fits or (column.may_be_blank and not value):
        return value
    raise BadRow(f"{where}「{column.title}」の値が正しくありません。")
