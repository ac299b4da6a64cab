"""The description of one column of an exchange file.

Source: the conventions of the national 項目定義書 (data item definitions): a Japanese name, its Hepburn
romaji (which is also the API's field name), a data type, a length counted in characters, and codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ColumnType = Literal["X", "N", "9", "9V", "DATE"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `length` counts characters (grapheme clusters), None where the type fixes it (DATE).

    Types: X half-width text, N text of any width, 9 whole number, 9V decimal, DATE `YYYY-MM-DD`.
    `required` means that no row may leave it blank; what depends on another column is the importer's rule.
    `optional` means that a file may lack the whole column; it is then read as blank in every row.
    `codes` maps each permitted value to its meaning; empty where the column is not coded.
    """

    name: str
    romaji: str
    type: ColumnType
    length: int | None = None
    required: bool = False
    codes: Mapping[str, str] = field(default_factory=dict, hash=False)
    optional: bool = False
