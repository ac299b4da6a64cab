"""What the operations on integrated numbers take and give. No answer has a place for the number itself."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Schema
from pydantic import BaseModel, ConfigDict, Field

from sesshu.numbers.schemas import ADDRESSEE_NUMBER, AddresseeNumber, Asked
from sesshu.protocol.texts import Line

MOST = 100_000


class BasicInformation(BaseModel):
    """4情報 and カナ. ``sex``: 0 不明, 1 男, 2 女; no birth date when unknown."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: Line = Field(min_length=1, max_length=100)
    kana: Line = Field(default="", max_length=100)
    sex: str = Field(pattern=r"^[012]$")
    birth_date: date | None = None
    address: Line = Field(default="", max_length=500)


class PersonWanted(BaseModel):
    """``individual_number`` only from a business whose 宛名番号 are not the city's."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    addressee_number: str = AddresseeNumber
    basic: BasicInformation
    individual_number: Line = Field(default="", max_length=20, repr=False)


class PersonsWanted(Asked):
    persons: list[PersonWanted] = Field(max_length=MOST)


class Addressees(Asked):
    addressee_numbers: list[Line] = Field(max_length=MOST)


class MergeWanted(Asked):
    keep: str = AddresseeNumber
    absorb: str = AddresseeNumber
    reason: Line = Field(max_length=200)


class UnmergeWanted(Asked):
    addressee_number: str = AddresseeNumber
    kept: str | None = Field(default=None, pattern=ADDRESSEE_NUMBER)
    reason: Line = Field(max_length=200)


class OneAddressee(Asked):
    addressee_number: str = AddresseeNumber


class Said(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    addressee_number: str
    state: str
    message: str


class Described(Schema):
    addressee_number: str
    state: str
    basic: dict[str, str] | None
    updated_at: datetime | None
    alike: int


class Merged(Schema):
    """``count``: how many 宛名番号 moved; their 副本 are to be sent again."""

    reason: str
    at: datetime
    by: str
    count: int
    undone_at: datetime | None
    undone_by: str
    undone_reason: str

    @staticmethod
    def resolve_count(row: object) -> int:
        return len(row.links)  # type: ignore[attr-defined]
