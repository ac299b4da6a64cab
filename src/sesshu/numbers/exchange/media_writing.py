"""Inquiries onto a medium: a business's CSV becomes split files of 18 columns, encrypted."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from sesshu.kernel import clock
from sesshu.kernel.text_files import NotText, detect, lines
from sesshu.numbers.exchange import dat, media_sealing
from sesshu.numbers.exchange.media_sealing import BadFile, Entry, Made, Wrote
from sesshu.numbers.exchange.models import Medium
from sesshu.numbers.integrated import finding
from sesshu.protection.tenancy import acting_for
from sesshu.protocol.codes import institution_of

HEADING = (
    "宛名番号", "照会先機関コード", "事務コード", "事務手続コード", "特定個人情報名コード", "照会開始日付",
    "照会終了日付", "部署コード", "不開示",
)  # fmt: skip
_USER = r"[0-9A-Za-z_.:@-]{1,20}"


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
        entry = Entry(Medium.Kind.INQUIRIES, len(rows))
        return media_sealing.sealed(dat.files(rows, name), folder / f"{name}.zip", entry, wrote, refused)


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
    user = by if re.fullmatch(_USER, by) else "operator"
    at, inquirer = dat.stamp(clock.now()), institution_of(municipality)
    for line, row in asked:
        number = numbers.get(row["宛名番号"])
        if number is None:
            refused.append(f"{line}行目 宛名番号 {row['宛名番号']}: 統合宛名番号がありません。")
            continue
        made = dat.InquiryRow(
            # The intermediate server has no business with the 宛名番号.
            addressee_number="0", integrated_number=number, asked_at=at,
            department=row["部署コード"], user=user, inquirer=inquirer,
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
