"""Validate: what the cells of one row say together, each fault with row, column and remedy.

The types, lengths and codes of single cells are checked by :mod:`sesshu.kernel.cell_checks`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import lru_cache

from sesshu.addressees.feeds import Batch
from sesshu.addressees.rules import holds_individual_number, may_hold_individual_number
from sesshu.kernel.cells import CellError, Column
from sesshu.kernel.check_digits import is_municipality_code
from sesshu.kernel.kana import is_kana

Fault = tuple[int, str, str]  # place in the batch, column, words after the column's name
Check = Callable[[Batch, str], Iterator[Fault]]

PERSONS = ("1", "2")
_KNOWN_NUMBERS = frozenset({"宛名番号", "世帯番号", "異動番号"})
_TELEPHONE = re.compile(r"[0-9][0-9()-]*")
_PAST_ONLY = ("生年月日", "住民となった年月日", "消除年月日", "異動年月日")
_BIRTH_THOUGH_UNKNOWN = "に日付がありますが、不詳フラグが1です。日付を空にするか、フラグを0にしてください。"
_NO_WORDING = "が空です。不詳フラグが1のときは「昭和10年頃」のように書いてください。"
_NO_BIRTH = "が空です。日付を入れるか、不詳なら生年月日_不詳フラグを1にし、不詳表記も書いてください。"
_AFTER_TODAY = "正しい日付にするか、その日以後に取り込んでください。"
_WRONG_MUNICIPALITY = "は検査数字が合いません。検査数字を含む6桁にしてください（例 242039）。"
_INDIVIDUAL_NUMBER = (
    "に個人番号とみられる12桁の数字があります。個人番号は取り込めません。数字を除いてください。"
)
_TOO_MANY_MARKS = "の文字に付く異体字の指定などが多すぎます。指定を減らしてください。"
_TAKEN = "（この行は取り込みます）。"
_LONGEST = 3  # code points to a character: a letter and its marks; more would not fit the database


def errors(batch: Batch, columns: Sequence[Column], today: date) -> list[CellError]:
    """The errors of all rows; a row with one is not taken."""
    found = [fault for check in _ERRORS for fault in check(batch, today.isoformat())]
    found += _individual_numbers(batch, columns)
    found += _overlong(batch, columns)
    return [_told(batch, *fault) for fault in found]


def warnings(batch: Batch, today: date) -> list[CellError]:
    """What staff should look at; the row is taken all the same."""
    return [_told(batch, *fault) for check in _WARNINGS for fault in check(batch, today.isoformat())]


def _told(batch: Batch, place: int, column: str, words: str) -> CellError:
    row = batch.rows[place]
    return CellError(row, column, f"{row}行目: 「{column}」{words}")


@lru_cache(maxsize=1 << 17)
def _day(text: str) -> str:
    """`text` when it is a day, else "": what is no day has its error from the cell's own check."""
    try:
        return text if len(text) == 10 and date.fromisoformat(text) else ""
    except ValueError:
        return ""


def _birth(batch: Batch, today: str) -> Iterator[Fault]:
    rows = zip(
        batch["生年月日"],
        batch["生年月日_不詳フラグ"],
        batch["生年月日_不詳表記"],
        batch["宛名種別"],
        strict=True,
    )
    for place, (birth, unknown, wording, kind) in enumerate(rows):
        if unknown == "1" and birth:
            yield (
                place,
                "生年月日",
                _BIRTH_THOUGH_UNKNOWN,
            )
        elif unknown == "1" and not wording:
            yield (
                place,
                "生年月日_不詳表記",
                _NO_WORDING,
            )
        elif not birth and unknown != "1" and kind in PERSONS:
            yield (
                place,
                "生年月日",
                _NO_BIRTH,
            )


def _future(batch: Batch, today: str) -> Iterator[Fault]:
    for column in _PAST_ONLY:
        if column not in batch.columns:
            continue
        texts = batch[column]
        if max(texts) <= today:
            continue
        for place, text in enumerate(texts):
            if _day(text) > today:
                yield (
                    place,
                    column,
                    f"の「{text}」は今日（{today}）より後です。{_AFTER_TODAY}",
                )


def _before_birth(batch: Batch, today: str) -> Iterator[Fault]:
    for column in ("住民となった年月日", "消除年月日"):
        for place, (birth, day) in enumerate(zip(batch["生年月日"], batch[column], strict=True)):
            if day and day < birth and _day(day) and _day(birth):
                yield place, column, f"の「{day}」が生年月日「{birth}」より前です。どちらかを直してください。"


