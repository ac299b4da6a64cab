"""Some years of everybody at once: the spans of every programme; see :class:`..horizon.Life`.

A status looks at the doses given by its day, so a life falls into stages: each begins with the horizon, or
with a dose that touches the programme. Every stage is a person of its own here, with the doses given by its
first day.
"""

from dataclasses import dataclass

import numpy as np

from sesshu.schedule.logic.applicable import Applicable
from sesshu.schedule.population import spans
from sesshu.schedule.population.calendar import Days
from sesshu.schedule.population.columns import Column, Doses
from sesshu.schedule.population.grouping import Grouping
from sesshu.schedule.population.horizon import touching
from sesshu.schedule.population.law import Gaps
from sesshu.schedule.population.organising import History, ranges
from sesshu.schedule.population.rows import Rows
from sesshu.schedule.population.selecting import Disease, Selection
from sesshu.schedule.population.spans import PERSON, Spans
from sesshu.schedule.population.standing import STATUS, Past, blank
from sesshu.schedule.supporting import Programme


@dataclass(slots=True, eq=False)
class Stages:
    """Parts of lives, by person and day: ``person``, first and last day, and the doses given by the first."""

    person: Column
    start: Days
    end: Days
    doses: Doses
    given: Column


@dataclass(frozen=True, slots=True)
class Horizon:
    """First and last day, ordinals."""

    first: int
    last: int


