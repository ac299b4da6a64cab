"""A whole city at once: what :func:`sesshu.schedule.assess` says of each resident, over columns.

Residents are taken in the order of birth, some at a time, so that few rules concern each lot and memory stays
within bounds. Whoever has something that columns do not hold is answered by the scalar engine and counted.

>>> from sesshu.schedule import load_pack
>>> from sesshu.schedule.population.columns import STATUSES, doses_of
>>> pack, on = load_pack("jp"), date(2026, 11, 22)
>>> births = np.array([date(2026, 8, 1).toordinal(), date(1961, 5, 3).toordinal()])
>>> residents = Residents(births, sex=np.array([1, 2]), conditions=np.array([0, 0]))
>>> day = np.array([date(2026, 10, 5).toordinal()])
>>> doses = doses_of(np.array([0]), day, np.array([list(pack.vaccines).index("PCV20")]))
>>> answers = assess_city(residents, doses, on, pack)
>>> pcv = list(pack.programmes).index("pcv")
>>> [STATUSES[status] for status in answers.statuses["status"][pcv]]
['eligible', 'aged_out']
>>> date.fromordinal(int(answers.statuses["earliest"][pcv, 0])).isoformat()
'2026-11-02'
>>> [EVALUATIONS[one] for one in answers.evaluation], answers.routine.tolist()
(['valid'], [True])
"""

import mmap
import multiprocessing
from collections import Counter
from datetime import date

import numpy as np

from sesshu.schedule.assessing import _FIRST_BIRTH_YEAR, _LAST_BIRTH_YEAR, assess
from sesshu.schedule.model import Assessment, DoseGiven, Person
from sesshu.schedule.population.columns import (
    DATES,
    EVALUATIONS,
    REASONS,
    SEXES,
    SMALL,
    STATUSES,
    Answers,
    Column,
    Doses,
    Residents,
)
from sesshu.schedule.population.compiling import left_out
from sesshu.schedule.population.lot import Lot
from sesshu.schedule.population.openings import articles
from sesshu.schedule.population.organising import ranges
from sesshu.schedule.population.rows import Rows
from sesshu.schedule.population.standing import FIELDS, Statuses, barred, blank
from sesshu.schedule.supporting import Pack

LOT = 100_000
_BIRTHS = (_FIRST_BIRTH_YEAR, 1, 1), (_LAST_BIRTH_YEAR, 12, 31)


def assess_city(
    residents: Residents, doses: Doses, on: date, pack: Pack, *, processes: int = 1, lot: int = LOT
) -> Answers:
    """Judge every dose and tell every resident's status in every programme on ``on``.

    ``doses`` are in the order of their persons, then of their days. With ``processes`` more than one the lots
    are shared out among processes forked from this one.
    """
    _check(doses, len(residents))
    answers = _room(len(residents), len(doses), pack)
    begins = np.searchsorted(doses.person, np.arange(len(residents) + 1))
    order = np.lexsort((residents.conditions, residents.sex, residents.birth))
    first, last = (date(year, month, day).toordinal() for year, month, day in _BIRTHS)
    known = (residents.birth[order] >= first) & (residents.birth[order] <= last)
    city = _City(residents, doses, begins, on.toordinal(), pack, answers)
    city.without_birth(order[~known])
    order = order[known]
    alone, reasons = city.alone(order)
    for person in order[alone]:
        city.scalar(int(person))
    answers.fallbacks.update(reasons)
    order = order[~alone]
    lots = [order[n : n + lot] for n in range(0, len(order), lot)]
    if processes > 1 and len(lots) > 1:
        with multiprocessing.get_context("fork").Pool(processes, _begin, (city,)) as pool:
            pool.map(_work, lots, chunksize=1)
    else:
        for one in lots:
            city.lot(one)
    return answers


def _check(doses: Doses, residents: int) -> None:
    person, day = doses.person, doses.day
    if len(doses) and not (person[0] >= 0 and person[-1] < residents):
        raise ValueError("接種の person は住民の並びの番号でなければなりません。")
    backwards = (person[1:] < person[:-1]) | ((person[1:] == person[:-1]) & (day[1:] < day[:-1]))
    if backwards.any():
        raise ValueError("接種は人の順、その中で接種日の順に並べてください。")


_working: list["_City"] = []


def _begin(city: "_City") -> None:
    _working[:] = [city]


def _work(persons: Column) -> None:
    _working[0].lot(persons)


