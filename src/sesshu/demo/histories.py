"""A person's doses, course by course, with the few irregular ones that every city's ledger holds."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from sesshu.demo.adult_doses import Dose, adult_doses
from sesshu.demo.courses import COURSES, Course, Step
from sesshu.demo.names import pick
from sesshu.demo.people import Person
from sesshu.kernel.dates import earliest_next, reach

EARLY, EXTRA, DUPLICATE, NO_LOT, WRONG_VACCINE, WRONG_VOLUME, EXPIRED = (
    "early", "extra", "duplicate", "no_lot", "wrong_vaccine", "wrong_volume", "expired",
)  # fmt: skip
_OF_A_COURSE = (EARLY, EARLY, EARLY, EXTRA, DUPLICATE, NO_LOT, WRONG_VACCINE, WRONG_VOLUME, EXPIRED)
_OF_A_SINGLE_DOSE = (DUPLICATE, NO_LOT, NO_LOT, WRONG_VOLUME, EXPIRED)
_DAY = timedelta(days=1)
_COMBINED = {"DPT-IPV-Hib": "dpt-ipv-hib", "DPT-IPV": "dpt-ipv"}
_YOUNG_FROM = date(1995, 1, 1)


class Given(NamedTuple):
    """A dose, and what is irregular about it (blank when nothing is)."""

    dose: Dose
    flaw: str


class Histories:
    """Makes histories up to the day of reference; `irregular` is the share of irregular doses (0 to 1)."""

    def __init__(self, rng: Random, on: date, *, irregular: float, temporary: bool) -> None:
        self._rng = rng
        self._on = on
        self._irregular = irregular
        self._temporary = temporary

    def of(self, person: Person) -> Iterator[Given]:
        """All doses of a person until today, or until the person left or died."""
        until = person.removed or self._on
        if person.birth >= _YOUNG_FROM and self._rng.random() >= 0.025:
            yield from self._childhood(person, until)
        for dose in adult_doses(self._rng, person, until, temporary=self._temporary):
            yield Given(dose, self._flaw(_OF_A_SINGLE_DOSE))

    def _childhood(self, person: Person, until: date) -> Iterator[Given]:
        rng, birth = self._rng, person.birth
        visits = _Visits(rng)
        for course in COURSES:
            if not course.born[0] <= birth <= course.born[1] or course.sex not in ("", person.sex):
                continue
            if course.chosen[0] <= visits.choice < course.chosen[1] and rng.random() < course.coverage:
                yield from self._follow(course, birth, until, visits)

    def _follow(self, course: Course, birth: date, until: date, visits: "_Visits") -> Iterator[Given]:
        opens, closes = course.window(birth)
        opens = max(opens, course.eras[0][0])
        late = visits.first if course.together else _wait(self._rng, course.delay)
        day = _weekday(opens + late)
        last = min(closes, until)
        if day > last or not course.first[0] <= day <= course.first[1]:
            return
        steps = _steps(course, birth, day)
        previous: date | None = None
        number = 0
        for index, step in enumerate(steps):
            flaw = self._flaw(_OF_A_COURSE)
            earliest = opens if previous is None else _earliest(step, birth, previous)
            if flaw == EARLY:
                day = max(birth, earliest - _DAY * (1 + int(self._rng.random() * 3)))
            elif previous is not None:
                wait = visits.waits[index] if course.together else _wait(self._rng, step.delay)
                day = _weekday(earliest + wait)
            if step.by and day > reach(birth, months=step.by):
                continue
            if day > last:
                return
            number += 1
            yield _given(course, day, number, flaw)
            previous = day
            if flaw == EXTRA and day + _DAY * 45 <= last:
                yield _given(course, day + _DAY * 45, number + 1, EXTRA)
            if self._rng.random() < 0.012:
                return

    def _flaw(self, kinds: tuple[str, ...]) -> str:
        return pick(self._rng, kinds) if self._rng.random() < self._irregular else ""


class _Visits:
    """What a family's visits in infancy have in common: how late it comes, and one random choice."""

    def __init__(self, rng: Random) -> None:
        late_starter = rng.random() < 0.03
        days = 130 + rng.random() * 500 if late_starter else min(rng.expovariate(1 / 8), 40)
        self.first = timedelta(days=int(days))
        self.waits = [timedelta(days=int(min(rng.expovariate(1 / 6), 24))) for _ in range(4)]
        self.choice = rng.random()


def _given(course: Course, day: date, number: int, flaw: str) -> Given:
    vaccine = course.product(day) or course.eras[0][1]
    return Given(Dose(day, _COMBINED.get(vaccine, course.programme), vaccine, number), flaw)


def _steps(course: Course, birth: date, first: date) -> tuple[Step, ...]:
    chosen = course.steps[0][1]
    for months, steps in course.steps[1:]:
        if first > reach(birth, months=months):
            chosen = steps
    return chosen


def _earliest(step: Step, birth: date, previous: date) -> date:
    earliest = earliest_next(previous, step.gap) if step.gap else previous
    return max(earliest, reach(birth, months=step.months)) if step.months else earliest


def _wait(rng: Random, mean: float) -> timedelta:
    return timedelta(days=int(rng.expovariate(1 / mean)))


def _weekday(day: date) -> date:
    """The day, or the Monday after a Sunday, when clinics are closed."""
    return day + _DAY if day.weekday() == 6 else day
