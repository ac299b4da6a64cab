"""Results off a medium, for the business under its own 宛名番号 alone; the integrated number stays here.

Two forms: the intermediate server's CSV with headings, and a ``.DAT`` without, of which the public example
tells a few columns.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sesshu.kernel.csv_writer import CsvWriter
from sesshu.numbers.exchange import media_sealing
from sesshu.numbers.exchange.concealing import concealed
from sesshu.numbers.exchange.media_sealing import BadFile, Entry, Made, Wrote
from sesshu.numbers.exchange.models import Medium
from sesshu.numbers.integrated import finding
from sesshu.protection.tenancy import acting_for

# Columns of a .DAT of results, from 0 (facts on the network, 2.6); what follows them is content.
ADDRESSEE, INTEGRATED, PROVIDER, STATUS, MESSAGE, INFORMATION_STATUS = 1, 2, 12, 23, 24, 25
NORMAL = ("09", "01")
_NUMBER, _PROVIDER, _MESSAGE = "団体内統合宛名番号", "提供者機関コード", "説明"
_STATUSES = ("照会ステータス(明細)", "照会ステータス(特定個人情報名単位)")
_HEADING = ("宛名番号", "提供者機関コード", "照会結果", "メッセージ")


@dataclass(frozen=True, slots=True)
class Result:
    """One row. ``addressee`` where the file has one: it must then fit the number. ``content`` by column."""

    where: str
    number: str
    addressee: str
    provider: str
    is_normal: bool
    message: str
    content: dict[str, str]


def read(source: Path, folder: Path, *, municipality: str, wrote: Wrote, passphrase: str) -> Made:
    """Results of an encrypted ZIP as an encrypted CSV.

    A row of nobody of ours, as another city's, or whose two numbers do not belong together, is refused.

    :raises BadFile: not such a ZIP, another passphrase, or not one row that is ours.
    """
    results = [
        row for name, text in media_sealing.contents(source, passphrase) for row in _results(name, text)
    ]
    with acting_for(municipality):
        numbers = {each.number for each in results}
        ours = finding.addressees_of(wrote.business, numbers)
        good = [each for each in results if _is_ours(each, ours)]
        refused = [
            f"{each.where}: この市区町村の方の結果ではありません。読み込みません。"
            for each in results
            if not _is_ours(each, ours)
        ]
        if not good:
            raise BadFile("\n".join(["読み込める行がありません。", *refused[:50]]))
        entry = Entry(Medium.Kind.RESULTS, len(good), media_sealing.digest_of(source))
        out = folder / f"{source.stem}_results.zip"
        content = _csv(good, ours, numbers)
        return media_sealing.sealed([("results.csv", content)], out, entry, wrote, refused)


def _is_ours(row: Result, ours: dict[str, str]) -> bool:
    addressee = ours.get(row.number)
    told = row.addressee.lstrip("0")
    return addressee is not None and told in ("", addressee.lstrip("0"))


def _csv(rows: Sequence[Result], ours: dict[str, str], numbers: set[str]) -> bytes:
    items = list(dict.fromkeys(name for row in rows for name in row.content))
    with tempfile.TemporaryDirectory(prefix="sesshu-results-") as private:
        path = Path(private) / "results.csv"
        with CsvWriter(path, [*_HEADING, *items]) as writer:
            for row in rows:
                told = [row.message, *(row.content.get(name, "") for name in items)]
                normal = "正常" if row.is_normal else "異常"
                writer.write([ours[row.number], row.provider, normal, *concealed(told, numbers)])
        return path.read_bytes()


def _results(name: str, text: str) -> Iterator[Result]:
    rows = csv.reader(io.StringIO(text))
    if name.upper().endswith(".DAT"):
        yield from _plain(name, rows)
    elif name.lower().endswith(".csv"):
        yield from _headed(name, rows)


def _plain(name: str, rows: Iterable[list[str]]) -> Iterator[Result]:
    for number, row in enumerate(rows, start=1):
        where = f"{name} {number}行目"
        if len(row) <= INFORMATION_STATUS:
            raise BadFile(f"{where}の項目が{len(row)}個です。{INFORMATION_STATUS + 1}個以上必要です。")
        yield Result(
            where, row[INTEGRATED].strip(), row[ADDRESSEE].strip(), row[PROVIDER].strip(),
            (row[STATUS], row[INFORMATION_STATUS]) == NORMAL, row[MESSAGE].strip(),
            {f"項目{at}": cell for at, cell in enumerate(row[INFORMATION_STATUS + 1 :], start=1)},
        )  # fmt: skip


def _headed(name: str, rows: Iterator[list[str]]) -> Iterator[Result]:
    heading = next(rows, [])
    missing = [each for each in (_NUMBER, _PROVIDER, *_STATUSES) if each not in heading]
    if missing:
        raise BadFile(f"{name} の1行目に「{'」「'.join(missing)}」の見出しがありません。")
    for number, row in enumerate(rows, start=2):
        cells = dict(zip(heading, row, strict=False))
        statuses = tuple(cells.pop(each, "") for each in _STATUSES)
        yield Result(
            f"{name} {number}行目", cells.pop(_NUMBER, ""), "", cells.pop(_PROVIDER, ""),
            statuses == NORMAL, cells.pop(_MESSAGE, ""), cells,
        )  # fmt: skip
