"""The messages of the exchange. Each is refused when it has a field too many; none holds a 個人番号."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from sesshu.protocol import codes
from sesshu.protocol.refusals import Refusal
from sesshu.protocol.texts import Line, Text

# A person's records in one answer, and all their texts as JSON in ASCII: two or three hundred doses are less.
MOST_RECORDS, LARGEST_ANSWER = 500, 256 * 1024


# Texts no longer than the columns that keep them, so that what was believed can be kept.
Item = Annotated[Line, Field(max_length=8)]
Code = Annotated[Line, Field(max_length=16)]
Kind = Annotated[Line, Field(max_length=20)]
Name = Annotated[Line, Field(max_length=60)]
Address = Annotated[Line, Field(max_length=200)]
Said = Annotated[Text, Field(max_length=200)]
# One of the contents of a 副本, which may be as long as all of them.
Content = Annotated[Text, Field(max_length=16_384)]
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Row(Message):
    """A row of 照会許可用照合リスト: who may ask whom for what, for which work (番号法19条8号の命令2条の表).

    :ivar item: the item of the table and its part, such as ``25-1``. :ivar fields: what may be provided.
    :ivar starts_on: first day in force, :ivar ends_on: last day, none when open.
    """

    item: str = Field(pattern=r"^[0-9]{1,3}(-[0-9]{1,2})?$")
    inquirer_kind: Kind
    work: str = Field(pattern=codes.WORK)
    procedure: str = Field(pattern=codes.PROCEDURE)
    provider_kind: Kind
    information: str = Field(pattern=codes.INFORMATION)
    information_name: Line = Field(max_length=400)
    legal_basis: Line = Field(max_length=400)
    fields: tuple[Name, ...]
    starts_on: date
    ends_on: date | None = None


class PermissionList(Message):
    """Signed by the core (typ :data:`LIST`) and distributed to all; ``version`` only ever grows."""

    version: Version = Field(ge=1)
    issued_at: int
    rows: tuple[Row, ...]


class Institution(Message):
    """An institution of the network: its kind, route and public keys (JWK).

    :ivar address: base address of its intermediate's door. :ivar certificate: ``x5t#S256`` of the certificate
        it shows as a client, :ivar door: of the one it shows as a server is checked by TLS itself.
    """

    code: str = Field(pattern=codes.INSTITUTION)
    name: Line = Field(max_length=100)
    kind: Kind
    address: Address
    certificate: Line = Field(max_length=64)
    signing_key: dict[str, Any]
    sealing_key: dict[str, Any]


class Directory(Message):
    """All institutions; signed by the core (typ :data:`DIRECTORY`)."""

    issued_at: int
    institutions: tuple[Institution, ...]


class Period(Message):
    """照会開始日付 and 照会終了日付, of the dose; both inclusive, open when none."""

    starts_on: date | None = None
    ends_on: date | None = None


class PermitRequest(Message):
    """Inquirer → core, in an envelope of typ :data:`REQUEST` signed by the inquirer."""

    processing_number: str = Field(pattern=codes.PROCESSING_NUMBER)
    code: str = Field(pattern=codes.EXCHANGE_CODE)
    provider: str = Field(pattern=codes.INSTITUTION)
    item: Item
    work: str = Field(pattern=codes.WORK)
    procedure: str = Field(pattern=codes.PROCEDURE)
    information: str = Field(pattern=codes.INFORMATION)
    period: Period = Period()
    list_version: Version


class Permit(Message):
    """提供許可証, one copy for each side (``aud``), each with that side's own 符号. typ :data:`PERMIT`.

    :ivar exp: until when the provider may take it in; :ivar answer_by: until when the answer counts (both
        seconds since 1970). :ivar route: where the other side's door stands.
    """

    jti: str = Field(pattern=codes.PERMIT_ID)
    iss: Code
    aud: str = Field(pattern=codes.INSTITUTION)
    iat: int
    exp: int
    answer_by: int
    processing_number: str = Field(pattern=codes.PROCESSING_NUMBER)
    code: str = Field(pattern=codes.EXCHANGE_CODE)
    inquirer: str = Field(pattern=codes.INSTITUTION)
    provider: str = Field(pattern=codes.INSTITUTION)
    item: Item
    work: Code
    procedure: Code
    information: Code
    fields: tuple[Name, ...]
    period: Period
    list_version: Version
    route: Address


class PermitAnswer(Message):
    """Core → inquirer: the permit (JWS) or why there is none."""

    processing_number: str = Field(pattern=codes.PROCESSING_NUMBER)
    permit: str | None = None
    refusal: Refusal | None = None


class Answer(Message):
    """Provider → inquirer: signed by the provider (typ :data:`ANSWER`), then sealed to the inquirer's key.

    :ivar records: what is provided, each with the permit's ``fields`` only; who takes them in refuses more
        than :data:`MOST_RECORDS` or :data:`LARGEST_ANSWER`. :ivar refusal: when nothing is.
    """

    permit: str = Field(pattern=codes.PERMIT_ID)
    processing_number: str = Field(pattern=codes.PROCESSING_NUMBER)
    inquirer: str = Field(pattern=codes.INSTITUTION)
    provider: str = Field(pattern=codes.INSTITUTION)
    at: int
    records: tuple[dict[Name, Content | None], ...] = ()

    @property
    def is_bounded(self) -> bool:
        """Whether it is no larger than an answer may be."""
        return len(self.records) <= MOST_RECORDS and len(json.dumps(self.records)) <= LARGEST_ANSWER

    refusal: Refusal | None = None


class CodeAssignment(Message):
    """Core → the institution, sealed to its key (after signing, typ :data:`CODE`): the 符号 it asked for."""

    acquisition_number: str = Field(pattern=codes.ACQUISITION_NUMBER)
    institution: str = Field(pattern=codes.INSTITUTION)
    code: str | None = Field(default=None, pattern=codes.EXCHANGE_CODE)
    refusal: Refusal | None = None


class Outcome(Message):
    """Either side → core: how a permit ended; for the core's own record (番号法23条). No content."""

    permit: str = Field(pattern=codes.PERMIT_ID)
    side: str = Field(pattern="^(inquirer|provider)$")
    result: str = Field(pattern="^(provided|refused|cancelled|expired)$")
    refusal: Refusal | None = None
    at: int = Field(ge=0)


class Correction(Message):
    """One side → the other: a 情報提供等記録 was corrected (番号法31条). typ :data:`CORRECTION`."""

    permit: str = Field(pattern=codes.PERMIT_ID)
    sender: str = Field(pattern=codes.INSTITUTION)
    receiver: str = Field(pattern=codes.INSTITUTION)
    field: Name
    before: Said
    after: Said
    reason: Said
    at: int


# The kinds of signed statements: none may stand for another.
LIST, DIRECTORY, REQUEST, PERMIT, ANSWER, CODE, CORRECTION = (
    f"sesshu-exchange-{name}+jwt"
    for name in ("list", "directory", "request", "permit", "answer", "code", "correction")
)
