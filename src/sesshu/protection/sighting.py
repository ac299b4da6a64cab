"""What leaves is looked over for 個人番号 first; a find stops it and says where (control 39)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sesshu.kernel import number_scanner
from sesshu.kernel.number_scanner import Finding

_TOLD = 5


class NumberFound(ValueError):
    """The file holds values with the shape of an 個人番号. The text tells places, never values."""

    def __init__(self, found: list[Finding]) -> None:
        places = "、".join(map(str, found[:_TOLD]))
        super().__init__(
            f"個人番号の形をした値、または確かめられない中身があるため、出力を止めました（{places}）。"
            "元のデータのその欄を確かめ、番号を取り除いてからやり直してください。"
        )


def refuse_numbers(file: Path, name: str = "") -> None:
    """Look a file over.

    :param name: its name for the recipient, whose ending tells how to read it.
    :raises NumberFound: see the class.
    """
    _refuse(number_scanner.scan_file(file, name=name or file.name))


def refuse_numbers_in(content: bytes, name: str) -> None:
    """:raises NumberFound: see the class."""
    _refuse(number_scanner.scan(content, name=name))


def refuse_numbers_in_rows(title: str, rows: Iterable[Sequence[object]]) -> None:
    """Look over what will be set in type, heading first: digits on paper cannot be read back for certain.

    :raises NumberFound: see the class.
    """
    _refuse(number_scanner.scan_rows(rows, name=title))


def _refuse(findings: Iterator[Finding]) -> None:
    if found := list(findings):
        raise NumberFound(found)
