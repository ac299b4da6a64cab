"""What the door takes and gives (docs/formats/exchange.md). A field too many is refused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sesshu.kernel import clock
from sesshu.protocol import codes
from sesshu.protocol.texts import Line, Text

IntegratedNumber = Field(pattern=codes.INTEGRATED_NUMBER, repr=False)
Institution = Field(pattern=codes.INSTITUTION)
ProcessingNumber = Field(pattern=codes.PROCESSING_NUMBER)
MOST = 20_000
Named = Annotated[Line, Field(max_length=64)]
Moment = Annotated[datetime, AfterValidator(clock.in_japan)]


class Strict(BaseModel):
    """What comes in; ninja's own base runs Python for each of 20,000 rows."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Asked(Strict):
    """Who asks, in every message of ``numbers``: as in the messages of the city to ``numbers``."""

    municipality: str = Field(pattern=r"^[0-9]{6}$")
    actor: Line = Field(min_length=1, max_length=60)
    terminal: Line = Field(default="", max_length=64)
    request_id: UUID


class Period(Strict):
    starts_on: date | None = None
    ends_on: date | None = None


class InquiryWanted(Strict):
    reference: str = Field(pattern=r"^[0-9A-Za-z_.:-]{1,64}$")
    integrated_number: str = IntegratedNumber
    provider: str = Institution
    item: Line = Field(max_length=6)
    information: str = Field(pattern=codes.INFORMATION)
    period: Period = Period()
    department: Line = Field(default="", max_length=20)
    nondisclosure: bool = False


class InquiriesWanted(Asked):
    inquiries: list[InquiryWanted] = Field(max_length=MOST)


class InquiryTaken(Schema):
    reference: str
    processing_number: str | None
    error: str
    message: str


class ResultsWanted(Asked):
    processing_numbers: list[Named] = Field(default=[], max_length=500)
    waiting: bool = False


class NumbersNamed(Asked):
    processing_numbers: list[Named] = Field(max_length=MOST)


class ResultGiven(Schema):
    processing_number: str
    reference: str
    integrated_number: str = Field(repr=False)
    state: str
    refusal: str | None
    message: str
    provider: str
    answered_at: datetime | None
    records: list[dict[str, Any]] = Field(repr=False)


class Count(Schema):
    count: int


class StateOf(Schema):
    processing_number: str
    state: str


class ReplicaWanted(Strict):
    integrated_number: str = IntegratedNumber
    record_id: str = Field(pattern=r"^[0-9A-Za-z_.:-]{1,64}$")
    information: Line = Field(max_length=16)
    sequence: int = Field(ge=0, lt=2**63)
    action: Literal["put", "withdraw"]
    content: dict[str, Text | None] | None = Field(default=None, repr=False)


class ReplicasWanted(Asked):
    process: str = Field(pattern=r"^[0-9A-Za-z_.:-]{1,60}$")
    records: list[ReplicaWanted] = Field(max_length=MOST)


class ReplicaTaken(Schema):
    record_id: str
    sequence: int
    state: str
    message: str


class FlagWanted(Strict):
    integrated_number: str = IntegratedNumber
    information: str | None = Field(default=None, pattern=codes.INFORMATION)
    no_auto_reply: bool
    nondisclosure: bool


class FlagsWanted(Asked):
    flags: list[FlagWanted] = Field(max_length=MOST)


class PersonState(Schema):
    integrated_number: str = Field(repr=False)
    state: str


class PersonsNamed(Asked):
    integrated_numbers: list[Annotated[str, Field(pattern=codes.INTEGRATED_NUMBER)]] = Field(
        max_length=MOST, repr=False
    )


class CodeAsked(Schema):
    integrated_number: str = Field(repr=False)
    processing_number: str | None
    acquisition_number: str | None
    state: str


class RecordsWanted(Asked):
    integrated_number: str = IntegratedNumber
    since: Moment | None = None
    until: Moment | None = None
    all: bool = False


class OwnView(Asked):
    integrated_number: str = IntegratedNumber


class RecordGiven(Schema):
    side: str
    event: str
    inquirer: str
    inquirer_name: str
    provider: str
    provider_name: str
    asked_at: datetime
    at: datetime
    processing_number: str
    item: str
    information: str
    information_name: str
    legal_basis: str
    count: int
    nondisclosure: bool
    refusal: str | None
    message: str
    actor: str
    corrections: list[dict[str, Any]]


class OwnRecord(Schema):
    """What the person is shown: who, when, what, by which law."""

    side: str
    event: str
    inquirer: str
    inquirer_name: str
    provider: str
    provider_name: str
    asked_at: datetime
    at: datetime
    information_name: str
    legal_basis: str


class PermitTaken(Schema):
    permit: str
    state: str
    refusal: str | None


class AnswerBrought(Strict):
    permit: str = Field(pattern=codes.PERMIT_ID)
    answer: Line = Field(repr=False)


class State(Schema):
    state: str


class Refused(Schema):
    error: str
    message: str
