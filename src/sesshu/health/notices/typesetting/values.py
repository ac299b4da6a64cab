"""What may be printed: plain values, one per document, and what came of printing them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sesshu.kernel.check_digits import has_check_digit

CODE_LENGTH = 14
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class QuestionnairePage:
    """One person's 予診票, as it is to be printed.

    `document_code` is 14 digits with their check digits (`kernel.check_digits`), else ValueError. `sex` is
    "M", "F" or None. `birth` is None where the date is not known; `birth_text` (不詳表記) is printed then.
    `age_on` is the day for which the age is printed. `title`, `amount` and `vaccine_note` override what the
    programme's entry in `layouts/programmes.yaml` says.
    """

    document_code: str
    programme: str
    dose_label: str
    valid_from: date
    valid_to: date
    addressee_number: str
    name: str
    kana: str
    sex: str | None
    birth: date | None
    age_on: date
    postal_code: str
    address: str
    municipality: str
    mayor: str
    contact: str
    guardian: str = ""
    telephone: str = ""
    birth_text: str = ""
    title: str | None = None
    amount: str | None = None
    vaccine_note: str | None = None

    def __post_init__(self) -> None:
        if len(self.document_code) != CODE_LENGTH or not has_check_digit(self.document_code):
            raise ValueError(f"予診票番号「{self.document_code}」は検査数字付きの14桁ではありません。")


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to a household: a reminder (A類) or an information (B類), told apart by the programme.

    `addressee_name` is whom the envelope is for, `person_name` who is to be vaccinated. `last_day` is the
    last day of the statutory window. `reference` is printed beside the address to find the person again.
    """

    reference: str
    programme: str
    dose_label: str
    addressee_number: str
    addressee_name: str
    person_name: str
    postal_code: str
    address: str
    last_day: date
    printed_on: date
    municipality: str
    mayor: str
    contact: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that was not printed because a character has no glyph in any font at hand."""

    addressee_number: str
    characters: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Substituted:
    """A variant (IVS) printed in the ordinary shape of its character, since no font has the variant."""

    addressee_number: str
    characters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was printed. `file` is None when every document was refused: no file is left then."""

    documents: int
    pages: int
    file: Path | None
    refused: tuple[Refused, ...] = ()
    substituted: tuple[Substituted, ...] = ()


@dataclass(frozen=True, slots=True)
class Composed:
    """One chunk, typeset by one worker."""

    pdf: bytes
    received: int
    documents: int
    refused: tuple[Refused, ...] = ()
    substituted: tuple[Substituted, ...] = ()
