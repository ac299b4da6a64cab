"""What the exchange must do, in memory: who may get what, and what both sides must have written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from sesshu.intermediate.tests import world
from sesshu.kernel.check_digits import resident_code_check_digit
from sesshu.network import list_file
from sesshu.network.choices import Kind
from sesshu.protocol import codes
from sesshu.protocol.messages import Row
from sesshu.protocol.refusals import Refusal
from tests.exchange.whole.world import CITIES, ISE, KOFU

PERSONS = (0, 1, 2)  # the last has no 符号 in the beginning
RESIDENTS = tuple(
    f"{first}{resident_code_check_digit(first)}" for first in ("1234567890", "2234567890", "3234567890")
)
NARROW = ("programme", "disease", "dose_number", "administered_on", "lot")
OVER = frozenset({"answered", "taken", "refused", "cancelled", "expired"})
Content = dict[str, str | None]
Key = tuple[str, int]  # city, person


def number(city: str, person: int) -> str:
    """The 団体内統合宛名番号, which every city has its own of."""
    return world.number(100 * (1 + CITIES.index(city)) + person)


def other(city: str) -> str:
    return KOFU if city == ISE else ISE


@cache
def rows(variant: str) -> tuple[Row, ...]:
    """The shipped list; with fewer items in what cities ask cities for; or without that."""
    shipped = list_file.read().rows()
    ours = next(row for row in shipped if _is_ours(row))
    changed = {"full": [ours], "narrow": [ours.model_copy(update={"fields": NARROW})], "without": []}[variant]
    return (*changed, *(row for row in shipped if row is not ours))


def _is_ours(row: Row) -> bool:
    kinds = (row.inquirer_kind, row.provider_kind)
    return row.item == "25-1" and kinds == (Kind.MUNICIPALITY, Kind.MUNICIPALITY)


@cache
def permitted(variant: str) -> tuple[str, ...] | None:
    """The items that a version of the list allows; None when it allows nothing."""
    return next((row.fields for row in rows(variant) if _is_ours(row)), None)


@dataclass
class Asked:
    """One inquiry that was accepted, and what was last seen of it."""

    city: str
    person: int
    body: dict[str, Any]
    processing: str
    since: int  # what of the provider's 副本 may be in the answer
    fields: tuple[str, ...]
    hidden: bool
    state: str = "accepted"
    records: list[Content] | None = None
    taken: bool = False

    @property
    def provider(self) -> str:
        return other(self.city)

    @property
    def period(self) -> tuple[date | None, date | None]:
        starts, ends = (self.body["period"][name] for name in ("starts_on", "ends_on"))
        return starts and date.fromisoformat(starts), ends and date.fromisoformat(ends)


@dataclass
class Model:
    """Of each city and person: the 副本 now and at every earlier step, flags, how far the 符号 has come."""

    asked: list[Asked] = field(default_factory=list)
    versions: dict[int, str] = field(default_factory=lambda: {1: "full"})
    held: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CITIES, 1))
    replicas: dict[Key, dict[str, Content]] = field(default_factory=dict)
    history: dict[Key, list[list[Content]]] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    flags: dict[Key, tuple[bool, bool]] = field(default_factory=dict)
    coded: dict[Key, str] = field(default_factory=dict)  # no, asked, held

    def __post_init__(self) -> None:
        for key in ((city, person) for city in CITIES for person in PERSONS):
            self.replicas[key], self.history[key] = {}, [[]]
            self.flags[key], self.coded[key] = (False, False), "no"

    def version(self) -> int:
        return max(self.versions)

    def put(self, key: Key, nth: int, *, withdraw: bool = False) -> dict[str, Any]:
        """The next state of a person's record, as the city sends it."""
        record_id = f"{key[0]}-{key[1]}-{nth}"
        sequence = self.sequences[record_id] = self.sequences.get(record_id, 0) + 1
        content = world.record(f"2025-0{nth}-01", lot=f"{record_id}-{sequence}", note=f"{record_id} の控え")
        self.replicas[key].pop(record_id, None)
        if not withdraw:
            self.replicas[key][record_id] = content
        self.history[key].append(list(self.replicas[key].values()))
        return {
            "integrated_number": number(*key), "record_id": record_id, "information": codes.VACCINATION,
            "sequence": sequence, "action": "withdraw" if withdraw else "put",
            "content": None if withdraw else content,
        }  # fmt: skip

    def judged(self, city: str, person: int) -> set[str]:
        """What may become of an inquiry at its own city's door; the empty word for accepted."""
        if permitted(self.versions[self.held[city]]) is None:
            return {Refusal.NOT_LISTED}
        coded = self.coded[city, person]
        return {"no": {Refusal.NO_CODE.value}, "asked": {"", Refusal.NO_CODE.value}, "held": {""}}[coded]

    def ask(self, city: str, person: int, body: dict[str, Any], processing: str) -> None:
        fields = permitted(self.versions[self.held[city]])
        since = len(self.history[other(city), person]) - 1
        hidden = body["nondisclosure"] or self.flags[city, person][1]
        self.asked.append(Asked(city, person, body, processing, since, fields or (), hidden))

    def may_be(self, asked: Asked, fields: tuple[str, ...]) -> list[list[Content]]:
        """All that an answer could rightly hold: the 副本 at one moment since it was asked for."""
        return [
            [
                {name: each[name] for name in fields}
                for each in sorted(held, key=lambda content: str(content["administered_on"]))
                if _within(str(each["administered_on"]), asked.period)
            ]
            for held in self.history[asked.provider, asked.person][asked.since :]
        ]


def _within(day: str, period: tuple[date | None, date | None]) -> bool:
    starts, ends = period
    held = date.fromisoformat(day)
    return (starts is None or starts <= held) and (ends is None or held <= ends)