class _City:
    """Everything there is, and the room for the answers."""

    def __init__(
        self, residents: Residents, doses: Doses, begins: Column, on: int, pack: Pack, answers: Answers
    ) -> None:
        self.residents, self.doses, self.begins = residents, doses, begins
        self.on, self.pack, self.answers = on, pack, answers

    def lot(self, persons: Column) -> None:
        """Answer for some residents whose birth is known, in the order of birth, sex and conditions."""
        if not len(persons):
            return
        given = ranges(self.begins[persons], self.begins[persons + 1])
        counts = self.begins[persons + 1] - self.begins[persons]
        doses = Doses(
            np.repeat(np.arange(len(persons)), counts),
            *(part[given] for part in (self.doses.day, self.doses.vaccine, self.doses.lot_expiry)),
        )
        lot = Lot(*self._rows(persons), doses, self.on)
        for n, programme in enumerate(self.pack.programmes.values()):
            found = lot.programme(programme)
            for name, values in zip(FIELDS, found, strict=True):
                self.answers.statuses[name][n, persons] = values
        self._put(given, lot)

    def _put(self, given: Column, lot: "Lot") -> None:
        evaluation, number, routine, _ = lot.outcomes.verdicts()
        self.answers.programme[given] = lot.history.programme
        self.answers.evaluation[given] = evaluation
        self.answers.number[given], self.answers.routine[given] = number, routine

    def without_birth(self, persons: Column) -> None:
        """Those whose date of birth is unknown or impossible: nothing can be judged."""
        told = barred("birth_unknown", len(persons))
        for name, values in zip(FIELDS, told, strict=True):
            self.answers.statuses[name][:, persons] = values
        given = ranges(self.begins[persons], self.begins[persons + 1])
        places = {code: n for n, code in enumerate(self.pack.programmes)}
        first = [places[vaccine.programmes[0]] for vaccine in self.pack.vaccines.values()]
        vaccine = self.doses.vaccine[given]
        self.answers.programme[given] = np.where(vaccine < 0, -1, np.array(first)[vaccine])
        self.answers.evaluation[given], self.answers.number[given] = EVALUATIONS.index("not_valid"), -1

    def alone(self, persons: Column) -> tuple[Column, dict[str, int]]:
        """Which of ``persons`` (in order) the scalar engine answers, and how many for which reason."""
        found, reasons = np.zeros(len(persons), bool), Counter[str]()
        for why in ("due_dates", "long_term_illness", "exclusions"):
            told = np.isin(persons, list(getattr(self.residents, why))) & ~found
            reasons[why] = int(told.sum())
            found |= told
        left = left_out(self.pack)
        if left and len(persons):
            rows, row = self._rows(persons)
            for number, why in left.items():
                classes, of = rows.classes([self.pack.rules[number]])
                open_to = np.array([not one.bars[number] for one in classes])[of][row] & ~found
                reasons[why] += int(open_to.sum())
                found |= open_to
        return found, {why: count for why, count in reasons.items() if count}

    def _rows(self, persons: Column) -> tuple[Rows, Column]:
        """The distinct terms of ``persons``, who are in order, and each one's place among them."""
        columns = (self.residents.birth, self.residents.sex, self.residents.conditions)
        keys = np.stack([column[persons] for column in columns])
        new = np.ones(len(persons), bool)
        new[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
        return Rows(self.pack, *keys[:, new]), np.cumsum(new) - 1

    def scalar(self, person: int) -> None:
        """Answer for one resident by the scalar engine."""
        who, given = person_of(self.residents, self.doses, person, self.pack)
        told = assess(who, given, date.fromordinal(self.on), self.pack)
        for n, status in enumerate(values_of(told, self.pack).T):
            for name, value in zip(FIELDS, status, strict=True):
                self.answers.statuses[name][n, person] = value
        places = {code: n for n, code in enumerate(self.pack.programmes)}
        for verdict in told.doses:
            place = int(verdict.key)  # type: ignore[call-overload]
            self.answers.programme[place] = places.get(verdict.programme or "", -1)
            number = verdict.dose_number
            self.answers.number[place] = -1 if number is None else number
            self.answers.evaluation[place] = EVALUATIONS.index(verdict.evaluation)
            self.answers.routine[place] = verdict.routine


def person_of(residents: Residents, doses: Doses, person: int, pack: Pack) -> tuple[Person, list[DoseGiven]]:
    """One resident as the scalar engine takes it; ``key`` of a dose is its place in the columns."""
    birth, bits = int(residents.birth[person]), int(residents.conditions[person])
    who = Person(
        date.fromordinal(birth) if birth else None,
        SEXES[residents.sex[person]],  # type: ignore[arg-type]
        residents.due_dates.get(person, ()),
        frozenset(code for n, code in enumerate(pack.conditions) if bits >> n & 1),
        residents.long_term_illness.get(person, ()),
        residents.exclusions.get(person, ()),
    )
    codes = [*pack.vaccines, "?"]
    first, last = np.searchsorted(doses.person, [person, person + 1])
    return who, [
        DoseGiven(
            date.fromordinal(int(doses.day[n])),
            codes[doses.vaccine[n]],
            lot_expiry=date.fromordinal(int(doses.lot_expiry[n])) if doses.lot_expiry[n] else None,
            key=n,
        )
        for n in range(int(first), int(last))
    ]


def values_of(told: Assessment, pack: Pack) -> Statuses:
    """The scalar engine's statuses as columns, one for each programme."""
    found, called = blank(len(told.programmes)), articles(pack)
    for n, status in enumerate(told.programmes):
        numbers = (status.next_dose, status.remaining)
        days = [getattr(status, name) for name in DATES]
        found[:, n] = (
            STATUSES.index(status.status),
            *(-1 if number is None else number for number in numbers),
            REASONS.index(status.reasons[0].code),
            *(day.toordinal() if day else 0 for day in days),
            called.setdefault(status.reasons[0].article, len(called)),
        )
    return found


def _room(persons: int, doses: int, pack: Pack) -> Answers:
    """Empty answers in memory that forked processes share."""
    shape = (len(pack.programmes), persons)
    kinds = {**dict.fromkeys(SMALL, np.int8), **dict.fromkeys(DATES, np.int32), "article": np.int16}
    return Answers(
        {name: _shared(shape, np.dtype(kind)) for name, kind in kinds.items()},
        _shared((doses,), np.dtype(np.int8)),
        _shared((doses,), np.dtype(np.int8)),
        _shared((doses,), np.dtype(np.int8)),
        _shared((doses,), np.dtype(bool)),
    )


def _shared(shape: tuple[int, ...], kind: "np.dtype[np.generic]") -> Column:
    size = int(np.prod(shape)) * kind.itemsize
    return np.frombuffer(mmap.mmap(-1, max(size, 1)), kind, count=int(np.prod(shape))).reshape(shape)


__all__ = ["assess_city", "person_of", "values_of"]
