"""Evaluation over columns: the n-th record of everybody at once, by the rules of :mod:`..logic.evaluation`.

Persons are columns of matrices whose rows are records in order of date. Those who stand at the same target
dose and were given the same product under the same law are judged together.
"""

from datetime import date

import numpy as np

from sesshu.schedule.logic.applicable import Applicable
from sesshu.schedule.logic.evaluation import _uncounted
from sesshu.schedule.logic.plan import Requirement, Series
from sesshu.schedule.population.calendar import Days
from sesshu.schedule.population.columns import Column
from sesshu.schedule.population.grounds import Ground, Remark, grounds, holding
from sesshu.schedule.population.judging import Judging
from sesshu.schedule.population.law import Gaps, bounds, counted, enough, law
from sesshu.schedule.population.records import Progress, Records, Run
from sesshu.schedule.population.rows import NEVER, Rows

VALID, NOT_VALID, EXTRANEOUS, SUB_STANDARD = 1, 2, 3, 4
OK, EARLY, LATE = 0, 1, 2


class Evaluation:
    """One series, and the persons and records to run through it."""

    def __init__(
        self, series: Series, applicable: Applicable, rows: Rows, row: Column, records: Records, gaps: Gaps,
        before: dict[str, Days] | None = None,
    ) -> None:  # fmt: skip
        self.series, self.applicable, self.rows, self.row = series, applicable, rows, row
        self.records, self.gaps = records, gaps
        self.products = list(rows.pack.vaccines)
        shape = records.vaccine.shape
        self.run, self.grounds = Run.none(shape, len(series.targets)), grounds(rows.pack)
        self.run.progress.before = before or {}
        rules = {q.rule.number: q.rule for target in series.targets for q in target.requirements}
        self.counts = {
            needed: np.zeros(shape[1], np.int16) for rule in rules.values() for needed in rule.needs_history
        }

    def all(self) -> Run:
        """Run every record through the series."""
        for n in range(len(self.records.vaccine)):
            live = np.flatnonzero(self.records.vaccine[n] >= 0)
            self._step(n, live)
            for needed, count in self.counts.items():
                count[live] += counted(
                    needed, self.rows.pack, self.records.vaccine[n, live], self.records.day[n, live]
                )
        return self.run

    def _step(self, n: int, live: Column) -> None:
        run, progress = self.run, self.run.progress
        expired = self.records.expired[n, live]
        run.evaluation[n, live[expired]] = SUB_STANDARD
        run.ground[n, live[expired]] = self.grounds.packed(Ground("expired_lot"))
        live = live[~expired]
        same = progress.last[live] == self.records.day[n, live]
        run.evaluation[n, live[same]] = EXTRANEOUS
        run.ground[n, live[same]] = self.grounds.packed(Ground("same_day"))
        live = live[~same]
        self._advance(live, self.records.day[n, live])
        index = progress.index[live].astype(np.int64)
        done = index >= len(self.series.targets)
        run.evaluation[n, live[done]] = EXTRANEOUS
        completed = Ground("after_completion", detail=self.series.targets[-1])
        run.ground[n, live[done]] = self.grounds.packed(completed, progress.latest[live[done]])
        live, index = live[~done], index[~done]
        cells = index * len(self.products) + self.records.vaccine[n, live]
        for cell, group in grouped(cells, live):
            target, product = divmod(cell, len(self.products))
            self._dose(n, group, target, self.products[product])
        counted_now = (run.evaluation[n, live] == VALID) | (run.evaluation[n, live] == NOT_VALID)
        progress.last[live[counted_now]] = self.records.day[n, live[counted_now]]

    def _advance(self, live: Column, day: Days) -> None:
        """Move past the targets skipped on the day of the record; see ``logic.skip``."""
        progress = self.run.progress
        for t, target in enumerate(self.series.targets):
            if not target.may_be_skipped:
                continue
            at = (progress.index[live] == t) & (progress.latest[live] > 0)
            here, on = live[at], day[at]
            if not len(here):
                continue
            late = np.zeros(len(here), bool)
            if target.skip_after:
                late = progress.latest[here] > self.rows.latest(target.skip_after)[self.row[here]]
            if target.until:
                past = on > self.rows.latest(target.until)[self.row[here]]
                progress.unfinished[here[past]] = True
                late |= past
            progress.index[here[late]] += 1

    def _dose(self, n: int, group: Column, t: int, product: str) -> None:
        target = self.series.targets[t]
        self.run.number[n, group] = target.number
        found = law(self.applicable, target, product)
        if found is None:
            self.run.evaluation[n, group] = NOT_VALID
            self.run.odd[n, group] = True
            self.run.ground[n, group] = self.grounds.packed(Ground("wrong_product", target))
            return
        when = np.searchsorted(found.edges, self.records.day[n, group], side="right") - 1
        for part, persons in grouped(when, group):
            dated = found.dated[part]
            if dated:
                self._by_dated(n, persons, t, dated)
                continue
            requirement = found.nearest[part]
            uncounted = _uncounted(requirement.rule, date.fromordinal(int(found.edges[part])))
            remark = Remark("law", requirement)
            self._judge(n, persons, t, requirement, np.zeros(len(persons), bool), remark, uncounted)

    def _by_dated(self, n: int, persons: Column, t: int, dated: list[Requirement]) -> None:
        """The rule in force whose window holds the dose, of those that the history so far allows."""
        allowed = [self._allowed(requirement, persons) for requirement in dated]
        routine = np.logical_or.reduce(allowed)
        remark = Remark("history", dated[0])
        if len(dated) == 1:
            self._judge(n, persons, t, dated[0], routine, remark)
            return
        scores = []
        for requirement, may in zip(dated, allowed, strict=True):
            place, _ = self._place(requirement, self.records.day[n, persons], persons)
            scores.append(np.where(may | ~routine, place, 9))
        chosen = np.argmin(scores, axis=0)
        for which, group in grouped(chosen, np.arange(len(persons))):
            self._judge(n, persons[group], t, dated[which], routine[group], remark)

    def _allowed(self, requirement: Requirement, persons: Column) -> Column:
        held = np.ones(len(persons), bool)
        for needed in requirement.rule.needs_history:
            count = self.counts[needed][persons]
            held &= enough(needed, count)
        return held

    def _place(self, requirement: Requirement, day: Days, persons: Column) -> tuple[Column, Column | None]:
        """Where the days lie (see ``logic.age``), and who was too young for this dose of the course."""
        row = self.row[persons]
        inside, least = np.zeros(len(persons), bool), np.full(len(persons), NEVER)
        for window in self.rows.windows(requirement.rule):
            start = window.start[row]
            inside |= (start <= day) & (day <= window.end[row])
            least = np.minimum(least, start)
        place = np.where(inside, OK, np.where(least > day, EARLY, LATE))
        if requirement.row.not_before is None:
            return place, None
        young = day < self.rows.point(requirement.row.not_before)[row]
        return np.where(inside & young, EARLY, place), young

    def _judge(
        self,
        n: int,
        persons: Column,
        t: int,
        requirement: Requirement,
        routine: Column,
        remark: Remark,
        uncounted: bool = False,
    ) -> None:
        """Vaccine, age, interval, conflict; the first breach decides. See ``logic.evaluation._satisfy``.

        ``remark`` is made of those who are not ``routine``.
        """
        for some, said in ((routine, None), (~routine, remark)):
            if some.any():
                of = Judging(self.grounds, self.rows, self.series.targets[t], requirement, said)
                self._judged(n, persons[some], t, of, routine[some], uncounted)

    def _judged(self, n: int, persons: Column, t: int, of: Judging, routine: Column, uncounted: bool) -> None:
        run, requirement, day = self.run, of.requirement, self.records.day[n, persons]
        if uncounted:
            run.evaluation[n, persons], run.ground[n, persons] = EXTRANEOUS, of.uncounted()
            return
        place, young = self._place(requirement, day, persons)
        refused, outside = place != OK, place != OK
        if requirement.rule.counts_outside_window:
            routine = routine & ~outside
            refused = outside & young if young is not None else np.zeros(len(persons), bool)
        odd = ~refused & self._other_course(day, persons)
        progress = run.progress.of(persons)
        short, doubtful = self._too_short(requirement, progress, day)
        breach = short | self.records.blocked[n, persons]
        evaluation = np.where(refused & (place == LATE), EXTRANEOUS, NOT_VALID)
        valid = ~(refused | odd | breach)
        evaluation = np.where(valid, VALID, evaluation)
        if requirement.row.latest_gap is not None:
            over = day > self.gaps.last_day(progress.last, requirement.row.latest_gap)
            over &= progress.last > 0
            routine, doubtful = routine & ~over, doubtful | over
        doubtful |= self._unsure(requirement, persons, day, progress)
        run.evaluation[n, persons], run.odd[n, persons] = evaluation, odd
        run.ground[n, persons] = self._ground(
            of, persons, day, (refused, place, young, odd, valid & ~doubtful)
        )
        run.routine[n, persons] = routine & valid & ~self.records.unspaced[n, persons]
        self._satisfy(persons[valid], day[valid], t)

    def _unsure(self, requirement: Requirement, persons: Column, day: Days, progress: Progress) -> Column:
        """Whose dose before was given in another window, so that more may be said; see ``logic.doubt``."""
        found = np.zeros(len(persons), bool)
        if requirement.row.unsure_in_later_window is None:
            return found
        row, last = self.row[persons], progress.latest
        window = holding(self.rows, requirement, row, day)
        for n, one in enumerate(self.rows.windows(requirement.rule)):
            apart = (last < one.start[row]) | (one.end[row] < last)
            found |= (window == n) & (last > 0) & apart
        return found

    def _ground(
        self,
        of: Judging,
        persons: Column,
        day: Days,
        why: tuple[Column, Column, Column | None, Column, Column],
    ) -> Column:
        """Why, for those of whom one reason is told; see ``grounds``."""
        refused, place, young, odd, valid = why
        found, row = np.zeros(len(persons), np.int64), self.row[persons]
        late, early = refused & (place == LATE), refused & (place == EARLY)
        found[late] = of.late(row[late], day[late])
        if early.any():
            found[early] = of.early(row[early], day[early], None if young is None else young[early])
        found[odd] = self.grounds.packed(Ground("other_course", of.target))
        plain = valid & (place == OK)
        found[plain] = of.valid(row[plain], day[plain])
        return found

    def _satisfy(self, persons: Column, day: Days, t: int) -> None:
        progress = self.run.progress
        progress.satisfied[t, persons] = progress.latest[persons] = day
        progress.first[persons] = np.where(progress.first[persons] == 0, day, progress.first[persons])
        progress.index[persons] += 1
        progress.valid[persons] += 1

    def _other_course(self, day: Days, persons: Column) -> Column:
        if self.series.starting is None:
            return np.zeros(len(persons), bool)
        begun = self.run.progress.first[persons] > 0
        return ~begun & ~starts(self.series, self.rows, self.row[persons], day)

    def _too_short(self, requirement: Requirement, progress: Progress, day: Days) -> tuple[Column, Column]:
        """Who breaks a least interval, and who would without a doctor's judgement."""
        breach, told = np.zeros(len(day), bool), np.zeros(len(day), bool)
        unfinished, row = progress.unfinished, requirement.row
        for bound in bounds(requirement, self.series, progress, unfinished, self.gaps):
            short = bound.holds & (day < bound.first) & ~told
            if not short.any():
                continue
            told |= short
            usual = unfinished if row.unfinished_gap else np.zeros(len(day), bool)
            for gap, whom in ((row.unfinished_doctor_gap, usual), (row.doctor_gap, ~usual)):
                if gap:
                    short &= ~(whom & (day >= self.gaps.next_day(bound.reference, gap)))
            breach |= short
        return breach, told & ~breach


def starts(series: Series, rows: Rows, row: Column, day: Days) -> Column:
    """Whether the series may be begun on the day."""
    ages, held = series.starting, np.ones(len(day), bool)
    if ages is not None and ages.start:
        held &= day >= rows.point(ages.start)[row]
    if ages is not None and ages.end:
        held &= day <= rows.point(ages.end)[row]
    return held


def grouped(keys: Column, items: Column) -> "list[tuple[int, Column]]":
    """The items of each key, in the order of the keys."""
    if not len(keys):
        return []
    if (keys == keys[0]).all():
        return [(int(keys[0]), items)]
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    cuts = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    parts = np.split(items[order], cuts)
    return [(int(ordered[cut]), part) for cut, part in zip([0, *cuts], parts, strict=True)]
