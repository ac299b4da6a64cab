"""What the doors take and give beyond the messages of :mod:`sesshu.protocol.messages`."""

from __future__ import annotations

from typing import Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from sesshu.protocol.texts import Line

State = Literal["accepted", "known", "refused"]


class _Asked(Schema):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class AcquisitionAsked(_Asked):
    """One 取得番号 and the person whose 符号 is wanted; each is judged for itself."""

    acquisition_number: Line = Field(max_length=60, repr=False)
    resident_code: Line = Field(max_length=20, repr=False)


class Acquired(Schema):
    acquisition_number: str
    state: State


class PermitsAsked(_Asked):
    """``request``: JWS of ``{"requests": [PermitRequest, …]}``, signed by the inquirer."""

    request: Line


class CorrectionAsked(_Asked):
    """``correction``: JWS of a Correction, signed by its sender."""

    correction: Line


class Nothing(_Asked):
    pass


class Counted(Schema):
    count: int


class ListGiven(Schema):
    list: str


class DirectoryGiven(Schema):
    directory: str


class StateGiven(Schema):
    state: Literal["accepted", "known"]


class Refused(Schema):
    error: str
    message: str
