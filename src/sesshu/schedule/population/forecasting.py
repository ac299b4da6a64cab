"""The days open to the next dose, over columns; see :mod:`sesshu.schedule.logic.forecast`."""

import numpy as np

from sesshu.schedule.logic.applicable import Applicable
from sesshu.schedule.logic.plan import Requirement, Series, Target
from sesshu.schedule.population.calendar import LAST, Days
from sesshu.schedule.population.columns import REASONS, Column
from sesshu.schedule.population.law import Gaps, bounds, enough
from sesshu.schedule.population.openings import (
    ARTICLE,
    END,
    GIVEN,
    LABEL,
    NUMBER,
    PERIOD,
    PERSON,
    PRODUCT,
    RANK,
    RECOMMENDED_FROM,
    RECOMMENDED_TO,
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
    names,
    none,
    ordered,
    together,
)
from sesshu.schedule.population.organising import History
from sesshu.schedule.population.records import Progress
from sesshu.schedule.population.rows import Rows, Windows, joined
from sesshu.schedule.population.spanning import cut_out, not_before, run_starts
from sesshu.schedule.supporting import Rule

WINDOW, INTERVAL, NOT_BEFORE, AFTER_LIMIT = (
    REASONS.index(code) for code in ("window", "interval", "not_before", "after_limit")
)


