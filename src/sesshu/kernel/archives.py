"""Workbooks from outside, looked at before anything opens them: no bomb, no entity, nothing out of the way.

An xlsx is a ZIP of XML. Unpacked it may be a thousand times its size, and its XML may declare entities that
grow or that read files (CWE-409, CWE-611, CWE-776); no writer of spreadsheets needs either.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO

LARGEST = 512 * 1024 * 1024  # bytes unpacked, of all members together
MOST_MEMBERS = 5_000
LARGEST_RATIO = 200  # of a member, unpacked to packed; sheets of real cities stay below 40
_SMALL = 1024 * 1024
_BLOCK = 1024 * 1024
_DECLARATION = (b"<!DOCTYPE", b"<!ENTITY")
_LONGEST = max(map(len, _DECLARATION))
_UTF8_MARK = b"\xef\xbb\xbf"


class UnsafeArchive(ValueError):
    """The file must not be opened; the message says why, in Japanese."""


def check_workbook(source: Path | IO[bytes]) -> None:
    """Look through an xlsx without parsing it.

    :raises UnsafeArchive: for a bomb, a document type or entity, encryption, or no ZIP at all.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            _check_sizes(archive.infolist())
            for member in archive.infolist():
                _check_member(archive, member)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        if isinstance(error, UnsafeArchive | FileNotFoundError):
            raise
        raise UnsafeArchive(
            "Excel ファイル（.xlsx）として開けません。壊れているか、別の形式です。"
        ) from error
    finally:
        if not isinstance(source, Path):
            source.seek(0)


def _check_sizes(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise UnsafeArchive("ファイルの中の部品が多すぎます。")
    if sum(member.file_size for member in members) > LARGEST:
        raise UnsafeArchive("展開後の大きさが上限（512MB）を超えます。")
    for member in members:
        if member.flag_bits & 1:
            raise UnsafeArchive("暗号化されています。パスワードを外してください。")
        packed = max(member.compress_size, 1)
        if member.file_size > _SMALL and member.file_size / packed > LARGEST_RATIO:
            raise UnsafeArchive("圧縮率が高すぎるため開きません。")


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """What the directory says of sizes may be a lie: counted again while reading."""
    seen, before = 0, b""
    with archive.open(member) as stream:
        while block := stream.read(_BLOCK):
            if not seen and _is_xml(member.filename):
                _check_encoding(block)
            seen += len(block)
            if seen > member.file_size:
                raise UnsafeArchive("展開後の大きさが、書かれている大きさと違います。")
            if _is_xml(member.filename) and any(word in before + block for word in _DECLARATION):
                raise UnsafeArchive("XML に文書型宣言（DOCTYPE）があるため開きません。")
            before = block[-_LONGEST:]


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml"))


def _check_encoding(block: bytes) -> None:
    # In UTF-16 or EBCDIC the declarations would not be seen as bytes.
    start = block.removeprefix(_UTF8_MARK).lstrip()
    if start[:1] != b"<" or b"\x00" in block[:64]:
        raise UnsafeArchive("XML の文字コードが UTF-8 ではないため開きません。")
    declared = start[: start.find(b"?>") + 2].lower() if start[:5] == b"<?xml" else b""
    if b"encoding" in declared and b"utf-8" not in declared:
        raise UnsafeArchive("XML の文字コードが UTF-8 ではないため開きません。")
