"""A whole city at once: what :func:`sesshu.schedule.assess` says of each resident, over columns.

Residents are taken in the order of birth, some at a time, so that few rules concern each lot and memory stays
within bounds. Whoever has something that columns do not hold is answered by the scalar engine and counted.
"""

import mmap
import multiprocessing
from datetime import date

import numpy as np

from sesshu.schedule.assessing import assess
from sesshu.schedule.logic.plan import plan
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
from sesshu.schedule.population.evaluating import Gaps
from sesshu.schedule.population.grouping import Grouping
from sesshu.schedule.population.organising import History
from sesshu.schedule.population.recurring import compiles
from sesshu.schedule.population.rows import Rows
from sesshu.schedule.population.selecting import Disease, Selection
from sesshu.schedule.population.standing import FIELDS, Past, Statuses, barred, blank, statuses
from sesshu.schedule.population.verdicts import Outcomes
from sesshu.schedule.supporting import Pack, Programme

LOT = 100_000


def assess_city(
    residents: Residents, doses: Doses, on: date, pack: Pack, *, processes: int = 1, lot: int = LOT
) -> Answers:
    """Judge every dose and tell every resident's status in every programme on ``on``.

    ``doses`` are in the order of their persons, then of their days. With ``processes`` more than one the lots
    are shared out among processes forked from this one.
    """
    answers = _room(len(residents), len(doses), pack)
    begins = np.searchsorted(doses.person, np.arange(len(residents) + 1))
    order = np.lexsort((residents.conditions, residents.sex, residents.birth))
    unknown = int((residents.birth == 0).sum())
    lots = [order[n : n + lot] for n in range(unknown, len(order), lot)]
    city = _City(residents, doses, begins, on.toordinal(), pack, answers)
    city.without_birth(order[:unknown])
    alone = city.alone()
    for person in np.flatnonzero(alone):
        city.scalar(int(person))
    answers.fallbacks.update(city.reasons())
    if processes > 1 and len(lots) > 1:
        with multiprocessing.get_context("fork").Pool(processes, _begin, (city,)) as pool:
            pool.map(_work, [one[~alone[one]] for one in lots], chunksize=1)
    else:
        for one in lots:
            city.lot(one[~alone[one]])
    return answers


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
        given = _ranges(self.begins[persons], self.begins[persons + 1])
        counts = self.begins[persons + 1] - self.begins[persons]
        doses = Doses(
            np.repeat(np.arange(len(persons)), counts),
            *(part[given] for part in (self.doses.day, self.doses.vaccine, self.doses.lot_expiry)),
        )
        keys = np.stack(
            [self.residents.birth[persons], self.residents.sex[persons], self.residents.conditions[persons]]
        )
        new = np.ones(len(persons), bool)
        new[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
        lot = _Lot(Rows(self.pack, *keys[:, new]), np.cumsum(new) - 1, doses, self.on)
        for n, programme in enumerate(self.pack.programmes.values()):
            found = lot.programme(programme)
            for name, values in zip(FIELDS, found, strict=True):
                self.answers.statuses[name][n, persons] = values
        self._put(given, lot)

    def _put(self, given: Column, lot: "_Lot") -> None:
        evaluation, number, routine = lot.outcomes.verdicts()
        self.answers.programme[given] = lot.history.programme
        self.answers.evaluation[given] = evaluation
        self.answers.number[given], self.answers.routine[given] = number, routine

    def without_birth(self, persons: Column) -> None:
        """Those whose date of birth is unknown: nothing can be judged."""
        told = barred("birth_unknown", len(persons))
        for name, values in zip(FIELDS, told, strict=True):
            self.answers.statuses[name][:, persons] = values
        given = _ranges(self.begins[persons], self.begins[persons + 1])
        places = {code: n for n, code in enumerate(self.pack.programmes)}
        first = [places[vaccine.programmes[0]] for vaccine in self.pack.vaccines.values()]
        vaccine = self.doses.vaccine[given]
        self.answers.programme[given] = np.where(vaccine < 0, -1, np.array(first)[vaccine])
        self.answers.evaluation[given], self.answers.number[given] = EVALUATIONS.index("not_valid"), -1

    def alone(self) -> Column:
        """The residents whom the scalar engine answers."""
        found = np.zeros(len(self.residents), bool)
        found[list(self.residents.due_dates)] = True
        if not _compiles(self.pack):
            found[:] = True
        return found & (self.residents.birth > 0)

    def reasons(self) -> dict[str, int]:
        """How many are answered so, by reason."""
        alone = self.alone()
        if not _compiles(self.pack):
            return {"pack": int(alone.sum())}
        return {"due_dates": int(alone.sum())} if alone.any() else {}

    def scalar(self, person: int) -> None:
        """Answer for one resident by the scalar engine."""
        who, given = person_of(self.residents, self.doses, person, self.pack)
        told = assess(who, given, date.fromordinal(self.on), self.pack)
        for n, status in enumerate(values_of(told).T):
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


class _Lot:
    """Some residents, their histories evaluated."""

    def __init__(self, rows: Rows, row: Column, doses: Doses, on: int) -> None:
        self.rows, self.row, self.on = rows, row, on
        self.history = History(rows, row, doses, on)
        first = int(doses.day.min(initial=on))
        self.gaps = Gaps(max(first, 1), max(int(doses.day.max(initial=on)), on))
        self.outcomes = Outcomes(self.history)
        self.diseases: dict[str, Disease] = {}
        for code in rows.plan.diseases:
            persons, records = self.history.records(code)
            if len(persons):
                found = Selection(code, rows, row[persons], persons, records, self.gaps).all()
                self.outcomes.note(code, found)
                self.diseases[code] = found

    def programme(self, programme: Programme) -> Statuses:
        """The statuses of everybody: as of their like without doses, unless a dose touches the programme."""
        rows = self.rows
        rules = list(rows.plan.by_programme.get(programme.code, ()))
        for disease in programme.diseases:
            for every in rows.plan.diseases.get(disease, {}).values():
                rules += [q.rule for s in every for t in s.targets for q in t.requirements]
        classes, of = rows.classes(rules)
        untouched, touched = blank(len(rows.birth)), self._touched(programme)
        told: list[tuple[Column, Statuses]] = []
        for n, applicable in enumerate(classes):
            members = np.flatnonzero(of == n)
            bar = applicable.barred(programme.code)
            if bar:
                untouched[:, members] = barred(bar, len(members))
                continue
            past = Past(programme.code, applicable, rows, members, self.on)
            over = blank(len(rows.birth))
            over[:, members] = past.statuses()
            everybody = np.arange(len(rows.birth))
            none = Grouping(
                programme, applicable, rows, everybody, members, {}, None, self.gaps, self.on, past.last_day
            )
            untouched[:, members] = statuses(
                none.all(), members, over[:, members], past.last_day[members], self.on
            )
            persons = np.flatnonzero(touched & (of[self.row] == n))
            if len(persons):
                some = Grouping(
                    programme, applicable, rows, self.row, persons, self.diseases, self.history, self.gaps,
                    self.on, past.last_day,
                ).all()  # fmt: skip
                row = self.row[persons]
                told.append((persons, statuses(some, persons, over[:, row], past.last_day[row], self.on)))
        found = np.take(untouched, self.row, axis=1)
        for persons, values in told:
            found[:, persons] = values
        return found

    def _touched(self, programme: Programme) -> Column:
        """Whose history can change what is said of the programme."""
        found = np.zeros(len(self.row), bool)
        for disease in programme.diseases:
            if disease in self.diseases:
                found[self.diseases[disease].persons] = True
        for vaccine in self.rows.pack.vaccines.values():
            if programme.code in vaccine.programmes:
                closed = self.history.closing(frozenset({vaccine.code}))
                if closed is not None:
                    found |= closed.last[0] > 0
        return found


def person_of(residents: Residents, doses: Doses, person: int, pack: Pack) -> tuple[Person, list[DoseGiven]]:
    """One resident as the scalar engine takes it; ``key`` of a dose is its place in the columns."""
    birth, bits = int(residents.birth[person]), int(residents.conditions[person])
    who = Person(
        date.fromordinal(birth) if birth else None,
        SEXES[residents.sex[person]],  # type: ignore[arg-type]
        residents.due_dates.get(person, ()),
        frozenset(code for n, code in enumerate(pack.conditions) if bits >> n & 1),
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


def values_of(told: Assessment) -> Statuses:
    """The scalar engine's statuses as columns, one for each programme."""
    found = blank(len(told.programmes))
    for n, status in enumerate(told.programmes):
        numbers = (status.next_dose, status.remaining)
        days = [getattr(status, name) for name in DATES]
        found[:, n] = (
            STATUSES.index(status.status),
            *(-1 if number is None else number for number in numbers),
            REASONS.index(status.reasons[0].code),
            *(day.toordinal() if day else 0 for day in days),
        )
    return found


def _compiles(pack: Pack) -> bool:
    """Whether every period that comes back is one that columns hold; pregnancies go to the scalar engine."""
    every = [series for periods in plan(pack).diseases.values() for series in periods.values()]
    return all(
        compiles(series) or series[0].each == "pregnancy" for series in every if any(s.each for s in series)
    )


def _room(persons: int, doses: int, pack: Pack) -> Answers:
    """Empty answers in memory that forked processes share."""
    shape = (len(pack.programmes), persons)
    kinds = {**dict.fromkeys(SMALL, np.int8), **dict.fromkeys(DATES, np.int32)}
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


def _ranges(begins: Column, ends: Column) -> Column:
    """The places from each begin to before its end, one after the other."""
    counts = ends - begins
    before = np.cumsum(counts) - counts
    return np.arange(int(counts.sum())) + np.repeat(begins - before, counts)


__all__ = ["assess_city", "person_of", "values_of"]
