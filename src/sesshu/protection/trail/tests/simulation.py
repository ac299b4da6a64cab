"""Staff at work, invented but lifelike: hours, households, reopened persons, lists, overtime, campaign days.

Everything follows from a seed. Numbers are drawn so that a health section of a mid-sized city is recognised:
a clerk opens some 20 to 90 persons a day, more at the start of a month, with family members beside them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sesshu.kernel.clock import TOKYO
from sesshu.protection.acts import Sort
from sesshu.protection.trail.detection import Access, Day, Known, Suspicion, Usual, detect
from sesshu.protection.trail.relations import Facts
from sesshu.protection.trail.rules import defaults

RESIDENTS = 120_000
_HOURS = (8, 9, 9, 10, 10, 10, 11, 11, 13, 13, 14, 14, 14, 15, 15, 16, 16, 17)


@dataclass
class Town:
    """Households of one to five with neighbouring numbers; one in 400 persons is protected."""

    seed: int = 1
    household: dict[int, list[int]] = field(default_factory=dict)
    facts: dict[int, Facts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        chance, person = random.Random(self.seed), 1
        while person < RESIDENTS:
            size = chance.choice((1, 1, 2, 3, 3, 4, 5))
            members = list(range(person, person + size))
            family, dwelling = f"F{chance.randrange(900)}", f"D{person}"
            for each in members:
                self.household[each] = members
                protected = chance.random() < 1 / 400
                self.facts[each] = Facts(f"{each:08d}", f"H{person}", dwelling, family, protected)
            person += size


@dataclass
class Clerk:
    """``pace``: persons sought on an ordinary day."""

    account: int
    pace: float
    self_id: int
    history: list[int] = field(default_factory=list)


class Office:
    """Ten clerks, each with a person of the town that they are."""

    def __init__(self, town: Town, seed: int, clerks: int = 10) -> None:
        self.town, self.chance = town, random.Random(seed)
        self.event = 0
        self.clerks = [
            Clerk(number, self.chance.lognormvariate(3.3, 0.45), self.chance.randrange(1, RESIDENTS))
            for number in range(clerks)
        ]

    def access(self, at: datetime, sort: Sort, *subjects: int) -> Access:
        self.event += 1
        return Access(self.event, at, sort, subjects)

    def at(self, day: date, hour: int) -> datetime:
        minute = timedelta(minutes=self.chance.randrange(60), seconds=self.chance.randrange(60))
        return datetime.combine(day, time(hour), TOKYO) + minute

    def ordinary(self, clerk: Clerk, day: date) -> list[Access]:
        """One clerk's working day."""
        chance = self.chance
        busy = 1.6 if day.day <= 5 else 1.15 if day.weekday() == 0 else 1.0
        count = max(3, int(chance.gauss(clerk.pace * busy, clerk.pace * 0.22)))
        found: list[Access] = []
        late = chance.random() < 0.12
        for _ in range(count):
            hour = chance.choice((*_HOURS, 18, 19) if late else _HOURS)
            found += self._one_case(clerk, self.at(day, hour))
        if chance.random() < 0.3:
            listed = chance.sample(range(1, RESIDENTS), 200)
            found.append(self.access(self.at(day, 14), chance.choice((Sort.LIST, Sort.EXPORT)), *listed))
        for _ in range(chance.choice((0, 0, 0, 1, 2))):
            found.append(self.access(self.at(day, 11), Sort.REFUSAL))
        return sorted(found, key=lambda access: access.at)

    def _one_case(self, clerk: Clerk, at: datetime) -> Iterator[Access]:
        """Searched, opened with the household, sometimes a sibling too, worked on, sometimes opened again."""
        chance, person = self.chance, self.chance.randrange(1, RESIDENTS)
        members = self.town.household[person]
        if clerk.self_id in members:
            return
        yield self.access(at, Sort.SEARCH, *(chance.randrange(1, RESIDENTS) for _ in range(4)), person)
        yield self.access(at + timedelta(seconds=9), Sort.READ, person)
        yield self.access(at + timedelta(seconds=9), Sort.READ, *members[:6])
        if chance.random() < 0.25:
            for step, sibling in enumerate(members[:3], start=1):
                yield self.access(at + timedelta(seconds=40 * step), Sort.READ, sibling)
        if chance.random() < 0.6:
            work = chance.choice((Sort.CHANGE, Sort.PRINT))
            yield self.access(at + timedelta(minutes=3), work, person)
        for again in range(chance.choice((0, 0, 0, 0, 1, 2))):
            yield self.access(at + timedelta(minutes=12 * (again + 1)), Sort.READ, person)

    def judged(self, clerk: Clerk, accesses: list[Access]) -> list[Suspicion]:
        """What the rules say to a day, with what was usual until then."""
        peers = [count for each in self.clerks for count in each.history[-20:]]
        usual = Usual(tuple(clerk.history[-20:]), sum(peers) / len(peers) if peers else 0.0)
        colleagues = frozenset(each.self_id for each in self.clerks if each is not clerk)
        known = Known(self.town.facts, clerk.self_id, colleagues)
        return detect(Day(accesses, usual, known), defaults())

    def learn(self, clerk: Clerk, accesses: list[Access]) -> None:
        persons = {s for a in accesses if a.sort is Sort.READ and len(a.subjects) <= 8 for s in a.subjects}
        clerk.history.append(len(persons))


def working_days(begin: date, count: int) -> list[date]:
    found: list[date] = []
    while len(found) < count:
        if begin.weekday() < 5:
            found.append(begin)
        begin += timedelta(days=1)
    return found
