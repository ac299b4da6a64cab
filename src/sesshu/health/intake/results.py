"""A row of the results file and what can be said of it before anybody is looked up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import NamedTuple

from sesshu.health.catalogue import selectors as catalogue
from sesshu.health.ledger.models import NotVaccinatedReason
from sesshu.kernel.check_digits import has_check_digit

GIVEN, SCREENED = "1", "2"
# The ledger's columns hold so many characters, variation selectors counted.
_ROOM = {
    "product": 100,
    "maker": 60,
    "site": 30,
    "provider_name": 100,
    "screening_doctor": 100,
    "doctor": 100,
}
_COLUMN = {
    "product": "ワクチン名",
    "maker": "製造販売業者",
    "site": "接種部位",
    "provider_name": "医療機関名",
    "screening_doctor": "予診医師名",
    "doctor": "接種医師名",
}


class Result(NamedTuple):
    """The cells of one row as text, in the order of ``RESULT_COLUMNS``, after the row's number."""

    row: int
    code: str
    number: str
    name: str
    kana: str
    birth: str
    kind: str
    programme: str
    dose_number: str
    date: str
    vaccine: str
    product: str
    maker: str
    lot: str
    expires: str
    volume: str
    route: str
    site: str
    provider_code: str
    provider_name: str
    screening_doctor: str
    doctor: str
    reason: str
    outside: str
    group: str
    funded: str
    receipt: str
    due: str = ""

    @classmethod
    def of(cls, row: int, cells: Sequence[str]) -> Result:
        return cls(row, *cells)

    def identity(self, provider_code: str, addressee_id: int) -> str:
        """The key of the event itself: the same vaccination of the same person at the same provider."""
        said = (provider_code, str(addressee_id), self.programme, self.vaccine, self.date, self.kind)
        return blake2b("\x1f".join(said).encode(), digest_size=16).hexdigest()

    def digest(self) -> str:
        """A digest of what the row says about the event; who it is about is in the identity."""
        # Files of before the due date's column must keep their digest.
        said = (self.code, self.dose_number, *self[10:-1], *((self.due,) if self.due else ()))
        return blake2b("\x1f".join(said).encode(), digest_size=16).hexdigest()


class Remark(NamedTuple):
    """Something to be said of a row: what, in which column.

    A message that begins with a particle goes on from the column's name; one after ": " stands alone.
    """

    column: str
    message: str

    def __str__(self) -> str:
        if self.message.startswith(": "):
            return self.message[2:]
        return f"「{self.column}」{self.message}" if self.column else self.message


@dataclass(slots=True)
class RowRules:
    """The rules that need only the row, and what they need to know; one for a whole file."""

    today: str
    _programmes: frozenset[str] = field(default_factory=catalogue.programme_codes)
    _known_pairs: dict[tuple[str, str], tuple[Remark | None, Remark | None]] = field(default_factory=dict)

    def faults(self, result: Result) -> Iterator[Remark]:
        """What makes the row unusable."""
        if result.programme not in self._programmes:
            yield Remark("接種種類", f"「{result.programme}」という接種種類のコードはありません。")
        elif result.kind == GIVEN and (fault := self._about(result)[0]):
            yield fault
        if result.date > self.today:
            yield Remark("接種年月日", f"の {result.date} は未来の日付です。")
        elif result.birth and result.date < result.birth:
            yield Remark("接種年月日", f"の {result.date} が生年月日 {result.birth} より前です。")
        if result.volume and not 0 < float(result.volume) < 100:
            yield Remark(
                "接種量", f"の {result.volume} は mL の量ではありません。0.5 のように書いてください。"
            )
        if result.due and not _may_be_due(result):
            yield Remark("分娩予定日", f"の {result.due} は接種年月日 {result.date} と合いません。")
        if not (result.code or result.number or result.birth):
            yield Remark("宛名番号", "、予診票番号、生年月日がどれも空です。本人を探せません。")
        yield from _too_long(result)

    def doubts(self, result: Result) -> Iterator[Remark]:
        """What should be looked at but keeps no row back."""
        if result.code and not (len(result.code) == 14 and has_check_digit(result.code)):
            yield Remark("予診票番号", f"の {result.code} は検査数字が合いません。ほかの項目で探しました。")
        if result.kind == SCREENED and not result.reason:
            yield Remark("未接種理由", "が空です。「その他」として記録します。")
        if result.kind == GIVEN and (doubt := self._about(result)[1]):
            yield doubt
        if result.kind == GIVEN and not result.lot:
            yield Remark("ロット番号", "が空です。ロット不明として記録します。")

    def _about(self, result: Result) -> tuple[Remark | None, Remark | None]:
        """The fault of the vaccine's code, and the doubt about its programme."""
        pair = (result.programme, result.vaccine)
        if pair not in self._known_pairs:
            self._known_pairs[pair] = (_vaccine_fault(result.vaccine), _vaccine_doubt(*pair))
        return self._known_pairs[pair]


def reason_of(text: str) -> tuple[str, str]:
    """The reason's code and, for one that has none, its words."""
    for reason in NotVaccinatedReason:
        if text in (reason.value, reason.label):
            return reason.value, ""
    return NotVaccinatedReason.OTHER.value, text[:200]


def _may_be_due(result: Result) -> bool:
    """Whether a pregnancy of that due date could be seen on the day: ten months before it, or just after."""
    ahead = (date.fromisoformat(result.due) - date.fromisoformat(result.date)).days
    return -30 <= ahead <= 300


def _vaccine_fault(vaccine: str) -> Remark | None:
    if not vaccine:
        return Remark("ワクチンコード", "が空です。接種した行には値を入れてください。")
    if not catalogue.vaccine_programmes(vaccine):
        return Remark("ワクチンコード", f"「{vaccine}」というワクチンのコードはありません。")
    return None


def _vaccine_doubt(programme: str, vaccine: str) -> Remark | None:
    programmes = catalogue.vaccine_programmes(vaccine)
    if programme in programmes:
        return None
    names = "、".join(programmes)
    told = f"「{vaccine}」は接種種類 {names} のものです。間違い接種でないか確かめてください。"
    return Remark("ワクチンコード", told)


def _too_long(result: Result) -> Iterator[Remark]:
    for name, room in _ROOM.items():
        if len(getattr(result, name)) > room:
            yield Remark(_COLUMN[name], f"が長すぎます（{room}文字まで）。短くしてください。")
