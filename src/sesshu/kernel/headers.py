"""Fitting the header of a file to the columns expected, with advice where it does not fit."""

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from sesshu.kernel.columns import Column
from sesshu.kernel.faults import CellError


def header_key(text: str) -> str:
    """A header cell without the differences that do not matter: width, case and surrounding spaces."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def names(header: Iterable[str], column: Column) -> bool:
    """Whether a cell of the header names the column, in Japanese or in romaji."""
    return not {header_key(column.name), header_key(column.romaji)}.isdisjoint(map(header_key, header))


def match_header(header: Sequence[str], columns: Sequence[Column]) -> tuple[list[CellError], list[int]]:
    """The faults of a header, and for each column its place in it (complete when there is no fault).

    An optional column that the header lacks has the place after the last.
    """
    known = {header_key(name): column for column in columns for name in (column.name, column.romaji)}
    found: dict[str, int] = {}
    unknown: list[str] = []
    twice: list[str] = []
    for place, text in enumerate(header):
        column = known.get(header_key(text))
        if column is None:
            unknown.append(text)
        elif column.name in found:
            twice.append(column.name)
        else:
            found[column.name] = place
    missing = [column.name for column in columns if column.name not in found and not column.optional]
    faults = [CellError(1, name, f"見出し「{name}」が2つ以上あります。1つにしてください。") for name in twice]
    faults += _advice(header, missing, unknown, any_known=bool(found))
    nowhere = len(header)
    return faults, [found.get(column.name, nowhere) for column in columns if column.name not in missing]


def _advice(
    header: Sequence[str], missing: list[str], unknown: list[str], *, any_known: bool
) -> list[CellError]:
    if len(header) == 1 and any(sign in header[0] for sign in "\t;"):
        return [
            CellError(1, "", "列の区切りがカンマではありません。カンマ区切りの CSV で出力し直してください。")
        ]
    if not any_known:
        return [CellError(1, "", f"1行目に見出しがありません。{_listed(missing)}を1行目に置いてください。")]
    return _missing(missing) + [_unknown(text, missing) for text in unknown]


def _missing(names: list[str]) -> list[CellError]:
    if not names:
        return []
    message = f"見出しに{_listed(names)}がありません。列を加えてください(値は空でも構いません)。"
    return [CellError(1, names[0], message)]


def _unknown(text: str, missing: list[str]) -> CellError:
    near = get_close_matches(header_key(text), missing, n=1, cutoff=0.5)
    if near:
        return CellError(
            1, text, f"見出し「{text}」は「{near[0]}」の誤りではありませんか。見出しを直してください。"
        )
    return CellError(1, text, f"見出し「{text}」は決められた列にありません。この列を除いてください。")


def _listed(names: list[str]) -> str:
    shown = "、".join(f"「{name}」" for name in names[:40])
    return shown if len(names) <= 40 else f"{shown}など{len(names)}列"
