"""The series of several diseases merged into the law's programmes, over columns; see ``logic.groups``."""

from dataclasses import dataclass

import numpy as np

from sesshu.schedule.assessing import _LIFE_YEARS
from sesshu.schedule.logic.applicable import Applicable
from sesshu.schedule.logic.plan import Requirement, Series
from sesshu.schedule.population import calendar
from sesshu.schedule.population.calendar import Days
from sesshu.schedule.population.columns import Column
from sesshu.schedule.population.forecasting import WINDOW, Forecast
from sesshu.schedule.population.law import Gaps
from sesshu.schedule.population.merging import merged
from sesshu.schedule.population.openings import (
    ARTICLE,
    END,
    LABEL,
    NUMBER,
    PERIOD,
    PERSON,
    REMAINING,
    SINCE,
    START,
    STATUTORY_FROM,
    STATUTORY_TO,
    WHY,
    WHY_ARTICLE,
    Openings,
    articles,
    blank,
    depth,
    follows,
    names,
    none,
    ordered,
    together,
)
from sesshu.schedule.population.organising import History
from sesshu.schedule.population.records import Progress
from sesshu.schedule.population.recurring import season_of
from sesshu.schedule.population.rows import Rows
from sesshu.schedule.population.selecting import Disease, size
from sesshu.schedule.supporting import Programme


@dataclass(slots=True, eq=False)
class Prospects:
    """What a programme holds for each of some persons, who are places in the columns of ``openings``."""

    openings: Openings
    complete: Column
    completed_on: Days
    other_product: Column
    recurring: bool


@dataclass(slots=True, eq=False)
class Standing:
    """Of a disease in a period, for each of some persons: the candidates, how far they are, what is done."""

    candidate: dict[Series, Column]
    progress: dict[Series, Progress]
    complete: Column
    completed_on: Days


