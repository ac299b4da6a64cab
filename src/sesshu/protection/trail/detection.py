"""Unusual use in one account's day, found from the log alone. Pure: no database, no clock."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sesshu.protection.acts import Sort
from sesshu.protection.trail.relations import Facts

FEW = 8  # persons opened by one event; more is a list and no looking at a person
EVIDENCE = 20  # ids that an alert names
Limits = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Access:
    """One event as the rules see it; ``at`` in Japanese time."""

    event: int
    at: datetime
    sort: Sort
    subjects: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Usual:
    """Persons opened on each day worked lately: by this account; on average, by those of the same roles."""

    own: tuple[int, ...] = ()
    peers: float = 0.0


@dataclass(frozen=True)
class Known:
    """What is known besides the log."""

    facts: Mapping[int, Facts] = field(default_factory=dict)
    self_id: int | None = None
    colleagues: frozenset[int] = frozenset()
    closed_days: frozenset[date] = frozenset()
    leaving: bool = False


@dataclass(frozen=True, slots=True)
class Suspicion:
    """``key`` tells two suspicions of one rule and day apart."""

    rule: str
    evidence: dict[str, Any]
    key: str = ""


@dataclass(frozen=True)
class Day:
    """One account's accesses of one day, in order, with what the rules ask of them."""

    accesses: Sequence[Access]
    usual: Usual
    known: Known

    def opened(self) -> Iterator[tuple[Access, int]]:
        """Each person looked at, one by one."""
        for access in self.accesses:
            if access.sort is Sort.READ and len(access.subjects) <= FEW:
                yield from ((access, subject) for subject in access.subjects)

    def persons(self, chosen: Callable[[Access, int], bool]) -> dict[int, int]:
        """Persons for whom ``chosen`` holds, each with the event in which it was opened first."""
        found: dict[int, int] = {}
        for access, subject in self.opened():
            if chosen(access, subject):
                found.setdefault(subject, access.event)
        return found


def detect(day: Day, thresholds: Mapping[str, Limits]) -> list[Suspicion]:
    """What the rules that are switched on say to this day."""
    return [found for code, limits in thresholds.items() for found in _RULES[code](day, limits)]


def _said(rule: str, found: Mapping[int, int], limit: int, key: str = "", **more: Any) -> Suspicion:
    ids, events = list(found), list(dict.fromkeys(found.values()))
    evidence = {"count": len(found), "limit": limit, "persons": ids[:EVIDENCE], "events": events[:EVIDENCE]}
    return Suspicion(rule, evidence | more, key)


def _volume_day(day: Day, limits: Limits) -> Iterator[Suspicion]:
    found = day.persons(lambda access, subject: True)
    own = day.usual.own
    mean = statistics.fmean(own) if own else day.usual.peers
    spread = max(statistics.pstdev(own) if len(own) > 4 else mean / 2, mean / 6)
    limit = max(
        limits["persons"],
        int(mean + limits["deviations"] * spread),
        int(day.usual.peers * limits["percent"] / 100),
    )
    if len(found) > limit:
        yield _said("volume-day", found, limit, usual=round(mean))


def _volume_hour(day: Day, limits: Limits) -> Iterator[Suspicion]:
    mean = statistics.fmean(day.usual.own) if day.usual.own else day.usual.peers
    limit = max(limits["persons"], int(mean * limits["percent"] / 100))
    most = _busiest_hour(list(day.opened()))
    if len(most) > limit:
        yield _said("volume-hour", most, limit, usual=round(mean))


def _busiest_hour(opened: Sequence[tuple[Access, int]]) -> dict[int, int]:
    """The persons of the hour in which most were opened."""
    inside: Counter[int] = Counter()
    begin, most, best = 0, 0, (0, 0)
    for end, (access, subject) in enumerate(opened, start=1):
        inside[subject] += 1
        while access.at - opened[begin][0].at >= timedelta(hours=1):
            gone = opened[begin][1]
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            begin += 1
        if len(inside) > most:
            most, best = len(inside), (begin, end)
    return {subject: access.event for access, subject in opened[slice(*best)]}


def _is_off(at: datetime, limits: Limits, known: Known) -> bool:
    festive = (at.month, at.day) in {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}
    closed = at.weekday() >= 5 or festive or at.date() in known.closed_days
    return closed or not limits["opens"] <= at.hour < limits["closes"]


def _off_hours(day: Day, limits: Limits) -> Iterator[Suspicion]:
    found = day.persons(lambda access, subject: _is_off(access.at, limits, day.known))
    if len(found) >= limits["persons"]:
        yield _said("off-hours", found, limits["persons"])


def _own_household(day: Day, limits: Limits) -> Iterator[Suspicion]:
    known = day.known
    if known.self_id is None:
        return
    own = known.facts.get(known.self_id, Facts())
    found = day.persons(
        lambda access, subject: subject == known.self_id or _is_near(own, known.facts.get(subject))
    )
    if len(found) >= limits["persons"]:
        yield _said("own-household", found, limits["persons"])