class Forecast:
    """The openings that one programme's products have in one series.

    ``persons`` are places in the history's columns, ``progress`` theirs; without ``history`` nobody was given
    any dose. Openings that end before ``after``, a day for each place, are left out.
    """

    def __init__(
        self,
        series: Series,
        rank: int,
        programme: str,
        applicable: Applicable,
        rows: Rows,
        row: Column,
        persons: Column,
        progress: Progress,
        history: History | None,
        gaps: Gaps,
        after: Days,
    ) -> None:
        self.series, self.rank, self.programme, self.applicable = series, rank, programme, applicable
        self.rows, self.row, self.persons, self.progress = rows, row, persons, progress
        self.history, self.gaps, self.after = history, gaps, after

    def all(self) -> Openings:
        """The openings, by person and in the order of the target doses."""
        tables = []
        for index in range(len(self.series.targets)):
            there = np.flatnonzero(self.progress.index == index)
            if len(there):
                tables += self._from(index, there)
        return ordered(together(tables)) if tables else none()

    def _from(self, index: int, there: Column) -> list[Openings]:
        tables, floor, unfinished = [], np.zeros(len(self.row), np.int32), self.progress.unfinished
        for n in range(index, len(self.series.targets)):
            target, begun = self.series.targets[n], self.progress.latest
            taken = there
            if target.skip_after:
                limit = self.rows.latest(target.skip_after)[self.row[there]]
                taken = there[~((begun[there] > 0) & (begun[there] > limit))]
            if len(taken):
                tables.append(self._target(index, n, taken, floor, unfinished))
            going = taken[begun[taken] > 0] if target.until else taken[:0]
            if target.until and len(going):
                floor, unfinished = floor.copy(), unfinished.copy()
                floor[going] = self.rows.latest(target.until)[self.row[going]] + 1
                unfinished[going] = True
            there = np.union1d(going, np.setdiff1d(there, taken)) if len(taken) < len(there) else going
            if not len(there):
                break
        return tables

    def _target(self, index: int, n: int, taken: Column, floor: Days, unfinished: Column) -> Openings:
        """The openings of one target dose; rules that follow one another keep the first day of their run."""
        target, tables = self.series.targets[n], []
        for requirement in target.requirements:
            rule = requirement.rule
            if rule.programme == self.programme and not self.applicable.bars[rule.number]:
                some = self._open(rule, taken)
                if len(some):
                    tables += self._spans(index, n, target, requirement, some, floor[some], unfinished[some])
        table = ordered(together(tables), START) if tables else none()
        if not table.shape[1]:
            return table
        table[SINCE] = run_starts(table)
        table = table[:, table[END] >= self.after[table[PERSON]]]
        table[RECOMMENDED_FROM] = not_before(table)
        return self._around(table) if self.history is not None else table

    def _open(self, rule: Rule, taken: Column) -> Column:
        if not rule.only_if_begun and not rule.needs_history:
            return taken
        if self.history is None:
            empty = np.zeros(1, np.int64)
            held = not rule.only_if_begun and all(enough(one, empty)[0] for one in rule.needs_history)
            return taken if held else taken[:0]
        persons = self.persons[taken]
        may = np.ones(len(taken), bool)
        if rule.only_if_begun:
            may &= self.history.begun(rule.products)[persons]
        for needed in rule.needs_history:
            may &= enough(needed, self.history.count(needed)[persons])
        return taken[may]

    def _spans(
        self, index: int, n: int, target: Target, requirement: Requirement, some: Column, floor: Days,
        unfinished: Column,
    ) -> list[Openings]:  # fmt: skip
        row, progress = self.row[some], self.progress.of(some)
        held = bounds(requirement, self.series, progress, unfinished, self.gaps)
        if self.history is None:
            held = []
        first = floor
        for bound in held:
            first = np.maximum(first, np.where(bound.holds, bound.first, 0))
        if requirement.row.not_before is not None:
            first = np.maximum(first, self.rows.point(requirement.row.not_before)[row])
        tables = []
        for window in self.rows.windows(requirement.rule):
            for start, end in self._parts(index, n, requirement, window, row, first):
                kept = np.flatnonzero(start <= end)
                if len(kept):
                    span = (start[kept], end[kept], first[kept])
                    tables.append(
                        self._filled(n, target, requirement, window, some[kept], span, unfinished[kept])
                    )
        return [ordered(together(tables), SINCE)] if len(tables) > 1 else tables

    def _parts(
        self, index: int, n: int, requirement: Requirement, window: Windows, row: Column, first: Days
    ) -> list[tuple[Days, Days]]:
        start, end = np.maximum(first, window.opens[row]), window.closes[row]
        if requirement.row.until is not None:
            end = np.minimum(end, self.rows.point(requirement.row.until)[row])
        starting = self.series.starting if index == 0 else None
        if starting is not None and starting.start:
            start = np.maximum(start, self.rows.point(starting.start)[row])
        if starting is not None and starting.end:
            end = np.minimum(end, self.rows.point(starting.end)[row])
        later = [target for target in self.series.targets[n + 1 :] if target.skip_after]
        if not later:
            return [(start, end)]
        parts = []
        turns = np.sort(np.stack([self.rows.latest(target.skip_after)[row] for target in later]), axis=0)
        for turn in turns:
            cut = (start <= turn) & (turn < end)
            parts.append((np.where(cut, start, LAST), np.where(cut, turn, 0)))
            start = np.where(cut, turn + 1, start)
        return [*parts, (start, end)]

    def _filled(
        self, n: int, target: Target, requirement: Requirement, window: Windows, who: Column,
        span: tuple[Days, Days, Days], unfinished: Column,
    ) -> Openings:  # fmt: skip
        """What holds for each span; of those that are past only the days are needed."""
        start, end, first = span
        rule, table, called = requirement.rule, blank(len(who)), names(self.rows.pack)
        table[ARTICLE] = table[WHY_ARTICLE] = articles(self.rows.pack)[rule.article]
        table[PERSON], table[START], table[END] = self.persons[who], start, end
        table[SINCE] = window.start[self.row[who]]
        table[NUMBER], table[LABEL], table[PERIOD] = (
            target.number,
            called[target.label],
            called[rule.period_name],
        )
        table[RANK], table[PRODUCT] = self.rank, list(self.rows.pack.vaccines).index(rule.products[0])
        kept = np.flatnonzero(end >= self.after[self.persons[who]])
        if len(kept):
            row, start, first, who = self.row[who[kept]], start[kept], first[kept], who[kept]
            progress = self.progress.of(who)
            table[STATUTORY_FROM, kept], table[STATUTORY_TO, kept] = self._statutory(rule, row, start)
            begin, finish = self._recommended(requirement, progress, row)
            table[RECOMMENDED_FROM, kept], table[RECOMMENDED_TO, kept] = begin, finish
            table[GIVEN, kept] = progress.last > 0
            table[REMAINING, kept] = self._remaining(n, row, start)
            why = self._why(requirement, window, progress, unfinished[kept], row, start, first)
            table[WHY, kept] = why
        return table

    def _statutory(self, rule: Rule, row: Column, start: Days) -> tuple[Days, Days]:
        rules = {
            q.rule.number: q.rule
            for target in self.series.targets
            for q in target.requirements
            if (q.rule.programme, q.rule.period_name) == (rule.programme, rule.period_name)
            and not self.applicable.bars[q.rule.number]
        }
        return joined(self.rows.open_windows(rules.values()), row, start)

    def _recommended(self, requirement: Requirement, progress: Progress, row: Column) -> tuple[Days, Days]:
        """標準的な接種期間: the rule's ages if it gives any, else its standard interval; 0 where none."""
        dose, rows = requirement.row, self.rows
        standard = dose.standard or (requirement.rule.standard if dose.number == 1 else None)
        none_at_all = np.zeros(len(row), np.int32)
        begin = rows.point(standard.start)[row] if standard and standard.start else none_at_all
        end = rows.point(standard.end)[row] if standard and standard.end else none_at_all
        given = progress.last > 0
        if dose.standard_gap and dose.standard_gap[0]:
            waited = self.gaps.next_day(progress.last, dose.standard_gap[0])
            begin = np.where(given & (begin == 0), waited, begin)
        if dose.standard_gap and dose.standard_gap[1]:
            waited = self.gaps.last_day(progress.last, dose.standard_gap[1])
            end = np.where(given & (end == 0), waited, end)
        if dose.standard_from_first:
            waited = self.gaps.next_day(progress.first, dose.standard_from_first)
            begin = np.where(given & (begin == 0) & (progress.first > 0), waited, begin)
        return begin, end

    def _remaining(self, n: int, row: Column, start: Days) -> Column:
        left = np.ones(len(row), np.int32)
        for target in self.series.targets[n + 1 :]:
            if target.skip_after:
                left += start <= self.rows.latest(target.skip_after)[row]
            else:
                left += 1
        return left

    def _why(
        self, requirement: Requirement, window: Windows, progress: Progress, unfinished: Column, row: Column,
        start: Days, first: Days,
    ) -> Column:  # fmt: skip
        """What keeps the dose back until ``start``, where it is not the window itself."""
        why = np.full(len(row), AFTER_LIMIT, np.int32)
        if requirement.row.not_before is not None:
            why[self.rows.point(requirement.row.not_before)[row] == start] = NOT_BEFORE
        for bound in bounds(requirement, self.series, progress, unfinished, self.gaps):
            why[bound.holds & (bound.first == start)] = INTERVAL
        held = (start == first) & (start > window.opens[row])
        return np.where(held, why, WINDOW)

    def _around(self, table: Openings) -> Openings:
        """Cut the days out that other vaccines block."""
        tables = []
        for product in np.unique(table[PRODUCT]):
            mine = table[:, table[PRODUCT] == product]
            code = list(self.rows.pack.vaccines)[product]
            closed = self.history.closing(frozenset({code})) if self.history is not None else None
            tables.append(mine if closed is None else cut_out(mine, closed))
        return together(tables)
