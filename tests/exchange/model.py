"""What the exchange may do, told without it: of each thing what it has been, step by step, and what follows.

Messages are late and processes die, so a judgement falls at some moment between the inquiry and its end; what
held at any of these may be its reason, and what held at none may not.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sesshu.protocol.refusals import Refusal

from .cities import FIELDS, ISE, KOFU
from .wires import CORE

Value = TypeVar("Value")
# Versions of the list: all fields, some, and the row not there at all.
ALL, SOME, NONE = FIELDS, FIELDS[:7], ()


class Past(Generic[Value]):
    """What something has been, and since which step."""

    def __init__(self, first: Value) -> None:
        self._were: list[tuple[int, Value]] = [(0, first)]

    def now(self) -> Value:
        return self._were[-1][1]

    def become(self, step: int, value: Value) -> None:
        self._were.append((step, value))

    def since(self, step: int) -> list[Value]:
        """What it was at this step, and everything after."""
        before = [value for at, value in self._were if at <= step]
        return [before[-1], *(value for at, value in self._were if at > step)]


@dataclass
class Asked:
    """An inquiry of Ise to Kofu. ``fields``: what the row of Ise's own list allowed."""

    step: int
    person: int
    reference: str
    fields: tuple[str, ...]
    cancelled: bool = False
    approved: bool = False
    withheld: bool = False
    result: dict[str, Any] | None = None


@dataclass
class Model:
    """:ivar codes: whether a city holds a person's 符号: surely, surely not, or one of both."""

    step: int = 0
    codes: dict[tuple[str, int], Past[frozenset[bool]]] = field(
        default_factory=lambda: defaultdict(lambda: Past(frozenset({False})))
    )
    wanted: dict[tuple[str, int], bool] = field(default_factory=dict)
    doses: dict[int, Past[dict[str, tuple[int, bool]]]] = field(
        default_factory=lambda: defaultdict(lambda: Past({}))
    )
    flagged: dict[int, Past[bool]] = field(default_factory=lambda: defaultdict(lambda: Past(False)))
    versions: dict[int, tuple[str, ...]] = field(default_factory=lambda: {1: ALL})
    lists: Past[dict[str, int]] = field(default_factory=lambda: Past({CORE: 1, ISE: 1, KOFU: 1}))
    clocks_off: Past[bool] = field(default_factory=lambda: Past(False))
    jumped: int = -1
    inquiries: dict[str, Asked] = field(default_factory=dict)
    refused: int = 0

    def next(self) -> None:
        self.step += 1

    def want(self, city: str, person: int, held: bool) -> None:
        """A 符号 was asked for, which takes its time, or given up, which does not."""
        self.wanted[city, person] = held
        past = self.codes[city, person]
        past.become(self.step, past.now() | {True} if held else frozenset({False}))

    def calm(self) -> None:
        """Everything that was on its way has arrived."""
        for key, held in self.wanted.items():
            self.codes[key].become(self.step, frozenset({held}))

    def put(self, person: int, record: str, sequence: int, present: bool) -> bool:
        """A record of the 副本; whether it is newer than what is there."""
        held = self.doses[person].now()
        if record in held and held[record][0] >= sequence:
            return False
        self.doses[person].become(self.step, held | {record: (sequence, present)})
        return True

    def use_list(self, system: str, version: int) -> None:
        self.lists.become(self.step, self.lists.now() | {system: version})

    def at_the_door(self, person: int) -> set[str]:
        """How Ise's own server may take an inquiry now; empty when accepted."""
        if not self.versions[self.lists.now()[ISE]]:
            return {Refusal.NOT_LISTED}
        return {"" if held else Refusal.NO_CODE for held in self.codes[ISE, person].now()}

    def reasons(self, asked: Asked) -> set[str]:
        """Why it may have ended without an answer."""
        found: set[str] = set()
        lists = self.lists.since(asked.step)
        if any(self.clocks_off.since(asked.step)):
            found |= {Refusal.EXPIRED}
        if self.jumped >= asked.step:
            found |= {Refusal.EXPIRED, Refusal.NO_ANSWER}
        if any(False in held for held in self.codes[ISE, asked.person].since(asked.step)):
            found |= {Refusal.NO_CODE}
        if any(False in held for held in self.codes[KOFU, asked.person].since(asked.step)):
            found |= {Refusal.NO_PERSON}
        if len(lists) > 1 or len(set(lists[0].values())) > 1:
            found |= {Refusal.LIST_OUT_OF_STEP}
        if any(not self.versions[version] for each in lists for version in each.values()):
            found |= {Refusal.NOT_LISTED}
        return found | ({Refusal.WITHHELD} if asked.withheld else set())

    def check(self, result: dict[str, Any]) -> None:
        """An end is one that may be; what is provided is this person's and permitted."""
        asked = self.inquiries[result["processing_number"]]
        assert result["reference"] == asked.reference
        assert asked.result is None, "given twice"
        assert not asked.cancelled, "given after it was cancelled"
        asked.result = result
        if result["state"] != "answered":
            assert result["records"] == []
            assert result["refusal"] in self.reasons(asked), (result, self.reasons(asked))
            return
        assert not asked.withheld
        assert asked.approved or not all(self.flagged[asked.person].since(asked.step)), "nobody decided"
        assert any(True in held for held in self.codes[KOFU, asked.person].since(asked.step))
        names = {frozenset(each) for each in result["records"]}
        permitted = {frozenset(self.versions[each[CORE]]) for each in self.lists.since(asked.step)}
        assert names <= permitted
        assert all(each <= set(asked.fields) for each in names), names
        lots = sorted(each["lot"] for each in result["records"])
        assert lots in [_lots(asked.person, held) for held in self.doses[asked.person].since(asked.step)]


def lot(person: int, record: str, sequence: int) -> str:
    """The content of a record: whose it is, and which version."""
    return f"P{person}-{record}-{sequence}"


def _lots(person: int, held: dict[str, tuple[int, bool]]) -> list[str]:
    return sorted(lot(person, record, sequence) for record, (sequence, there) in held.items() if there)
