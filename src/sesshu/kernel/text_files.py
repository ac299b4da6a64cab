"""Text out of files that others made: what it is encoded in, and its lines in flat memory."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

Source = str | Path | bytes

_BLOCK = 1 << 18
# Longer than any line of a table whose cells keep their limit; what is beyond is dropped, not stored.
LINE_LIMIT = 1_000_000
_EXPORT = "元のシステムから CSV(UTF-8)で出力し直してください。"
_FOREIGN = (
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "Excel(xlsx)または ZIP"),
    (b"PK\x05\x06", "ZIP"),
    (b"\xd0\xcf\x11\xe0", "Excel(xls)などの Office"),
    (b"\x1f\x8b", "圧縮(gzip)"),
    (b"\x89PNG", "画像(PNG)"),
    (b"\xff\xd8\xff", "画像(JPEG)"),
    (b"{\\rtf", "リッチテキスト"),
)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class NotText(ValueError):
    """The file is no text that can be read; the message says what it is and what to do."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """`name` for the codecs; `damaged` when some bytes fit neither encoding and are read as U+FFFD."""

    name: str
    damaged: bool = False


def open_source(source: Source) -> BinaryIO:
    """The bytes of a path or of a value already in memory."""
    return BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb")


def detect(source: Source) -> Encoding:
    """UTF-8 with or without BOM, else CP932. Reads the whole file once or twice, in blocks.

    Raises NotText for an empty file, UTF-16, and files of other kinds such as PDF or Excel.
    """
    with open_source(source) as stream:
        head = stream.read(4096)
    _refuse_foreign(head)
    name = "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
    if _decodes(source, name):
        return Encoding(name)
    if name == "utf-8" and _decodes(source, "cp932"):
        return Encoding("cp932")
    return Encoding(name if _first_line_is_utf8(head) else "cp932", damaged=True)


def lines(source: Source, encoding: Encoding) -> Iterator[str]:
    """The lines with their ends as LF or CR LF; of a line beyond LINE_LIMIT only the beginning.

    A file whose lines end with CR alone is read too. The balance of quotation marks of a cut line is kept
    by one more mark, so that whoever splits the records can tell whether a cell is still open after it.
    """
    decoder = codecs.getincrementaldecoder(encoding.name)("replace" if encoding.damaged else "strict")
    with open_source(source) as stream:
        rest, separator = "", ""
        while block := stream.read(_BLOCK):
            text = rest + decoder.decode(block)
            separator = separator or _separator(text)
            *whole, rest = text.split(separator)
            for line in whole:
                yield line + "\n" if len(line) <= LINE_LIMIT else _cut(line) + "\n"
            if len(rest) > LINE_LIMIT:
                rest = _cut(rest)
        if rest:
            yield rest + "\n"


def _cut(line: str) -> str:
    odd = line.count('"', LINE_LIMIT) % 2
    return line[:LINE_LIMIT] + '"' * odd


def _separator(text: str) -> str:
    return "\r" if "\r" in text and "\n" not in text else "\n"


def _decodes(source: Source, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        with open_source(source) as stream:
            while block := stream.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _first_line_is_utf8(head: bytes) -> bool:
    first = head.split(b"\n", 1)[0]
    try:
        return not first.decode("utf-8").isascii()
    except UnicodeDecodeError:
        return False


def _refuse_foreign(head: bytes) -> None:
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise NotText(f"ファイルが空です。{_EXPORT}")
    for magic, kind in _FOREIGN:
        if head.startswith(magic) or (kind == "PDF" and magic in head[:1024]):
            raise NotText(f"CSV ではなく {kind} のファイルです。{_EXPORT}")
    if head.startswith(_UTF16):
        raise NotText("文字コードが UTF-16 です。「CSV UTF-8」の形式で保存し直してください。")
    control = sum(byte < 9 or 13 < byte < 32 for byte in head)
    if control >= 50 and control * 20 > len(head):
        raise NotText(f"CSV ではないファイル(バイナリ)です。{_EXPORT}")
