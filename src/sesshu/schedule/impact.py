"""What if: the same persons under two packs or on two days, and what becomes of each (H20).

An amendment is seen before its first day: who becomes eligible, who stops, whose next date moves, by reason.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from sesshu.schedule.assessing import assess
from sesshu.schedule.model import DoseGiven, Person, ProgrammeStatus, Reason
from sesshu.schedule.supporting import Pack

Kind = Literal["becomes_eligible", "stops", "moves", "opens_later", "closes", "other"]
KINDS: dict[Kind, str] = {
    "becomes_eligible": "接種対象になる",
    "stops": "接種対象でなくなる",
    "moves": "受けられる日が変わる",
    "opens_later": "これから対象になる",
    "closes": "これから対象になるはずが、ならなくなる",
    "other": "その他の変化",
}


@dataclass(frozen=True, slots=True)
class Point:
    """A pack as it answers on a day."""

    pack: Pack
    on: date

    @property
    def name(self) -> str:
        """As it is written on the command line: ``jp@2026-04-01``."""
        return f"{self.pack.name}@{self.on.isoformat()}"


@dataclass(frozen=True, slots=True)
class Change:
    """One person's standing in one programme, before and after; None where the pack has no such programme."""

    programme: str
    kind: Kind
    before: ProgrammeStatus | None
    after: ProgrammeStatus | None


class Group(NamedTuple):
    """What changes alike: the reasons are those told before and after."""

    programme: str
    kind: Kind
    reason_before: str
    reason_after: str
    article: str


@dataclass(slots=True)
class Impact:
    """Persons looked at, persons changed, and changes by programme, kind and reason."""

    persons: int = 0
    changed: int = 0
    groups: Counter[Group] = field(default_factory=Counter)

    def add(self, changes: tuple[Change, ...]) -> None:
        """Count one person."""
        self.persons += 1
        self.changed += bool(changes)
        self.groups.update(map(_group, changes))

    def in_order(self) -> list[tuple[Group, int]]:
        """The groups, the most frequent first."""
        return sorted(self.groups.items(), key=lambda item: (-item[1], item[0]))


def changes(
    person: Person,
    doses: Iterable[DoseGiven],
    before: Point,
    after: Point,
    programmes: Iterable[str] | None = None,
) -> tuple[Change, ...]:
    """What is told otherwise of a person in ``programmes`` (all of both packs' if None)."""
    given = tuple(doses)
    wanted = tuple(programmes) if programmes is not None else _all(before, after)
    was, will = _told(person, given, before, wanted), _told(person, given, after, wanted)
    return tuple(_changes(wanted, was, will))


def _all(before: Point, after: Point) -> tuple[str, ...]:
    return tuple({**before.pack.programmes, **after.pack.programmes})


def _told(
    person: Person, doses: tuple[DoseGiven, ...], point: Point, wanted: tuple[str, ...]
) -> dict[str, ProgrammeStatus]:
    known = [code for code in wanted if code in point.pack.programmes]
    told = assess(person, doses, point.on, point.pack, known).programmes
    return {status.programme: status for status in told}


def _changes(
    wanted: tuple[str, ...], was: dict[str, ProgrammeStatus], will: dict[str, ProgrammeStatus]
) -> Iterator[Change]:
    for code in wanted:
        before, after = was.get(code), will.get(code)
        kind = _kind(before, after)
        if kind is not None:
            yield Change(code, kind, before, after)


def _kind(before: ProgrammeStatus | None, after: ProgrammeStatus | None) -> Kind | None:
    was = before.status if before else "not_target"
    will = after.status if after else "not_target"
    if was != will:
        return _of_status(was, will)
    if before is None or after is None or was not in ("eligible", "not_yet"):
        return None
    dates = [(s.next_dose, s.earliest, s.eligible_to, s.last_day) for s in (before, after)]
    return "moves" if dates[0] != dates[1] else None


def _of_status(was: str, will: str) -> Kind:
    if will == "eligible":
        return "becomes_eligible"
    if was == "eligible":
        return "stops"
    if will == "not_yet":
        return "opens_later"
    return "closes" if was == "not_yet" else "other"


def _group(change: Change) -> Group:
    before, after = main_reason(change.before), main_reason(change.after)
    article = next((reason.article for reason in (after, before) if reason and reason.article), "")
    return Group(change.programme, change.kind, _code(before), _code(after), article)


def _code(reason: Reason | None) -> str:
    return reason.code if reason else ""


def main_reason(status: ProgrammeStatus | None) -> Reason | None:
    """The first reason told; None where the pack does not know the programme."""
    return status.reasons[0] if status and status.reasons else None
