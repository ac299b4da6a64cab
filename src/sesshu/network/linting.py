"""Looks a list over before it is published: what a row refers to, what stands twice, days and provisions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from sesshu.network.list_file import Item, ItemPart, ListFile

_BASIS = re.compile(
    r"第[一二三四五六七八九十百]+条(の[一二三四五六七八九十]+)?(第[一二三四五六七八九十]+号[イロハニホヘトチリヌ]?)?"
)


def faults(found: ListFile) -> Iterator[str]:
    """What is wrong, in words that name the place and what to do."""
    yield from _field_sets(found)
    yield from _items(found)
    for item in found.items:
        for part in item.parts:
            yield from _part(found, item, part)


def _field_sets(found: ListFile) -> Iterator[str]:
    for name, fields in found.field_sets.items():
        if not fields:
            yield f"field_sets の {name}: 項目がありません。"
        for field in _repeated(fields):
            yield f"field_sets の {name}: 項目「{field}」が二度あります。"
    for code, information in found.information.items():
        if information.fields not in found.field_sets:
            yield f"information の {code}: field_sets に「{information.fields}」がありません。"
    used = {part.information for item in found.items for part in item.parts}
    for code in sorted(set(found.information) - used):
        yield f"information の {code}: どの項でも使われていません。消すか、項に書き足してください。"


def _items(found: ListFile) -> Iterator[str]:
    for number in _repeated([item.item for item in found.items]):
        yield f"{number}の項が二度あります。一つにまとめてください。"
    for code in _repeated([item.work.code for item in found.items]):
        yield f"事務コード {code} が二つの項で使われています。"
    for code in _repeated([code for item in found.items for code in item.procedures]):
        yield f"事務手続コード {code} が二つの項で使われています。"
    for item in found.items:
        for part in _repeated([part.part for part in item.parts]):
            yield f"{item.item}-{part}: 同じ番号の行が二度あります。"
        for code in sorted(set(item.procedures) - {part.procedure for part in item.parts}):
            yield f"{item.item}の項: 事務手続 {code} の行がありません。"
        for kind in _repeated(item.inquirers):
            yield f"{item.item}の項: 照会者の種別 {kind} が二度あります。"


def _part(found: ListFile, item: Item, part: ItemPart) -> Iterator[str]:
    place = f"{item.item}-{part.part}"
    if part.information not in found.information:
        yield f"{place}: information に {part.information} がありません。"
    if part.procedure not in item.procedures:
        yield f"{place}: この項の procedures に {part.procedure} がありません。"
    if not _BASIS.fullmatch(part.basis):
        yield f"{place}: 根拠「{part.basis}」は「第二十七条第一号イ」の形で書いてください。"
    for kind in _repeated(part.providers):
        yield f"{place}: 提供者の種別 {kind} が二度あります。"
    if part.ends_on and part.ends_on < (part.starts_on or found.starts_on):
        yield f"{place}: 終了日 {part.ends_on} が開始日より前です。"


def _repeated(values: object) -> list[object]:
    return [value for value, times in Counter(values).items() if times > 1]  # type: ignore[call-overload]