class Grouping:
    """A programme's prospects for persons of one class. ``persons`` are places in ``row``.

    ``diseases`` hold what came of the records against each; without ``history`` nobody was given any dose,
    and the whole life is looked at. ``on`` is the day that each place of ``row`` is asked about; what comes
    back every year is told until the first turn that begins after ``ends``, without which one turn is told.
    """

    def __init__(
        self,
        programme: Programme,
        applicable: Applicable,
        rows: Rows,
        row: Column,
        persons: Column,
        diseases: dict[str, Disease],
        history: History | None,
        gaps: Gaps,
        on: Days,
        last_day: Days,
        ends: Days | None = None,
    ) -> None:
        self.programme, self.applicable, self.rows = programme, applicable, rows
        self.row, self.persons, self.last_day = row[persons], persons, last_day[row[persons]]
        self.diseases, self.history, self.gaps, self.on = diseases, history, gaps, on[persons]
        self.ends = None if ends is None else ends[persons]
        self.since = on if history is not None else np.ones_like(on)
        count = len(persons)
        self.found = Prospects(
            none(), np.zeros(count, bool), np.zeros(count, np.int32), np.zeros(count, bool), recurring=False
        )

    def all(self) -> Prospects:
        """Every period in which the programme has a rule."""
        periods = self.applicable.periods(self.programme.diseases, self.programme.code)
        tables = []
        for n, period in enumerate(periods):
            serving = [d for d in self.programme.diseases if period in self.applicable.series(d)]
            series = self.applicable.series(serving[0])[period]
            if series[0].each:
                self.found.recurring = True
                tables.append(self._turns(series[0], self._standing(serving[0], period)))
            else:
                tables.append(self._period(serving, period, last=n == len(periods) - 1))
        self.found.openings = ordered(together(tables), START)
        return self.found

    def _standing(self, disease: str, period: str) -> Standing:
        """With those who have no record against the disease standing at its beginning."""
        series, count = self.applicable.series(disease)[period], len(self.persons)
        candidate = {one: np.ones(count, bool) for one in series}
        progress = {one: Progress.none(count, len(one.targets)) for one in series}
        found = Standing(candidate, progress, np.zeros(count, bool), np.zeros(count, np.int32))
        known = self.diseases.get(disease)
        if self.history is None or known is None or period not in known.periods:
            return found
        place = np.searchsorted(known.persons, self.persons)
        place = np.minimum(place, len(known.persons) - 1)
        touched = np.flatnonzero(known.persons[place] == self.persons)
        selected, place = known.periods[period], place[touched]
        for one in series:
            candidate[one][touched] = selected.candidate[one][place]
            progress[one].put(touched, selected.progress[one].of(place))
        found.complete[touched] = selected.complete[place]
        found.completed_on[touched] = selected.completed_on[place]
        return found

    def _period(self, diseases: list[str], period: str, *, last: bool) -> Openings:
        standings = [self._standing(disease, period) for disease in diseases]
        complete = np.stack([standing.complete for standing in standings])
        done = np.logical_and.reduce(complete)
        self.found.complete |= done & last
        latest = np.max([np.where(s.complete, s.completed_on, 0) for s in standings], axis=0)
        self.found.completed_on = np.where(done, latest, self.found.completed_on)
        parted = ~done & complete.any(axis=0) if self.programme.whole else np.zeros(len(done), bool)
        self.found.other_product |= parted
        pending = ~done & ~parted & (self.last_day >= self.on)
        lists = [
            self._merge(standing, diseases[n], period, np.flatnonzero(pending & ~complete[n]))
            for n, standing in enumerate(standings)
        ]
        if len(lists) == 1:
            return lists[0]
        return self._together(lists, pending & ~complete)

    def _merge(self, standing: Standing, disease: str, period: str, some: Column) -> Openings:
        """The openings of the candidates, those that overlap for the same dose made one."""
        tables = []
        series = sorted(self.applicable.series(disease)[period], key=size)
        for rank, one in enumerate(series):
            who = some[standing.candidate[one][some]]
            if len(who):
                tables.append(self._forecast(one, rank, standing.progress[one].of(who), who))
        if len(tables) == 1 and not follows(tables[0]).any():
            return tables[0]
        return merged(ordered(together(tables), START, NUMBER)) if tables else none()

    def _forecast(self, series: Series, rank: int, progress: Progress, who: Column) -> Openings:
        return Forecast(
            series, rank, self.programme.code, self.applicable, self.rows, self.row[who], self.persons[who],
            progress, self.history, self.gaps, self.since,
        ).all()  # fmt: skip

    def _together(self, lists: list[Openings], pending: Column) -> Openings:
        """One product against several diseases: the days open to all of them, by the least advanced."""
        firsts = [_Firsts(table, self.persons) for table in lists]
        has = np.stack([one.has for one in firsts])
        some_lack = has.any(axis=0) & (pending & ~has).any(axis=0)
        if self.programme.whole:
            self.found.other_product |= some_lack
            has &= ~some_lack
        order = np.stack([one.number.astype(np.int64) for one in firsts]) * 8 + np.arange(len(lists))[:, None]
        order = np.where(has, order, np.int64(1) << 40)
        leading = np.argmin(order, axis=0)
        starts = np.where(has, np.stack([one.start for one in firsts]), 0).astype(np.int64)
        latest = np.argmax(np.where(has, (starts << 32) - order, -1), axis=0)
        start = np.take_along_axis(starts, latest[None], axis=0)[0].astype(np.int32)
        whys = (np.stack([one.why for one in firsts]), np.stack([one.article for one in firsts]))
        why = np.stack([np.take_along_axis(one, latest[None], axis=0)[0] for one in whys])
        end = np.where(has, np.stack([one.end for one in firsts]), calendar.LAST).min(axis=0)
        tables = []
        for n, table in enumerate(lists):
            who = np.searchsorted(self.persons, table[PERSON])
            mine = has[n, who] & (leading[who] == n)
            tables.append(_cut_to(table[:, mine], start[who[mine]], end[who[mine]], why[:, who[mine]]))
        return ordered(together(tables), START)

    def _turns(self, series: Series, standing: Standing) -> Openings:
        """The first year that is not used up yet; see ``logic.recurring.turns`` with one turn asked for."""
        requirements = self.applicable.applying(
            [q for q in series.targets[0].requirements if q.rule.programme == self.programme.code]
        )
        windows = [w for q in requirements for w in self.rows.windows(q.rule)]
        if not windows:
            return none()
        first = np.min([window.opens for window in windows], axis=0)[self.row]
        year = calendar.fiscal_year(np.maximum(first, self.on))
        until = calendar.year(self.on if self.ends is None else self.ends) + _LIFE_YEARS - 1
        used, tables = standing.progress[series].last, []
        left = np.arange(len(self.persons))
        while len(left := left[year[left] <= until[left]]):
            table = self._year(requirements, year[left], left)
            hit = table[END] >= self.on[left]
            spent = hit & (used[left] > 0) & (calendar.fiscal_year(used[left]) == year[left])
            self.found.completed_on[left[spent]] = used[left[spent]]
            tables.append(table[:, hit & ~spent])
            told = hit & ~spent
            if self.ends is not None:
                told &= table[START] > self.ends[left]
            left = left[~told]
            year[left] += 1
        return together(tables)

    def _year(self, requirements: list[Requirement], year: Days, who: Column) -> Openings:
        """The days open in each one's year; the end is 0 where there are none."""
        table, called = blank(len(who)), names(self.rows.pack)
        table[PERSON], table[REMAINING], table[WHY] = self.persons[who], 1, WINDOW
        table[START] = calendar.LAST
        row = self.row[who]
        for requirement in requirements:
            dose, (start, end) = requirement.row, season_of(requirement, year)
            for window in self.rows.windows(requirement.rule):
                opens, closes = np.maximum(start, window.opens[row]), np.minimum(end, window.closes[row])
                there = opens <= closes
                table[END] = np.where(there, np.maximum(table[END], closes), table[END])
                first = there & (opens < table[START])
                table[START] = np.where(first, opens, table[START])
                table[NUMBER, first], table[LABEL, first] = dose.number, called[dose.label]
                table[PERIOD, first] = called[requirement.rule.period_name]
                table[ARTICLE, first] = articles(self.rows.pack)[requirement.rule.article]
        table[SINCE] = table[STATUTORY_FROM] = table[START]
        table[WHY_ARTICLE] = table[ARTICLE]
        table[STATUTORY_TO] = table[END]
        return table


