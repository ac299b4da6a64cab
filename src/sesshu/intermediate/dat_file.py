"""A line of a file of inquiries (.DAT): 18 columns of fixed width, joined by commas, no heading, CRLF.

The layout is that of a real batch of inquiries; its 宛名番号 (column 2) is passed over, since this server has
no business with it (M14).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from sesshu.intermediate.inquiring import AskedInquiry
from sesshu.protocol import codes

COLUMNS = (
    ("番号体系", 2), ("宛名番号", 15), ("団体内統合宛名番号", 15), ("照会依頼日時", 17),
    ("照会者部署コード", 20), ("照会者ユーザーID", 20), ("照会者機関コード", 16), ("照会側不開示コード", 1),
    ("事務コード", 16), ("事務手続コード", 16), ("照会者機関コード(委任元)", 16),
    ("提供者機関コード(委任元)", 16), ("提供者機関コード", 16), ("特定個人情報名コード", 16),
    ("照会条件区分", 1), ("照会年度区分", 1), ("照会開始日付", 8), ("照会終了日付", 8),
)  # fmt: skip
LENGTH = sum(width for _, width in COLUMNS) + len(COLUMNS) - 1
_PATTERNS = {
    "番号体系": r"01",
    "団体内統合宛名番号": codes.INTEGRATED_NUMBER,
    "照会者部署コード": r"[0-9A-Za-z_.:-]* *",
    "照会者ユーザーID": r"[0-9A-Za-z_.:@-]+ *",
    "照会者機関コード": codes.INSTITUTION,
    "照会側不開示コード": r"[01]",
    "事務コード": codes.WORK,
    "事務手続コード": codes.PROCEDURE,
    "照会者機関コード(委任元)": r" {16}",
    "提供者機関コード(委任元)": r" {16}",
    "提供者機関コード": codes.INSTITUTION,
    "特定個人情報名コード": codes.INFORMATION,
    "照会条件区分": r"[0-9 ]",
    "照会年度区分": r"[0-9 ]",
}
_COMPILED = {name: re.compile(pattern) for name, pattern in _PATTERNS.items()}
_HINTS = {
    "番号体系": "01 としてください。",
    "照会者機関コード(委任元)": "委任による照会は扱っていません。空白としてください。",
    "提供者機関コード(委任元)": "委任による照会は扱っていません。空白としてください。",
    "照会側不開示コード": "0 または 1 としてください。",
}
_BLANK_DATE = " " * 8


class BadLine(ValueError):
    """The line is no inquiry; the message names the column and says what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """``number`` counts from 1; ``fault`` where it is no inquiry. ``inquirer``: whose file it is."""

    number: int
    asked: AskedInquiry | None
    inquirer: str = ""
    fault: str = ""


def read(path: Path, *, reference: str, after: int = 0) -> Iterator[Line]:
    """The lines behind the first ``after``; an inquiry's reference is ``<reference>.<line>``."""
    with path.open("rb") as stream:
        for number, raw in enumerate(_raw_lines(stream), start=1):
            if number > after:
                yield _line(number, raw, reference)


def parse(text: str) -> dict[str, str]:
    """The columns by name, each of its width. :raises BadLine: when it is otherwise."""
    if len(text) != LENGTH:
        raise BadLine(f"1行の長さが{LENGTH}文字ではありません({len(text)}文字)。桁数を確かめてください。")
    values, start = {}, 0
    for name, width in COLUMNS:
        values[name] = text[start : start + width]
        start += width
        if start < LENGTH and text[start] != ",":
            raise BadLine(f"「{name}」の後に区切り(,)がありません。桁数を確かめてください。")
        start += 1
    for name, pattern in _COMPILED.items():
        if not pattern.fullmatch(values[name]):
            raise BadLine(f"「{name}」が正しくありません。{_HINTS.get(name, '桁数と値を確かめてください。')}")
    return values


def written(values: dict[str, str]) -> str:
    """A line of these columns, numbers filled with zeros and texts with spaces; for tests and tools."""
    return ",".join(_filled(name, values.get(name, ""), width) for name, width in COLUMNS)


def _filled(name: str, value: str, width: int) -> str:
    return value.zfill(width) if name in ("宛名番号", "団体内統合宛名番号") else value.ljust(width)


def _raw_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Lines without their ends; of one that is far too long only the beginning is kept in memory."""
    while raw := stream.readline(LENGTH + 3):
        while not raw.endswith(b"\n") and (more := stream.readline(LENGTH + 3)):
            raw = raw[: LENGTH + 1] + (b"\n" if more.endswith(b"\n") else b"")
        yield raw.rstrip(b"\r\n")


def _line(number: int, raw: bytes, reference: str) -> Line:
    try:
        values = parse(raw.decode("ascii"))
        return Line(number, _asked(values, number, f"{reference}.{number}"), values["照会者機関コード"])
    except UnicodeDecodeError:
        return Line(number, None, fault="半角の英数字以外の文字があります。")
    except BadLine as error:
        return Line(number, None, fault=str(error))


def _asked(values: dict[str, str], number: int, reference: str) -> AskedInquiry:
    _check_moment(values["照会依頼日時"])
    return AskedInquiry(
        reference=reference,
        integrated_number=values["団体内統合宛名番号"],
        provider=values["提供者機関コード"],
        item="",
        information=values["特定個人情報名コード"],
        starts_on=_date(values, "照会開始日付"),
        ends_on=_date(values, "照会終了日付"),
        department=values["照会者部署コード"].rstrip(),
        nondisclosure=values["照会側不開示コード"] == "1",
        actor=values["照会者ユーザーID"].rstrip(),
        work=values["事務コード"],
        procedure=values["事務手続コード"],
        line=number,
    )


def _check_moment(text: str) -> None:
    try:
        if not (text.isascii() and text.isdigit()):
            raise ValueError
        datetime.strptime(text, "%Y%m%d%H%M%S%f")  # noqa: DTZ007
    except ValueError:
        raise BadLine(
            "「照会依頼日時」が正しくありません。年月日時分秒ミリ秒の17桁で指定してください。"
        ) from None


def _date(values: dict[str, str], name: str) -> date | None:
    text = values[name]
    if text == _BLANK_DATE:
        return None
    try:
        if not (text.isascii() and text.isdigit()):
            raise ValueError
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise BadLine(f"「{name}」が日付ではありません。年月日の8桁か空白で指定してください。") from None
