"""Binds the chunks that Typst made into one PDF, writing as it goes: memory does not grow with the pages.

A general PDF library keeps every object of the output in memory until it saves. The chunks here all come
from one writer, whose files are plain (PDF 1.7, ISO 32000-1: classic cross-reference table, no object
streams), so renumbering their objects and appending them is enough. Anything else is refused, not guessed at.
"""

import re
from array import array
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

_REFERENCE = re.compile(rb"(\d+) 0 R\b")
_ROOT = re.compile(rb"/Root (\d+) 0 R")
_PAGES = re.compile(rb"/Pages (\d+) 0 R")
_COUNT = re.compile(rb"/Count (\d+)")
_OBJECT = re.compile(rb"(\d+) 0 obj\n")
_STREAM = b"\nstream\n"
_CATALOGUE, _TREE = 1, 2


class NotBindable(ValueError):
    """The chunk is not a PDF of the plain kind that Typst writes."""


class Volume:
    """One PDF file under way. Use as a context manager; the file is complete after a clean exit."""

    def __init__(self, path: Path) -> None:
        self.pages = 0
        self._path = path
        self._offsets = array("Q", [0, 0, 0])
        self._kids: list[int] = []

    def __enter__(self) -> "Volume":
        self._file: BinaryIO = self._path.open("wb")
        self._file.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._file.close()

    def append(self, chunk: bytes) -> None:
        """Adds every page of `chunk`. Raises NotBindable."""
        offsets, root = _read_table(chunk)
        ends = _ends(offsets, chunk)
        tree = _reference(_PAGES, chunk[offsets[root] : ends[root]])
        base = len(self._offsets) - 1
        for number in range(1, len(offsets)):
            if number == root or offsets[number] == 0:
                self._offsets.append(0)
                continue
            body = _renumbered(chunk[offsets[number] : ends[number]], number, base, is_tree=number == tree)
            self._offsets.append(self._file.tell())
            self._file.write(body)
        self._kids.append(base + tree)
        self.pages += _reference(_COUNT, chunk[offsets[tree] : ends[tree]])

    def _finish(self) -> None:
        kids = b" ".join(b"%d 0 R" % kid for kid in self._kids)
        self._write(_CATALOGUE, b"<</Type/Catalog/Pages %d 0 R/Lang(ja-JP)>>" % _TREE)
        self._write(_TREE, b"<</Type/Pages/Count %d/Kids[%s]>>" % (self.pages, kids))
        start = self._file.tell()
        self._file.write(b"xref\n0 %d\n0000000000 65535 f \n" % len(self._offsets))
        for offset in self._offsets[1:]:
            self._file.write(b"%010d 00000 n \n" % offset if offset else b"0000000000 00001 f \n")
        trailer = b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        self._file.write(trailer % (len(self._offsets), _CATALOGUE, start))

    def _write(self, number: int, body: bytes) -> None:
        self._offsets[number] = self._file.tell()
        self._file.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))


def _read_table(chunk: bytes) -> tuple[list[int], int]:
    """Each object's place in the chunk, by number (0: free), and the number of its catalogue."""
    try:
        start = int(chunk[chunk.rindex(b"startxref") + 9 :].split(None, 1)[0])
        trailer = chunk.index(b"trailer", start)
        keyword, first, count, *rest = chunk[start:trailer].split()
        if keyword != b"xref" or first != b"0" or len(rest) != 3 * int(count):
            raise NotBindable("相互参照表の形が違います。")
        places = [int(rest[3 * n]) if rest[3 * n + 2] == b"n" else 0 for n in range(int(count))]
        return places, _reference(_ROOT, chunk[trailer:])
    except (ValueError, IndexError) as error:
        raise NotBindable("Typst の PDF ではありません。") from error


def _ends(offsets: list[int], chunk: bytes) -> list[int]:
    """Where each object ends: where the next one in the file begins, or the table does."""
    order = sorted(number for number, offset in enumerate(offsets) if offset)
    order.sort(key=offsets.__getitem__)
    ends = [0] * len(offsets)
    following = [offsets[number] for number in order[1:]] + [chunk.rindex(b"xref\n0 ")]
    for number, end in zip(order, following, strict=True):
        ends[number] = end
    return ends


def _renumbered(body: bytes, number: int, base: int, *, is_tree: bool) -> bytes:
    """One object under its new number; only what stands before a stream's bytes can hold references."""
    head = _OBJECT.match(body)
    if head is None or int(head[1]) != number or b"/ObjStm" in body[:200]:
        raise NotBindable("オブジェクトの形が違います。")
    split = body.find(_STREAM)
    dictionary, stream = (body[head.end() :], b"") if split < 0 else (body[head.end() : split], body[split:])
    moved = _REFERENCE.sub(lambda match: b"%d 0 R" % (int(match[1]) + base), dictionary)
    if is_tree:
        moved = moved.replace(b"/Type/Pages", b"/Type/Pages/Parent %d 0 R" % _TREE, 1)
    return b"%d 0 obj\n%s%s" % (number + base, moved, stream)


def _reference(pattern: re.Pattern[bytes], text: bytes) -> int:
    found = pattern.search(text)
    if found is None:
        raise NotBindable("PDF の目録が見つかりません。")
    return int(found[1])
