"""What leaves is looked over for 個人番号 first; a find stops it and says where (control 39)."""

from __future__ import annotations

from collections.abc import Iterator
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
    """Look a file over, unless :func:`mark` says that this very file has been.

    :param name: its name for the recipient, whose ending tells how to read it.
    :raises NumberFound: see the class.
    """
    if not _is_marked(file):
        _refuse(number_scanner.scan_file(file, name=name or file.name))


def refuse_numbers_in(content: bytes, name: str) -> None:
    """:raises NumberFound: see the class."""
    _refuse(number_scanner.scan(content, name=name))


def _refuse(findings: Iterator[Finding]) -> None:
    if found := list(findings):
        raise NumberFound(found)


def mark(file: Path) -> None:
    """Note that everything in the file was looked over before it was typeset, so that it need not be again."""
    _mark_of(file).write_text(_state(file), encoding="ascii")


def _is_marked(file: Path) -> bool:
    try:
        return _mark_of(file).read_text(encoding="ascii") == _state(file)
    except FileNotFoundError:
        return False


def _mark_of(file: Path) -> Path:
    return file.with_name(f".{file.name}.sighted")


def _state(file: Path) -> str:
    """Changes with the file: a mark is worth nothing for another file in the same place."""
    found = file.stat()
    return f"{found.st_ino} {found.st_size} {found.st_mtime_ns}"
