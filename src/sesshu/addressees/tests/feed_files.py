"""Resident feeds for tests, with visibly invented people."""

from __future__ import annotations

import csv
from pathlib import Path

from sesshu.addressees.columns import CHANGE_COLUMNS, RESIDENT_COLUMNS
from sesshu.addressees.importing import ImportReport, import_residents
from sesshu.kernel import clock

WHOLE = [column.name for column in RESIDENT_COLUMNS]
CHANGES = [column.name for column in CHANGE_COLUMNS]


def resident(number: int | str = 1, **cells: str) -> dict[str, str]:
    known = {
        "宛名番号": f"{number:010d}" if isinstance(number, int) else number,
        "世帯番号": "0000000777",
        "宛名種別": "1",
        "氏名": "見本　花子",
        "氏名_読み仮名": "ミホン　ハナコ",
        "性別": "2",
        "生年月日": "2018-04-01",
        "生年月日_不詳フラグ": "0",
        "続柄": "子",
        "世帯主氏名": "見本　太郎",
        "住所_市区町村コード": "242039",
        "住所_町字コード": "0001001",
        "住所_都道府県": "三重県",
        "住所_市区郡町村名": "伊勢市",
        "住所_町字": "架空町一丁目",
        "住所_番地号表記": "2番地3",
        "住所_郵便番号": "5160000",
        "電話番号": "0599-00-0000",
        "地区": "架空地区",
        "住民状態": "1",
        "住民となった年月日": "2018-04-01",
        "課税非課税区分": "1",
        "生活保護区分": "0",
        "支援措置区分": "0",
    }
    return known | cells


def change(key: str, day: str, reason: str = "07", number: int | str = 1, **cells: str) -> dict[str, str]:
    return {"異動番号": key, "異動事由": reason, "異動年月日": day, **resident(number, **cells)}


def write(path: Path, rows: list[dict[str, str]], *, encoding: str = "utf-8", drop: str = "") -> Path:
    """The whole file, or the changes when the rows have a 異動番号."""
    names = CHANGES if rows and "異動番号" in rows[0] else WHOLE
    names = [name for name in names if name != drop]
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        writer.writerows([row.get(name, "") for name in names] for row in rows)
    return path


def take(path: Path, rows: list[dict[str, str]], *, strict: bool = False, **more: str) -> ImportReport:
    """Write a feed and take it in for the municipality acted for."""
    return import_residents(by=None, at=clock.now(), path=write(path, rows, **more), strict=strict)