def _is_near(own: Facts, other: Facts | None) -> bool:
    if other is None:
        return False
    same_household = bool(own.household) and own.household == other.household
    same_family = bool(own.family) and own.family == other.family
    return same_household or (bool(own.dwelling) and own.dwelling == other.dwelling and same_family)


def _colleague(day: Day, limits: Limits) -> Iterator[Suspicion]:
    # Colleagues are residents too: one who was sought, and for whom nothing was then done.
    worked = _worked(day)
    found = day.persons(
        lambda access, subject: (
            len(access.subjects) == 1 and subject in day.known.colleagues and subject not in worked
        )
    )
    if len(found) >= limits["persons"]:
        yield _said("colleague", found, limits["persons"])


def _protected(day: Day, limits: Limits) -> Iterator[Suspicion]:
    facts = day.known.facts
    found = day.persons(lambda access, subject: subject in facts and facts[subject].protected)
    if len(found) >= limits["persons"]:
        yield _said("protected", found, limits["persons"])


def _walking(day: Day, limits: Limits) -> Iterator[Suspicion]:
    """One person after the other with numbers that only rise, or only fall, by little."""
    run: list[tuple[int, Access, int]] = []
    longest: list[tuple[int, Access, int]] = []
    for number, access, subject in _numbered(day):
        if run and not _goes_on(run, number, access.at, limits):
            run = run[-1:] if _near(run[-1][0], number, limits) else []
        run.append((number, access, subject))
        longest = list(run) if len(run) > len(longest) else longest
    if len(longest) >= limits["persons"]:
        yield _said("walking", {subject: access.event for _, access, subject in longest}, limits["persons"])


def _numbered(day: Day) -> Iterator[tuple[int, Access, int]]:
    before = None
    for access, subject in day.opened():
        # A household is opened with its members: only the person who was sought is a step.
        if len(access.subjects) > 1 or subject == before:
            continue
        before = subject
        number = day.known.facts.get(subject, Facts()).number
        yield int(number) if number.isdecimal() else subject, access, subject


def _near(before: int, number: int, limits: Limits) -> bool:
    return 0 < abs(number - before) <= limits["step"]


def _goes_on(run: Sequence[tuple[int, Access, int]], number: int, at: datetime, limits: Limits) -> bool:
    soon = at - run[0][1].at <= timedelta(minutes=limits["minutes"])
    onward = len(run) < 2 or (number > run[-1][0]) == (run[-1][0] > run[-2][0])
    return soon and onward and _near(run[-1][0], number, limits)


def _worked(day: Day) -> set[int]:
    """For whom something was registered or printed that day."""
    acted = (access for access in day.accesses if access.sort in (Sort.CHANGE, Sort.PRINT))
    return {person for access in acted for person in access.subjects}


def _repeated(day: Day, limits: Limits) -> Iterator[Suspicion]:
    worked = _worked(day)
    times: Counter[int] = Counter()
    last: dict[int, datetime] = {}
    events: dict[int, list[int]] = defaultdict(list)
    for access, subject in day.opened():
        if len(access.subjects) > 1 or subject in worked:
            continue
        if subject not in last or access.at - last[subject] >= timedelta(minutes=limits["minutes"]):
            times[subject] += 1
            events[subject].append(access.event)
        last[subject] = access.at
    for person, count in times.items():
        if count >= limits["times"]:
            evidence = {"count": count, "limit": limits["times"], "persons": [person]}
            yield Suspicion("repeated", evidence | {"events": events[person][:EVIDENCE]}, key=str(person))


def _leaving(day: Day, limits: Limits) -> Iterator[Suspicion]:
    found = day.persons(lambda access, subject: day.known.leaving)
    if len(found) >= limits["persons"]:
        yield _said("leaving", found, limits["persons"])


def _counted(rule: str, accesses: Iterable[Access], limit: int) -> Iterator[Suspicion]:
    events = [access.event for access in accesses]
    if len(events) >= limit:
        yield Suspicion(
            rule, {"count": len(events), "limit": limit, "persons": [], "events": events[:EVIDENCE]}
        )


def _refusals(day: Day, limits: Limits) -> Iterator[Suspicion]:
    yield from _counted("refusals", (a for a in day.accesses if a.sort is Sort.REFUSAL), limits["times"])


def _is_taken(access: Access) -> bool:
    """A file of anybody, or papers of many: one questionnaire printed late at the counter is none."""
    return access.sort is Sort.EXPORT or (access.sort is Sort.PRINT and len(access.subjects) > FEW)


def _export_at_night(day: Day, limits: Limits) -> Iterator[Suspicion]:
    taken = (access for access in day.accesses if _is_taken(access) and _is_off(access.at, limits, day.known))
    yield from _counted("export-at-night", taken, limits["times"])


_RULES: dict[str, Callable[[Day, Limits], Iterator[Suspicion]]] = {
    "volume-day": _volume_day,
    "volume-hour": _volume_hour,
    "off-hours": _off_hours,
    "own-household": _own_household,
    "colleague": _colleague,
    "protected": _protected,
    "walking": _walking,
    "repeated": _repeated,
    "leaving": _leaving,
    "refusals": _refusals,
    "export-at-night": _export_at_night,
}
