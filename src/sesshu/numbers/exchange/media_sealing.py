"""The files of a medium: ZIP under AES-256 (WinZip AE-2), as for taking out. There is no plain mode."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyzipper

from sesshu.numbers.exchange import media
from sesshu.numbers.exchange.models import Medium
from sesshu.protection.taking_out.sealing import drawn_passphrase

_LARGEST = 512 * 1024 * 1024  # bytes of one unpacked file


class BadFile(ValueError):
    """The file cannot be used; the message says why. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Wrote:
    """Who wrote on which medium, for which business."""

    serial_number: str
    by: str
    business: str = "019"


@dataclass(frozen=True, slots=True)
class Made:
    """``passphrase`` is shown once and kept nowhere. ``refused`` are rows as sentences."""

    medium: Medium
    path: Path
    passphrase: str
    refused: list[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """What the register says of a file; ``digest`` that of what was read, none for what is written here."""

    kind: Medium.Kind
    rows: int
    digest: str = ""


def sealed(
    contents: Iterable[tuple[str, bytes]], path: Path, entry: Entry, wrote: Wrote, refused: list[str]
) -> Made:
    """Written whole or not at all, and registered. :raises media.NotAllowed: see there."""
    phrase, part, many = drawn_passphrase(), path.with_name(path.name + ".part"), 0
    try:
        with pyzipper.AESZipFile(
            part, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
        ) as book:
            book.setpassword(phrase.encode())
            book.setencryption(pyzipper.WZ_AES, nbits=256)
            for name, content in contents:
                book.writestr(name, content)
                many += 1
        part.chmod(0o600)
        medium = media.write_down(
            kind=entry.kind, by=wrote.by, serial_number=wrote.serial_number, file_name=path.name,
            digest=entry.digest or digest_of(part), rows=entry.rows, files=many,
        )  # fmt: skip
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Made(medium, path, phrase, refused)


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def contents(source: Path, passphrase: str) -> Iterator[tuple[str, str]]:
    """Names and texts of the files in an encrypted ZIP.

    :raises BadFile: not such a ZIP, another passphrase, a file too large or of no known encoding.
    """
    with _opened(source, passphrase) as book:
        for info in book.infolist():
            if info.file_size > _LARGEST:
                raise BadFile(f"「{info.filename}」が大きすぎます。")
            yield info.filename, _text(book.read(info))


@contextmanager
def _opened(source: Path, passphrase: str) -> Iterator[pyzipper.AESZipFile]:
    try:
        with pyzipper.AESZipFile(source) as book:
            if any(not info.flag_bits & 1 for info in book.infolist()):
                raise BadFile("暗号化されていないファイルは読み込みません。")
            book.setpassword(passphrase.encode())
            yield book
    except (zipfile.BadZipFile, pyzipper.zipfile.BadZipFile):
        raise BadFile("暗号化された ZIP ファイルではないか、壊れています。") from None
    except RuntimeError:
        raise BadFile("合言葉が違います。確かめてください。") from None


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile("結果ファイルの文字コードを判別できません。")
