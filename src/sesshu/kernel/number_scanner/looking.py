"""Opens one wrapping after the other and looks for digits in each."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator

from sesshu.kernel.number_scanner import printed, tables, wrappings
from sesshu.kernel.number_scanner.findings import Finding, Search, Shape, inside
from sesshu.kernel.number_scanner.shapes import hits
from sesshu.kernel.text_files import NotText, detect

_DEPTH = 5
# Parts of a workbook that are read as its cells.
_CELLS = ("xl/worksheets/", "xl/sharedStrings.xml")


def look_into(
    data: bytes, name: str, search: Search, *, where: str = "", depth: int = 0
) -> Iterator[Finding]:
    """All findings in ``data`` and in what it wraps, to a depth beyond which nothing passes unseen."""
    where = where or name
    try:
        yield from _by_kind(data, name, search, where, depth)
    except wrappings.Unreadable as reason:
        yield Finding(where, f"中身({reason})", Shape.UNREADABLE)
        yield from _plain(data, search, where)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError):
        yield Finding(where, "中身(壊れた圧縮ファイル)", Shape.UNREADABLE)
        yield from _plain(data, search, where)


def _by_kind(data: bytes, name: str, search: Search, where: str, depth: int) -> Iterator[Finding]:
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _in_archive(data, search, where, depth)
        return
    text = _table_text(data, name)
    if text is not None:
        try:
            yield from tables.in_rows(tables.text_rows(text, name), where, search)
        except csv.Error:  # a cell beyond what a table may hold; its digits count all the same
            yield from _plain(data, search, where)
        yield from _wrapped(text.encode(), search, where, depth)
        return
    if printed.is_pdf(data):
        for part, content in printed.parts(data):
            yield from look_into(content, "", search, where=inside(where, part), depth=depth + 1)
        return
    yield from _plain(data, search, where)
    if data.lstrip()[:1] == b"<":
        yield from _plain(wrappings.without_tags(data), search, where)
    yield from _wrapped(data, search, where, depth)


def _plain(data: bytes, search: Search, where: str) -> Iterator[Finding]:
    for hit in hits(data, search):
        yield Finding(where, f"{hit.offset + 1}バイト目", hit.shape)


def _wrapped(data: bytes, search: Search, where: str, depth: int) -> Iterator[Finding]:
    if depth >= _DEPTH:
        return
    for kind, content in wrappings.decoded_texts(data):
        yield from look_into(content, "", search, where=inside(where, kind), depth=depth + 1)
    for kind, content in wrappings.inflated(data):
        yield from look_into(content, "", search, where=inside(where, kind), depth=depth + 1)


def _in_archive(data: bytes, search: Search, where: str, depth: int) -> Iterator[Finding]:
    if depth >= _DEPTH:
        raise wrappings.Unreadable("圧縮が深すぎます")
    names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    workbook = "xl/workbook.xml" in names
    if workbook:
        for title, rows in tables.workbook_sheets(data):
            yield from tables.in_rows(rows, inside(where, f"シート「{title}」"), search)
    for name, content in wrappings.archived(data):
        if not (workbook and name.startswith(_CELLS)):
            yield from look_into(content, name, search, where=inside(where, name), depth=depth + 1)


def _table_text(data: bytes, name: str) -> str | None:
    """The text of a CSV or TSV, UTF-16 too; ``None`` for what is no table."""
    if not tables.is_table(name) or not data:
        return None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode(detect(data).name, "replace")
    except NotText:
        return None
