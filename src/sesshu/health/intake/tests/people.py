"""Invented people and files for the tests of the intake."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sesshu.addressees.keys import name_key
from sesshu.addressees.models import Addressee
from sesshu.health.intake.columns import RESULT_COLUMNS
from sesshu.kernel import clock
from sesshu.kernel.csv_writer import write_csv

HEADER = [column.name for column in RESULT_COLUMNS]
CLINIC = "2410000001"


def person(number: str, name: str, kana: str, birth: date | None, **values: object) -> Addressee:
    values.setdefault("resident_since", birth)
    values.setdefault("sex", "2")
    return Addressee.objects.create(
        number=number,
        name=name,
        name_kana=kana,
        birth_date=birth,
        name_key=name_key(name, kana),
        address_key="",
        updated_at=clock.now(),
        **values,
    )


def row(**cells: str) -> list[str]:
    """A sound row of a dose of MR, with these cells in place of its own."""
    whole = {
        "宛名番号": "0000000101",
        "氏名": "見本 はな子",
        "氏名_読み仮名": "ミホン ハナコ",
        "生年月日": "2025-08-01",
        "結果区分": "1",
        "接種種類": "mr",
        "接種年月日": "2026-09-15",
        "ワクチンコード": "MR",
        "ワクチン名": "ミールビック",
        "製造販売業者": "阪大微研",
        "ロット番号": "HF101",
        "有効期限": "2027-03-31",
        "接種量": "0.5",
        "接種方法": "SC",
        "接種医師名": "例示 一郎",
    } | cells
    assert set(whole) <= set(HEADER)
    return [whole.get(name, "") for name in HEADER]


def file(path: Path, *rows: list[str]) -> Path:
    write_csv(path, HEADER, rows)
    return path
