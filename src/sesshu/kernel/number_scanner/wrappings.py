"""What digits can be wrapped in: base64, hexadecimal, compression, archives, files of Office."""

from __future__ import annotations

import binascii
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

# Unpacked, a content may grow this large and no larger; what is beyond is a bomb.
LIMIT = 512 * 1024 * 1024
_PHASES = 4
_FIRST_BLOCK, _BLOCK = 256, 1 << 16
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
_BASE64_LINES = re.compile(rb"(?:[A-Za-z0-9+/]{60,76}\r?\n)+[A-Za-z0-9+/]*")
_HEX = re.compile(rb"[0-9a-fA-F]{24,}")
_SMALL, _MANY, _BETWEEN = 4096, 1 << 20, b"\n\xff\xfe\n"
_OPENED_AT_ITS_START = (b"PK", b"%PDF")
_GZIP = b"\x1f\x8b\x08"
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_TAGS = re.compile(rb"<[^<>]{1,4000}>")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


class Unreadable(ValueError):
    """Something that cannot be looked into; the message says what, in Japanese."""


def decoded_texts(data: bytes) -> Iterator[tuple[str, bytes]]:
    """What rows of base64 and hexadecimal characters stand for, from each character they may begin at.

    Small contents come many at once: most of them are words and numbers that stand for nothing.
    """
    small = bytearray()
    for kind, content in _decoded(data):
        if len(content) >= _SMALL or content.startswith(_OPENED_AT_ITS_START):
            yield kind, content
            continue
        small += content + _BETWEEN
        if len(small) >= _MANY:
            yield "base64・16進", bytes(small)
            small.clear()
    if small:
        yield "base64・16進", bytes(small)


def _decoded(data: bytes) -> Iterator[tuple[str, bytes]]:
    for pattern in (_BASE64, _BASE64_LINES):
        for match in pattern.finditer(data):
            row = match[0].translate(_URL_SAFE, b"\r\n")
            for phase in range(_PHASES):
                yield "base64", _base64(row[phase:])
    for match in _HEX.finditer(data):
        for phase in range(2):
            row = match[0][phase:]
            yield "16進", binascii.unhexlify(row[: len(row) // 2 * 2])


def inflated(data: bytes) -> Iterator[tuple[str, bytes]]:
    """What compressed streams hold, wherever in ``data`` they begin. Raises Unreadable for a bomb."""
    for magic, window, kind in ((_GZIP, 31, "gzip"), *((magic, 15, "zlib") for magic in _ZLIB)):
        start = data.find(magic)
        while start >= 0:
            content = _inflate(memoryview(data)[start:], window)
            if content:
                yield kind, content
            start = data.find(magic, start + 1)


def archived(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The members of a ZIP, a file of Office included. Raises Unreadable for encryption and bombs."""
    total = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            total += member.file_size
            if member.flag_bits & 1:
                raise Unreadable(f"{member.filename}は暗号化されています")
            if total > LIMIT:
                raise Unreadable("展開後の大きさが上限を超えます")
            with archive.open(member) as stream:
                yield member.filename, stream.read(LIMIT)
            if member.comment:
                yield f"{member.filename}の注記", member.comment


def without_tags(data: bytes) -> bytes:
    """XML or HTML as its text alone: a number may be cut in two by a tag."""
    return _TAGS.sub(b"", data)


def _base64(row: bytes) -> bytes:
    whole = row[: len(row) // 4 * 4]
    rest = row[len(whole) :]
    tail = rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""
    return binascii.a2b_base64(whole + tail)


def _inflate(data: memoryview, window: int) -> bytes:
    """The content of the stream that begins here, as far as it goes before its end or its damage."""
    inflater, content, start, size = zlib.decompressobj(window), bytearray(), 0, _FIRST_BLOCK
    while start < len(data) and not inflater.eof:
        before = inflater.copy()
        try:
            content += inflater.decompress(data[start : start + size])
        except zlib.error:
            return bytes(content + _up_to_the_damage(before, data[start : start + size]))
        if len(content) > LIMIT:
            raise Unreadable("展開後の大きさが上限を超えます")
        start, size = start + size, _BLOCK
    return bytes(content)


def _up_to_the_damage(inflater: zlib._Decompress, block: memoryview) -> bytes:
    content = bytearray()
    try:
        for start in range(len(block)):
            content += inflater.decompress(block[start : start + 1])
    except zlib.error:
        pass
    return bytes(content)
