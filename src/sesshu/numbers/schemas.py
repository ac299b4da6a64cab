"""What the API takes and gives. A number comes in and goes out in bodies only, never in an address."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field

from sesshu.kernel import clock
from sesshu.numbers.choices import IdentityCheck, NumberPurpose
from sesshu.protocol.texts import Line

Moment = Annotated[datetime, AfterValidator(clock.in_japan)]
ADDRESSEE_NUMBER = r"^[0-9A-Za-z]{1,15}$"
AddresseeNumber = Field(pattern=ADDRESSEE_NUMBER)


class Asked(Schema):
    """Who asks, in every request: person and terminal at the calling system, and its id of the request."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    municipality: str = Field(pattern=r"^[0-9]{6}$")
    actor: Line = Field(min_length=1, max_length=60)
    terminal: Line = Field(default="", max_length=64)
    request_id: UUID


class CheckedIdentity(Schema):
    """The identity check of 番号法16条."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    method: IdentityCheck
    on: date
    by: Line = Field(min_length=1, max_length=60)


class Registration(Asked):
    addressee_number: str = AddresseeNumber
    number: Line = Field(max_length=20, repr=False)
    identity_check: CheckedIdentity


class Change(Registration):
    on: date
    reason: Line = Field(min_length=1, max_length=100)


class Search(Asked):
    number: Line = Field(max_length=20, repr=False)


class OfAddressee(Asked):
    addressee_number: str = AddresseeNumber


class TokenWanted(OfAddressee):
    purpose: NumberPurpose


class Reveal(Asked):
    token: Line = Field(max_length=60)
    purpose: NumberPurpose
    factor_shown_at: Moment


class Resolve(Asked):
    tokens: list[Line]
    purpose: NumberPurpose


class Resolution(Asked):
    resolution: Line = Field(max_length=200)


class ErasureWanted(OfAddressee):
    reason: Line = Field(min_length=1, max_length=200)


class AccessesWanted(Asked):
    since: Moment
    until: Moment


class Done(Schema):
    addressee_number: str


class Found(Schema):
    addressee_number: str | None


class TokenGiven(Schema):
    token: str


class Revealed(Schema):
    number: str = Field(repr=False)
    seconds: int


class Resolved(Schema):
    numbers: dict[str, str] = Field(repr=False)


class HistoryRow(Schema):
    valid_from: date
    ended_on: date | None
    reason: str
    identity_check: str
    checked_on: date
    checked_by: str


class AlarmRow(Schema):
    id: int
    at: datetime
    offered_for: str
    held_by: str
    origin: str


class Erasure(Schema):
    id: UUID
    state: str
    receipt: str


class AccessRow(Schema):
    request_id: UUID
    operation: str
    result: str
    count: int
    actor: str


class Refused(Schema):
    error: str
    message: str