class Lives:
    """Residents whose terms are ``rows[row]``, all born by the horizon's last day, with all their doses."""

    def __init__(self, rows: Rows, row: Column, doses: Doses, horizon: Horizon) -> None:
        self.rows, self.row, self.doses, self.horizon = rows, row, doses, horizon
        self.vaccines = list(rows.pack.vaccines)
        self.gaps = Gaps(max(int(doses.day.min(initial=horizon.first)), 1), horizon.last)
        self.begin = np.maximum(rows.birth, np.int32(horizon.first))
        self.until = np.full(len(rows.birth), horizon.last, np.int32)

    def programme(self, programme: Programme) -> tuple[Column, Spans]:
        """Of each resident the status of most days, and the spans that differ from it."""
        past, last_day, bars = self._past(programme)
        whole = self._undosed(programme, past, last_day, bars)
        stages = self._stages(programme)
        rest, told = spans.condensed(whole, len(self.rows.birth))
        status, touched = rest[self.row], np.zeros(len(self.row), bool)
        touched[stages.person] = True
        others = np.flatnonzero(~touched)
        tables = [spans.of_persons(told, self.row[others], others)]
        if len(stages.person):
            staged = self._staged(programme, stages, whole, (past, last_day, bars))
            mine, more = spans.condensed(staged, len(self.row))
            status[touched] = mine[touched]
            tables.append(more)
        return status, np.concatenate(tables, axis=1)

    def _classes(self, programme: Programme) -> tuple[list[Applicable], Column]:
        rules = list(self.rows.plan.by_programme.get(programme.code, ()))
        for disease in programme.diseases:
            for every in self.rows.plan.diseases.get(disease, {}).values():
                rules += [q.rule for s in every for t in s.targets for q in t.requirements]
        return self.rows.classes(rules)

    def _past(self, programme: Programme) -> tuple[Column, Days, Column]:
        """For each row the status past all openings, the last day of all, and whether it is barred."""
        classes, of = self._classes(programme)
        status, last = np.full(len(of), spans.NOT_TARGET, np.int32), np.zeros(len(of), np.int32)
        bars = np.zeros(len(of), bool)
        for n, applicable in enumerate(classes):
            members = np.flatnonzero(of == n)
            if applicable.barred(programme.code):
                bars[members] = True
                continue
            past = Past(programme.code, applicable, self.rows, members, self.horizon.first)
            over = blank(len(of))
            over[:, members] = past.statuses()
            status[members], last[members] = over[STATUS, members], past.last_day[members]
        return status, last, bars

    def _undosed(self, programme: Programme, past: Column, last_day: Days, bars: Column) -> Spans:
        """The spans of each row while no dose touches the programme."""
        classes, of = self._classes(programme)
        barred = np.flatnonzero(bars)
        tables = [spans.plain(barred, self.begin[barred], self.until[barred], spans.NOT_TARGET)]
        for n, applicable in enumerate(classes):
            members = np.flatnonzero((of == n) & ~bars)
            if len(members):
                everybody = np.arange(len(of))
                found = Grouping(
                    programme, applicable, self.rows, everybody, members, {}, None, self.gaps, self.begin,
                    last_day, self.until,
                ).all()  # fmt: skip
                bounds = (part[members] for part in (past, last_day, self.begin, self.until))
                tables.append(spans.spans_of(found, members, *bounds))
        return spans.merged(spans.ordered(np.concatenate(tables, axis=1)))

    def _stages(self, programme: Programme) -> Stages:
        """The stages of all whom a dose touches; ``given`` counts the doses of each."""
        touches = touching(programme, self.rows.pack)
        touching_ones = _listed(touches, self.vaccines)[self.doses.vaccine]
        involved = np.unique(self.doses.person[touching_ones].astype(np.int64))
        kept = _listed(touches | self._asked_about(programme), self.vaccines)[self.doses.vaccine]
        kept &= (self.doses.day <= self.horizon.last) & np.isin(self.doses.person, involved)
        kept = np.flatnonzero(kept)
        person, day = self.doses.person[kept].astype(np.int64), self.doses.day[kept]
        begin = self.begin[self.row].astype(np.int64)
        turning = touching_ones[kept] & (day > begin[person])
        starts = np.unique(
            np.concatenate([involved << 32 | begin[involved], person[turning] << 32 | day[turning]])
        )
        who, start = starts >> 32, (starts & 0xFFFFFFFF).astype(np.int32)
        end = np.full(len(who), self.horizon.last, np.int32)
        end[:-1] = np.where(who[1:] == who[:-1], start[1:] - 1, end[:-1])
        first = np.searchsorted(person, who)
        given = np.searchsorted(person << 32 | day, starts, side="right") - first
        places = kept[ranges(first, first + given)]
        doses = Doses(
            np.repeat(np.arange(len(who)), given), self.doses.day[places], self.doses.vaccine[places],
            self.doses.lot_expiry[places],
        )  # fmt: skip
        return Stages(who, start, end, doses, given)

    def _asked_about(self, programme: Programme) -> frozenset[str]:
        """Vaccines that a rule of the programme asks the history about, or that may close days.

        What intervals said before October 2020 concerns every vaccine.
        """
        pack, first = self.rows.pack, self.horizon.first
        spacings = (one for one in pack.spacings if one.effect not in ("note", "not_valid"))
        if any(one.in_force.end.toordinal() >= first for one in spacings):
            return frozenset(self.vaccines)
        rules = [rule for rule in pack.rules if rule.programme == programme.code]
        needed = {code for rule in rules for one in rule.needs_history for code in one.products}
        return frozenset(needed | {code for rule in rules if rule.only_if_begun for code in rule.products})

    def _staged(
        self, programme: Programme, stages: Stages, whole: Spans, terms: tuple[Column, Days, Column]
    ) -> Spans:
        row = self.row[stages.person]
        told = np.zeros(len(row), bool)
        tables: list[Spans] = []
        if len(stages.doses):
            told, tables = self._dosed(programme, stages, row, terms)
        rest = np.flatnonzero(~told)
        cut = spans.of_persons(whole, row[rest], rest)
        cut[spans.START] = np.maximum(cut[spans.START], stages.start[cut[PERSON]])
        cut[spans.END] = np.minimum(cut[spans.END], stages.end[cut[PERSON]])
        tables.append(cut[:, cut[spans.START] <= cut[spans.END]])
        found = np.concatenate(tables, axis=1)
        found[PERSON] = stages.person[found[PERSON]]
        return spans.merged(spans.ordered(found))

    def _dosed(
        self, programme: Programme, stages: Stages, row: Column, terms: tuple[Column, Days, Column]
    ) -> tuple[Column, list[Spans]]:
        """The spans of the stages in which a dose counts for the programme, and which these are."""
        past, last_day, bars = terms
        history = History(self.rows, row, stages.doses, stages.start)
        diseases: dict[str, Disease] = {}
        for code in programme.diseases:
            persons, records = history.records(code)
            if len(persons):
                diseases[code] = Selection(code, self.rows, row[persons], persons, records, self.gaps).all()
        touched = history.touched(programme, diseases) & ~bars[row]
        classes, of = self._classes(programme)
        tables = []
        for n, applicable in enumerate(classes):
            some = np.flatnonzero(touched & (of[row] == n))
            if len(some):
                found = Grouping(
                    programme, applicable, self.rows, row, some, diseases, history, self.gaps, stages.start,
                    last_day, stages.end,
                ).all()  # fmt: skip
                bounds = (past[row[some]], last_day[row[some]], stages.start[some], stages.end[some])
                tables.append(spans.spans_of(found, some, *bounds))
        return touched, tables


def _listed(products: frozenset[str], vaccines: list[str]) -> Column:
    """Whether each place among the vaccines is one of ``products``; the last is that of unknown ones."""
    return np.array([*(code in products for code in vaccines), False])