def _measure_period(batch: Batch, today: str) -> Iterator[Fault]:
    for place, (start, end) in enumerate(zip(batch["支援措置開始日"], batch["支援措置終了日"], strict=True)):
        if not end:
            continue
        if not start:
            yield place, "支援措置開始日", "が空です。終了日があるときは開始日も入れてください。"
        elif _day(end) and end < _day(start):
            yield (
                place,
                "支援措置終了日",
                f"の「{end}」が開始日「{start}」より前です。どちらかを直してください。",
            )


def _codes_of_places(batch: Batch, today: str) -> Iterator[Fault]:
    for column in ("住所_市区町村コード", "転入前住所_市区町村コード"):
        bad = {code for code in set(batch[column]) if code and not is_municipality_code(code)}
        yield from _those(batch, column, bad, _WRONG_MUNICIPALITY)
    for column, length in (("住所_町字コード", 7), ("住所_郵便番号", 7)):
        bad = {c for c in set(batch[column]) if c and not (len(c) == length and c.isascii() and c.isdigit())}
        yield from _those(batch, column, bad, f"は使えません。半角数字{length}桁にしてください。")


def _telephones(batch: Batch, today: str) -> Iterator[Fault]:
    bad = {text for text in set(batch["電話番号"]) if text and not _TELEPHONE.fullmatch(text)}
    yield from _those(batch, "電話番号", bad, "は使えません。半角の数字とハイフンで書いてください。")


def _blanks(batch: Batch, today: str) -> Iterator[Fault]:
    numbers = batch["宛名番号"]
    if " " in "".join(numbers):
        for place, text in enumerate(numbers):
            if " " in text:
                yield place, "宛名番号", f"の「{text}」に空白があります。空白を除いてください。"
    for place, name in enumerate(batch["氏名"]):
        if name and name.isspace():
            yield place, "氏名", "が空白だけです。氏名を入れてください。"


def _those(batch: Batch, column: str, bad: set[str], words: str) -> Iterator[Fault]:
    if bad:
        for place, text in enumerate(batch[column]):
            if text in bad:
                yield place, column, f"の「{text}」{words}"


def _individual_numbers(batch: Batch, columns: Sequence[Column]) -> Iterator[Fault]:
    """個人番号 must not come in: any twelve digits with its check digit, where no such number belongs."""
    for column in columns:
        if column.name in _KNOWN_NUMBERS or column.codes or (column.length or 0) < 12:
            continue
        texts = batch[column.name]
        if not may_hold_individual_number(set(texts)):
            continue
        for place, text in enumerate(texts):
            if holds_individual_number(text):
                yield (
                    place,
                    column.name,
                    _INDIVIDUAL_NUMBER,
                )


def _overlong(batch: Batch, columns: Sequence[Column]) -> Iterator[Fault]:
    """Few characters, but so many marks on them that the database has no room."""
    for column in columns:
        if column.length is None or column.type != "N":
            continue
        room = column.length * _LONGEST
        texts = batch[column.name]
        if max(map(len, texts)) > room:
            for place, text in enumerate(texts):
                if len(text) > room:
                    yield (
                        place,
                        column.name,
                        _TOO_MANY_MARKS,
                    )


def _removal(batch: Batch, today: str) -> Iterator[Fault]:
    for place, (status, day) in enumerate(zip(batch["住民状態"], batch["消除年月日"], strict=True)):
        if status in ("2", "3", "4") and not day:
            yield (
                place,
                "消除年月日",
                f"が空です。転出・死亡などの日が分かれば入れてください{_TAKEN}",
            )
        elif day and status in ("", "1"):
            yield (
                place,
                "消除年月日",
                f"がありますが、住民状態が住民です。確かめてください{_TAKEN}",
            )


def _measure(batch: Batch, today: str) -> Iterator[Fault]:
    rows = zip(batch["支援措置区分"], batch["支援措置開始日"], batch["支援措置終了日"], strict=True)
    for place, (flag, start, end) in enumerate(rows):
        if flag == "1" and not start:
            yield (
                place,
                "支援措置開始日",
                "が空です。取込日から支援措置中とします。開始日を確かめてください。",
            )
        elif flag != "1" and start and (not end or end > today):
            yield (
                place,
                "支援措置区分",
                "が0ですが、終わらない期間があります。安全のため支援措置中とします。",
            )


def _kana(batch: Batch, today: str) -> Iterator[Fault]:
    for column in ("氏名_読み仮名", "通称_読み仮名"):
        texts = batch[column]
        if is_kana(" ".join(texts)) or not any(texts):
            continue
        bad = {text for text in set(texts) if text and not is_kana(text)}
        yield from _those(batch, column, bad, f"に仮名でない文字があります。確かめてください{_TAKEN}")


_ERRORS: tuple[Check, ...] = (
    _birth, _future, _before_birth, _measure_period, _codes_of_places, _telephones, _blanks,
)  # fmt: skip
_WARNINGS: tuple[Check, ...] = (_removal, _measure, _kana)
