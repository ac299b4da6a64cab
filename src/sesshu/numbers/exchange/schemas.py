"""What a business says and hears of the exchange: always its own 宛名番号, never the integrated number."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sesshu.numbers.schemas import AddresseeNumber, Asked
from sesshu.protocol import codes
from sesshu.protocol.messages import Period
from sesshu.protocol.texts import Line, Text

MOST = 100_000
# Ids of the business's own, as the intermediate server takes them.
OWN_ID = r"^[0-9A-Za-z_.:-]{1,64}$"
TAKEN_AT_ONCE = 500


class Strict(BaseModel):
    """A row of what comes in. The API's own base runs Python for each of 100,000 rows."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Told(BaseModel):
    """A row of an answer."""


class Inquiry(Strict):
    """``reference`` is the business's own id of it; sent again it is answered as it was first."""

    reference: str = Field(pattern=OWN_ID)
    addressee_number: str = AddresseeNumber
    provider: str = Field(pattern=codes.INSTITUTION)
    item: str = Field(pattern=r"^[0-9]{1,3}(-[0-9]{1,2})?$")
    information: str = Field(pattern=codes.INFORMATION)
    period: Period = Period()
    department: Line = Field(default="", max_length=20)
    nondisclosure: bool = False


class Inquiries(Asked):
    inquiries: list[Inquiry] = Field(max_length=MOST)


class InquirySaid(Told):
    reference: str
    processing_number: str | None
    error: str | None
    message: str


class ProcessingNumbers(Asked):
    processing_numbers: list[Line] = Field(max_length=MOST)


class ResultsWanted(Asked):
    """One of the two."""

    processing_numbers: list[Line] | None = Field(default=None, max_length=TAKEN_AT_ONCE)
    waiting: bool = False

    @model_validator(mode="after")
    def _one(self) -> ResultsWanted:
        if (self.processing_numbers is None) == (not self.waiting):
            raise ValueError("processing_numbers か waiting の一方を指定してください。")
        return self


class Result(Told):
    processing_number: str
    reference: str
    addressee_number: str
    state: str
    refusal: str | None = None
    message: str = ""
    provider: str = ""
    answered_at: datetime | None = None
    records: list[dict[str, Any]] = []


class Count(Schema):
    count: int


class Cancelled(Told):
    processing_number: str
    state: str


class Record(Strict):
    addressee_number: str = AddresseeNumber
    record_id: str = Field(pattern=OWN_ID)
    information: str = Field(pattern=codes.INFORMATION)
    sequence: int = Field(ge=0, lt=2**63)
    action: str = Field(pattern="^(put|withdraw)$")
    content: dict[str, Text | None] | None = None


class Replicas(Asked):
    process: str = Field(pattern=r"^[0-9A-Za-z_.:-]{1,60}$")
    records: list[Record] = Field(max_length=MOST)


class ReplicaSaid(Told):
    record_id: str
    sequence: int
    state: str
    message: str = ""


class Flag(Strict):
    addressee_number: str = AddresseeNumber
    information: str | None = Field(default=None, pattern=codes.INFORMATION)
    no_auto_reply: bool
    nondisclosure: bool


class Flags(Asked):
    flags: list[Flag] = Field(max_length=MOST)


class FlagSaid(Told):
    addressee_number: str
    state: str


class RecordsWanted(Asked):
    addressee_number: str = AddresseeNumber
    since: datetime | None = None
    until: datetime | None = None
    all: bool = False
