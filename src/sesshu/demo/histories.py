"""A person's doses, course by course, with the few irregular ones that every city's ledger holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from heapq import heapify, heappop, heappush
from random import Random
from typing import NamedTuple

from sesshu.demo.adult_doses import Dose, adult_doses
from sesshu.demo.courses import COURSES, Course, Step
from sesshu.demo.names import pick
from sesshu.demo.neighbours import free_day, together
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
        doses = adult_doses(self._rng, person, until, temporary=self._temporary)
        for dose in together(sorted(doses)):
            yield Given(dose, self._flaw(_OF_A_SINGLE_DOSE))

    def _childhood(self, person: Person, until: date) -> Iterator[Given]:
        """All courses side by side in the order of days, each dose placed with regard to those before it."""
        visits = _Visits(self._rng)
        running = [
            run for course in self._taken(person, visits) if (run := self._begun(course, person, visits))
        ]
        queue = [(run.day, place, run) for place, run in enumerate(running)]
        heapify(queue)
        given: list[Dose] = []
        while queue:
            day, place, run = heappop(queue)
            if day > min(run.closes, until):
                continue
            free = day if run.flaw == EARLY else free_day(run.course.product(day), run.earliest, day, given)
            if free > day:
                heappush(queue, (_weekday(free), place, run))
                continue
            if not run.too_late_for_step(person.birth, free):
                yield from self._doses(run, free, given, until)
            if self._next(run, person.birth, visits):
                heappush(queue, (run.day, place, run))

    def _taken(self, person: Person, visits: "_Visits") -> Iterator[Course]:
        for course in COURSES:
            if not course.born[0] <= person.birth <= course.born[1] or course.sex not in ("", person.sex):
                continue
            if course.chosen[0] <= visits.choice < course.chosen[1] and self._rng.random() < course.coverage:
                yield course

    def _begun(self, course: Course, person: Person, visits: "_Visits") -> "_Run | None":
        opens, closes = course.window(person.birth)
        first_product = max(opens, course.eras[0][0])
        late = visits.first if course.together else _wait(self._rng, course.delay)
        planned = _weekday((opens if course.together else first_product) + late)
        if not course.first[0] <= planned <= course.first[1]:
            return None
        flaw = self._flaw(_OF_A_COURSE)
        day = self._early(person.birth, first_product) if flaw == EARLY else max(planned, first_product)
        return _Run(course, _steps(course, person.birth, day), closes, first_product, day, flaw)

    def _doses(self, run: "_Run", day: date, given: list[Dose], until: date) -> Iterator[Given]:
        run.number += 1
        run.previous = day
        dose = _dose(run.course, day, run.number)
        given.append(dose)
        yield Given(dose, run.flaw)
        again = day + _DAY * 45
        if run.flaw == EXTRA and again <= min(run.closes, until):
            yield Given(_dose(run.course, again, run.number + 1), EXTRA)

    def _next(self, run: "_Run", birth: date, visits: "_Visits") -> bool:
        """Plan the next dose of the course; False when it is over or the family stays away."""
        run.index += 1
        if run.index == len(run.steps) or self._rng.random() < 0.012:
            return False
        step = run.steps[run.index]
        run.earliest = _earliest(step, birth, run.previous or run.earliest)
        run.flaw = self._flaw(_OF_A_COURSE)
        wait = visits.waits[run.index] if run.course.together else _wait(self._rng, step.delay)
        if step.most:
            wait = min(wait, _DAY * step.most)
        run.day = self._early(birth, run.earliest) if run.flaw == EARLY else _weekday(run.earliest + wait)
        return True

    def _early(self, birth: date, earliest: date) -> date:
        return max(birth, earliest - _DAY * (1 + int(self._rng.random() * 3)))

    def _flaw(self, kinds: tuple[str, ...]) -> str:
        return pick(self._rng, kinds) if self._rng.random() < self._irregular else ""


@dataclass(slots=True)
class _Run:
    """A course under way: its next dose, the first day on which that is allowed, and the day planned."""

    course: Course
    steps: tuple[Step, ...]
    closes: date
    earliest: date
    day: date
    flaw: str
    index: int = 0
    number: int = 0
    previous: date | None = None

    def too_late_for_step(self, birth: date, day: date) -> bool:
        by = self.steps[self.index].by
        return bool(by) and day > reach(birth, months=by)


class _Visits:
    """What a family's visits in infancy have in common: how late it comes, and one random choice."""

    def __init__(self, rng: Random) -> None:
        late_starter = rng.random() < 0.03
        days = 130 + rng.random() * 500 if late_starter else min(rng.expovariate(1 / 8), 40)
        self.first = timedelta(days=int(days))
        self.waits = [timedelta(days=int(min(rng.expovariate(1 / 6), 24))) for _ in range(4)]
        self.choice = rng.random()


def _dose(course: Course, day: date, number: int) -> Dose:
    vaccine = course.product(day) or course.eras[0][1]
    return Dose(day, _COMBINED.get(vaccine, course.programme), vaccine, number)


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
