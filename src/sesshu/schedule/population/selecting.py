"""The selected series of each period of a disease, over columns.

See :mod:`sesshu.schedule.logic.patient` and :mod:`sesshu.schedule.logic.selection`.

Arrays run over the persons who have a record against the disease ("touched").
"""

from dataclasses import dataclass, field

import numpy as np

from sesshu.schedule.logic.applicable import Applicable
from sesshu.schedule.logic.plan import Series
from sesshu.schedule.population.columns import Column
from sesshu.schedule.population.evaluating import VALID, Evaluation, starts
from sesshu.schedule.population.law import Gaps
from sesshu.schedule.population.records import Progress, Records, Run
from sesshu.schedule.population.recurring import Yearly
from sesshu.schedule.population.rows import Rows

_RANKS = np.array([9, 0, 3, 2, 1], np.int8)  # of evaluations: the most telling first
_NONE = np.int32(1 << 23)
OUTCOME = ("evaluation", "number", "routine", "ground")


@dataclass(slots=True, eq=False)
class Selected:
    """Of one period: which series count for each person, and how far each has come."""

    candidate: dict[Series, Column]
    progress: dict[Series, Progress]
    complete: Column
    completed_on: Column


@dataclass(slots=True, eq=False)
class Disease:
    """What came of everybody's records against one disease. ``outcome`` matrices are record × person."""

    persons: Column
    records: Records
    evaluation: Column
    number: Column
    routine: Column
    ground: Column
    periods: dict[str, Selected] = field(default_factory=dict)


def size(series: Series) -> int:
    """By which alternatives are put in order."""
    return len(series.targets)


