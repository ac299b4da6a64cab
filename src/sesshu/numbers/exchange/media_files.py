"""Inquiries onto a medium and results off it. Plain files exist in a private folder, and only meanwhile."""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyzipper

from sesshu.kernel import clock
from sesshu.kernel.csv_writer import CsvWriter
from sesshu.kernel.text_files import NotText, detect, lines
from sesshu.numbers.exchange import dat, media
from sesshu.numbers.exchange.models import Medium
from sesshu.numbers.integrated import finding
from sesshu.protection.taking_out.sealing import drawn_passphrase
from sesshu.protection.tenancy import acting_for
from sesshu.protocol.codes import institution_of

HEADING = (
    "宛名番号", "照会先機関コード", "事務コード", "事務手続コード", "特定個人情報名コード", "照会開始日付",
    "照会終了日付", "部署コード", "不開示",
)  # fmt: skip
# Columns of a result file, from 0: the public example of another information has these and many more.
ADDRESSEE, INTEGRATED, PROVIDER, STATUS, MESSAGE, INFORMATION_STATUS = 1, 2, 12, 23, 24, 25
NORMAL = ("09", "01")
_LARGEST = 512 * 1024 * 1024  # bytes of one unpacked file


class BadFile(ValueError):
    """The file cannot be used; the message says why. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Made:
    """``passphrase`` is shown once and kept nowhere. ``refused`` are rows as sentences."""

    medium: Medium
    path: Path
    passphrase: str
    refused: list[str]


@dataclass(frozen=True, slots=True)
class Wrote:
    """Who wrote on which medium, for which business."""

    serial_number: str
    by: str
    business: str = "019"


def write(source: Path, folder: Path, *, municipality: str, wrote: Wrote) -> Made:
    """Inquiries of a CSV (:data:`HEADING`) as split DAT files in one encrypted ZIP in ``folder``.

    :raises BadFile: no such columns, or no row that can be sent. :raises media.NotAllowed: see there.
    """
    asked = _asked(source)
    with acting_for(municipality):
        numbers = finding.numbers_of(wrote.business, {row["宛名番号"] for _, row in asked})
        rows, refused = _rows(asked, numbers, municipality, wrote.by)
        if not rows:
            raise BadFile("\n".join(["書き出せる行がありません。", *refused[:50]]))
        name = f"SKI_{institution_of(municipality)}_{dat.stamp(clock.now())}"
        return _sealed(
            dat.files(rows, name), folder / f"{name}.zip", refused,
            kind=Medium.Kind.INQUIRIES, rows=len(rows), wrote=wrote,
        )  # fmt: skip


def _asked(source: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        reader = csv.DictReader(lines(source, detect(source)))
    except NotText as error:
        raise BadFile(str(error)) from None
    missing = [each for each in HEADING[:5] if each not in (reader.fieldnames or [])]
    if missing:
        raise BadFile(f"1行目に「{'」「'.join(missing)}」の見出しが必要です。")
    return [(reader.line_num, {name: (row.get(name) or "").strip() for name in HEADING}) for row in reader]


def _rows(
    asked: Iterable[tuple[int, dict[str, str]]], numbers: dict[str, str], municipality: str, by: str
) -> tuple[list[dat.InquiryRow], list[str]]:
    found, refused = [], []
    at, inquirer = dat.stamp(clock.now()), institution_of(municipality)
    for line, row in asked:
        number = numbers.get(row["宛名番号"])
        if number is None:
            refused.append(f"{line}行目 宛名番号 {row['宛名番号']} には統合宛名番号が付番されていません。")
            continue
        made = dat.InquiryRow(
            addressee_number=row["宛名番号"], integrated_number=number, asked_at=at,
            department=row["部署コード"], user=by if by.isascii() else "", inquirer=inquirer,
            work=row["事務コード"], procedure=row["事務手続コード"], provider=row["照会先機関コード"],
            information=row["特定個人情報名コード"], nondisclosure=row["不開示"] or "0",
            starts_on=row["照会開始日付"].replace("-", ""), ends_on=row["照会終了日付"].replace("-", ""),
        )  # fmt: skip
        try:
            dat.line(made)
        except dat.BadRow as bad:
            refused.append(f"{line}行目{bad}")
        else:
            found.append(made)
    return found, refused


def read(source: Path, folder: Path, *, municipality: str, wrote: Wrote, passphrase: str) -> Made:
    """Results of an encrypted ZIP of DAT files, as an encrypted CSV for the business, by its 宛名番号 alone.

    A row whose two numbers do not belong together, as another city's, is refused and not written.

    :raises BadFile: not such a ZIP, another passphrase, or not one row that is ours.
    """
    with acting_for(municipality), tempfile.TemporaryDirectory(prefix="sesshu-results-") as private:
        rows, refused, known = [], [], _results(source, passphrase)
        numbers = {row[INTEGRATED] for _, row in known}
        ours = finding.addressees_of(wrote.business, numbers)
        for where, row in known:
            addressee = ours.get(row[INTEGRATED], "")
            if addressee and row[ADDRESSEE].lstrip("0") == addressee.lstrip("0"):
                rows.append(_result(addressee, row))
            else:
                refused.append(f"{where}: この市区町村の方の結果ではありません。読み込みません。")
        if not rows:
            raise BadFile("\n".join(["読み込める行がありません。", *refused[:50]]))
        plain = Path(private) / "results.csv"
        _csv(plain, rows)
        out = folder / f"{source.stem}_results.zip"
        return _sealed(
            [(plain.name, plain.read_bytes())], out, refused,
            kind=Medium.Kind.RESULTS, rows=len(rows), wrote=wrote,
            digest=hashlib.sha256(source.read_bytes()).hexdigest(),
        )  # fmt: skip


def _result(addressee: str, row: list[str]) -> list[str]:
    normal = (row[STATUS], row[INFORMATION_STATUS]) == NORMAL
    content = [row[at] for at in range(INFORMATION_STATUS + 1, len(row))]
    return [addressee, row[PROVIDER].strip(), "正常" if normal else "異常", row[MESSAGE].strip(), *content]


def _csv(path: Path, rows: list[list[str]]) -> None:
    width = max(map(len, rows)) - 4
    heading = ["宛名番号", "提供者機関コード", "照会結果", "メッセージ"]
    with CsvWriter(path, [*heading, *(f"項目{n}" for n in range(1, width + 1))]) as writer:
        for row in rows:
            writer.write([*row, *[""] * (4 + width - len(row))])


def _results(source: Path, passphrase: str) -> list[tuple[str, list[str]]]:
    found = []
    with _opened(source, passphrase) as book:
        for info in book.infolist():
            if not info.filename.upper().endswith(".DAT"):
                continue
            if info.file_size > _LARGEST:
                raise BadFile(f"「{info.filename}」が大きすぎます。")
            for number, row in enumerate(csv.reader(io.StringIO(_text(book.read(info)))), start=1):
                where = f"{info.filename} {number}行目"
                if len(row) <= INFORMATION_STATUS:
                    raise BadFile(
                        f"{where}の項目が{len(row)}個です。{INFORMATION_STATUS + 1}個以上必要です。"
                    )
                found.append((where, row))
    return found


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


def _sealed(
    contents: Iterable[tuple[str, bytes]], path: Path, refused: list[str], *, kind: Medium.Kind, rows: int,
    wrote: Wrote, digest: str = "",
) -> Made:  # fmt: skip
    """Written whole or not at all, as for taking out: ZIP under AES-256 (WinZip AE-2)."""
    phrase, part, many = drawn_passphrase(), path.with_name(path.name + ".part"), 0
    try:
        with pyzipper.AESZipFile(
            part, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
        ) as book:
            book.setpassword(phrase.encode())
            book.setencryption(pyzipper.WZ_AES, nbits=256)
            for many, (name, content) in enumerate(contents, start=1):  # noqa: B007
                book.writestr(name, content)
        part.chmod(0o600)
        written = hashlib.sha256(part.read_bytes()).hexdigest()
        medium = media.write_down(
            kind=kind, by=wrote.by, serial_number=wrote.serial_number, file_name=path.name,
            digest=digest or written, rows=rows, files=many,
        )  # fmt: skip
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Made(medium, path, phrase, refused)