class _Firsts:
    """Of each person's openings: whether there are any, the first's fields, and the last day of all."""

    def __init__(self, table: Openings, persons: Column) -> None:
        count = len(persons)
        self.has = np.zeros(count, bool)
        self.number, self.start, self.why, self.article, self.end = (
            np.zeros(count, np.int32) for _ in range(5)
        )
        who = np.searchsorted(persons, table[PERSON])
        first = np.flatnonzero(depth(table) == 0)
        self.has[who] = True
        self.number[who[first]] = table[NUMBER, first]
        self.start[who[first]] = table[START, first]
        self.why[who[first]] = table[WHY, first]
        self.article[who[first]] = table[WHY_ARTICLE, first]
        np.maximum.at(self.end, who, table[END])


def _cut_to(table: Openings, start: Days, end: Days, why: Column) -> Openings:
    table = table.copy()
    later = start > table[START]
    table[[WHY, WHY_ARTICLE]] = np.where(later, why, table[[WHY, WHY_ARTICLE]])
    table[SINCE] = np.where(later, start, table[SINCE])
    table[START] = np.maximum(table[START], start)
    kept: Openings
    kept = table[:, table[START] <= np.minimum(table[END], end)]
    kept[END] = np.minimum(kept[END], end[table[START] <= np.minimum(table[END], end)])
    return kept