class Selection:
    """Runs the records of one disease, class by class."""

    def __init__(
        self, code: str, rows: Rows, row: Column, persons: Column, records: Records, gaps: Gaps
    ) -> None:
        self.code, self.rows, self.row, self.gaps = code, rows, row, gaps
        shape = records.vaccine.shape
        self.found = Disease(
            persons, records, np.zeros(shape, np.int8), np.full(shape, -1, np.int8), np.zeros(shape, bool),
            np.zeros(shape, np.int64),
        )  # fmt: skip

    def all(self) -> Disease:
        """Every class of persons, period by period."""
        periods = self.rows.plan.diseases[self.code]
        rules = [
            q.rule for all_of in periods.values() for s in all_of for t in s.targets for q in t.requirements
        ]
        classes, of = self.rows.classes(rules)
        for n, applicable in enumerate(classes):
            members = np.flatnonzero(of[self.row] == n)
            if len(members):
                self._class(applicable, members)
        return self.found

    def _class(self, applicable: Applicable, members: Column) -> None:
        periods = applicable.series(self.code)
        left = self.found.records.of(members)
        for period, alternatives in periods.items():
            before = self._before(periods, period, members)
            runs, evaluated = self._runs(applicable, alternatives, members, left, before)
            best = self._select(period, alternatives, members, runs, evaluated)
            outcome = self._outcomes(alternatives, runs, evaluated, best)
            self._note(applicable, period, members, left, outcome)
            if len(periods) > 1:
                ran = np.stack([run.evaluation for run in runs])
                taken = np.take_along_axis(ran, best[None, None, :], axis=0)[0] == VALID
                left = left.without(taken)

    def _before(self, periods: dict[str, list[Series]], period: str, members: Column) -> dict[str, Column]:
        """The days on which earlier periods were last satisfied, where a dose asks for a gap from one."""
        requirements = [q for one in periods[period] for t in one.targets for q in t.requirements]
        asked = {q.row.gap_after_period[0] for q in requirements if q.row.gap_after_period}
        return {
            one: self.found.periods[one].completed_on[members] for one in asked if one in self.found.periods
        }

    def _runs(
        self, applicable: Applicable, alternatives: list[Series], members: Column, left: Records,
        before: dict[str, Column],
    ) -> tuple[list[Run], Column]:  # fmt: skip
        """The runs of the series that the first dose can begin; of all only if it begins none."""
        count, has = (
            len(alternatives),
            left.vaccine[0] >= 0 if len(left.vaccine) else np.zeros(len(members), bool),
        )
        if count == 1:
            everybody = np.ones((1, len(members)), bool)
            return [self._run(applicable, alternatives[0], members, left, before)], everybody
        likely = np.stack([self._likely(one, members, left) & has for one in alternatives])
        runs = [self._blank(one, left) for one in alternatives]
        for n, one in enumerate(alternatives):
            self._into(runs[n], applicable, one, members, left, np.flatnonzero(likely[n]), before)
        started = np.zeros(len(members), bool)
        for run in runs:
            started |= run.evaluation[0] == VALID if len(run.evaluation) else False
        evaluated = likely | ~started
        for n, one in enumerate(alternatives):
            others = np.flatnonzero(evaluated[n] & ~likely[n] & has)
            self._into(runs[n], applicable, one, members, left, others, before)
        return runs, evaluated

    def _likely(self, series: Series, members: Column, left: Records) -> Column:
        if not len(left.vaccine):
            return np.zeros(len(members), bool)
        listed = np.array([code in series.targets[0].by_product for code in self.rows.pack.vaccines])
        begins = starts(series, self.rows, self.row[members], left.day[0])
        likely: Column = begins & listed[left.vaccine[0]]
        return likely

    def _blank(self, series: Series, left: Records) -> Run:
        return Run.none(left.vaccine.shape, len(series.targets))

    def _into(
        self, into: Run, applicable: Applicable, series: Series, members: Column, left: Records, some: Column,
        before: dict[str, Column],
    ) -> None:  # fmt: skip
        if not len(some):
            return
        those = {period: days[some] for period, days in before.items()}
        run = self._run(applicable, series, members[some], left.of(some), those)
        depth = len(run.evaluation)
        for name in ("evaluation", "number", "routine", "odd", "ground"):
            getattr(into, name)[:depth, some] = getattr(run, name)
        into.progress.put(some, run.progress)

    def _run(
        self,
        applicable: Applicable,
        series: Series,
        members: Column,
        left: Records,
        before: dict[str, Column],
    ) -> Run:
        row = self.row[members]
        if series.each:
            return Yearly(series, applicable, self.rows, row, left, self.gaps).all()
        return Evaluation(series, applicable, self.rows, row, left, self.gaps, before).all()

    def _select(
        self, period: str, alternatives: list[Series], members: Column, runs: list[Run], evaluated: Column
    ) -> Column:
        """Note the candidates; the place of the best series is returned."""
        kept = self.found.periods.setdefault(period, self._unselected(period))
        candidate = candidates(alternatives, runs, evaluated)
        by_size = sorted(range(len(alternatives)), key=lambda n: size(alternatives[n]))
        best: Column = np.array(by_size)[np.argmax(candidate[by_size], axis=0)]
        for n, (one, run) in enumerate(zip(alternatives, runs, strict=True)):
            kept.candidate[one][members] = candidate[n]
            kept.progress[one].put(members, run.progress)
            mine = best == n
            done = mine & _complete(one, run)
            kept.complete[members[done]] = True
            kept.completed_on[members[mine]] = run.progress.latest[mine]
        return best

    def _unselected(self, period: str) -> Selected:
        every, count = self.rows.plan.diseases[self.code][period], len(self.row)
        return Selected(
            {one: np.zeros(count, bool) for one in every},
            {one: Progress.none(count, len(one.targets)) for one in every},
            np.zeros(count, bool),
            np.zeros(count, np.int32),
        )

    def _outcomes(
        self, alternatives: list[Series], runs: list[Run], evaluated: Column, best: Column
    ) -> tuple[Column, ...]:
        """What the records came to: in the best series once one is begun, else the most telling."""
        if len(runs) == 1:
            return tuple(getattr(runs[0], name) for name in OUTCOME)
        valid = np.stack([run.progress.valid for run in runs])
        begun = np.take_along_axis(valid, best[None], axis=0)[0] > 0
        begun |= evaluated.sum(axis=0) == 1
        telling = [
            np.where(one, 10 * run.odd + _RANKS[run.evaluation], 99)
            for run, one in zip(runs, evaluated, strict=True)
        ]
        chosen = np.where(begun, best, np.argmin(telling, axis=0))
        parts = ([getattr(run, name) for run in runs] for name in OUTCOME)
        return tuple(np.choose(chosen, part) for part in parts)

    def _note(
        self, applicable: Applicable, period: str, members: Column, left: Records, outcome: tuple[Column, ...]
    ) -> None:
        """Keep a valid outcome; of others, the one of the period that the day belongs to."""
        evaluation, belongs = outcome[0], self._belongs(applicable, period, members, left)
        for n in range(len(left.vaccine)):
            there = np.flatnonzero(left.vaccine[n] >= 0)
            where, who = left.place[n, there], members[there]
            kept = self.found.evaluation[where, who]
            better = (kept == 0) | (evaluation[n, there] == VALID) | belongs[n, there]
            where, who, there = where[better], who[better], there[better]
            for name, values in zip(OUTCOME, outcome, strict=True):
                getattr(self.found, name)[where, who] = values[n, there]

    def _belongs(self, applicable: Applicable, period: str, members: Column, left: Records) -> Column:
        """True if the period lists the product and had begun by the day."""
        found = np.zeros(left.vaccine.shape, bool)
        if len(applicable.series(self.code)) < 2:
            return found
        for n, product in enumerate(self.rows.pack.vaccines):
            given = left.vaccine == n
            if given.any():
                begins = self._begins(applicable, period, product)[self.row[members]]
                found |= given & (begins[None, :] <= left.day)
        return found

    def _begins(self, applicable: Applicable, period: str, product: str) -> Column:
        first = np.full(len(self.rows.birth), _NONE)
        for series in applicable.series(self.code)[period]:
            for target in series.targets:
                for requirement in target.by_product.get(product, ()):
                    for window in self.rows.windows(requirement.rule):
                        first = np.minimum(first, window.start)
        return first


def candidates(alternatives: list[Series], runs: list[Run], evaluated: Column) -> Column:
    """Series × person: those that count (CDSi chapter 8); see ``logic.selection.select``."""
    if len(alternatives) == 1:
        return np.ones((1, evaluated.shape[1]), bool)
    valid = np.where(evaluated, np.stack([run.progress.valid for run in runs]), 0)
    begun = valid > 0
    first = np.where(begun, np.stack([run.progress.first for run in runs]), _NONE)
    begun &= first == first.min(axis=0)
    complete = begun & np.stack([_complete(s, r) for s, r in zip(alternatives, runs, strict=True)])
    latest = np.stack([run.progress.latest for run in runs]).astype(np.int64)
    order = np.where(complete, latest * 1000 - valid, np.int64(1) << 40)
    ended = np.arange(len(runs))[:, None] == np.argmin(order, axis=0)[None, :]
    most = begun & (valid == np.where(begun, valid, -1).max(axis=0))
    chosen = np.where(complete.any(axis=0), ended, most)
    return np.where(begun.any(axis=0), chosen, evaluated)


def _complete(series: Series, run: Run) -> Column:
    if series.each:
        return np.zeros(len(run.progress.valid), bool)
    progress = run.progress
    return (progress.index >= len(series.targets)) & (progress.valid > 0)
