"""Doses that come back every fiscal year, over columns; see :mod:`sesshu.schedule.logic.recurring`."""

from datetime import date

import numpy as np

from sesshu.schedule.logic.plan import Requirement
from sesshu.schedule.population import calendar
from sesshu.schedule.population.calendar import Days
from sesshu.schedule.population.columns import Column
from sesshu.schedule.population.evaluating import (
    EXTRANEOUS,
    LATE,
    NOT_VALID,
    OK,
    SUB_STANDARD,
    VALID,
    Evaluation,
    grouped,
)
from sesshu.schedule.population.grounds import Ground, Remark
from sesshu.schedule.population.judging import Judging
from sesshu.schedule.population.law import law
from sesshu.schedule.population.records import Run


class Yearly(Evaluation):
    """``progress.last`` holds the day that used up the latest year begun by a record."""

    def all(self) -> Run:
        """Judge each record in its own year."""
        for n in range(len(self.records.vaccine)):
            live = np.flatnonzero(self.records.vaccine[n] >= 0)
            live = live[~self._set_aside(n, live)]
            for product, group in grouped(self.records.vaccine[n, live], live):
                self._product(n, group, self.products[product])
        self.run.progress.valid[:] = (self.run.evaluation == VALID).sum(axis=0)
        return self.run

    def _set_aside(self, n: int, live: Column) -> Column:
        """Temporary vaccinations and expired lots."""
        day, vaccine = self.records.day[n, live], self.records.vaccine[n, live]
        temporary: Column = np.zeros(len(live), bool)
        for rule in self.rows.pack.temporary:
            listed = np.array([product in rule.products for product in self.products])
            span = rule.in_force
            told = listed[vaccine] & (span.start.toordinal() <= day) & (day <= span.end.toordinal())
            ground = Ground("temporary", detail=rule)
            self.run.ground[n, live[told & ~temporary]] = self.grounds.packed(ground)
            temporary |= told
        expired: Column = self.records.expired[n, live] & ~temporary
        self.run.evaluation[n, live[temporary]] = VALID
        self.run.evaluation[n, live[expired]] = SUB_STANDARD
        self.run.ground[n, live[expired]] = self.grounds.packed(Ground("expired_lot"))
        return np.logical_or(temporary, expired)

    def _product(self, n: int, group: Column, product: str) -> None:
        target = self.series.targets[0]
        self.run.number[n, group] = target.number
        found = law(self.applicable, target, product)
        if found is None:
            self.run.evaluation[n, group] = NOT_VALID
            self.run.ground[n, group] = self.grounds.packed(Ground("nothing", target))
            return
        candidates = self.applicable.required(target, product)
        first = candidates[0].rule.in_force.start.toordinal()
        when = np.searchsorted(found.edges, self.records.day[n, group], side="right") - 1
        for part, persons in grouped(when, group):
            dated = found.dated[part]
            if dated or found.edges[part] <= first:
                self._year(n, persons, (dated or [found.nearest[part]])[0], bool(dated))
            else:
                self.run.evaluation[n, persons] = VALID
                self.run.ground[n, persons] = self._out_of_season(candidates[0])

    def _out_of_season(self, requirement: Requirement) -> Column:
        return self.grounds.packed(Ground("out_of_season", self.series.targets[0], requirement))

    def _year(self, n: int, persons: Column, requirement: Requirement, dated: bool) -> None:
        run, day = self.run, self.records.day[n, persons]
        place, young = self._place(requirement, day, persons)
        evaluation = np.where(place == LATE, EXTRANEOUS, NOT_VALID)
        off = np.zeros(len(persons), bool)
        if dated and requirement.rule.season is not None:
            off = (place == OK) & ~in_season(requirement, day)
        year, last = calendar.fiscal_year(day), run.progress.last[persons]
        again = (last > 0) & (calendar.fiscal_year(last) == year)
        given = (place == OK) & ~off
        kept = given & ~again & ~self.records.blocked[n, persons]
        evaluation = np.where(given & again, EXTRANEOUS, evaluation)
        run.evaluation[n, persons] = np.where(off | kept, VALID, evaluation)
        run.routine[n, persons] = kept & dated & ~self.records.unspaced[n, persons]
        remark = None if dated else Remark("law", requirement)
        of = Judging(self.grounds, self.rows, self.series.targets[0], requirement, None)
        nobody = np.zeros(len(persons), bool)
        found = self._ground(of, persons, day, (place != OK, place, young, nobody, nobody))
        found[off] = self._out_of_season(requirement)
        used = Ground("already_given", self.series.targets[0], requirement)
        found[given & again] = self.grounds.packed(used, last[given & again])
        kind = "routine.turn" if dated else "remarks"
        found[kept] = self.grounds.packed(Ground(kind, self.series.targets[0], requirement, remark))
        run.ground[n, persons] = found
        run.progress.last[persons[kept]] = day[kept]


def in_season(requirement: Requirement, day: Days) -> Column:
    """Whether each day lies in the rule's season."""
    start, end = season_of(requirement, calendar.fiscal_year(day))
    return (start <= day) & (day <= end)


def season_of(requirement: Requirement, year: Days) -> tuple[Days, Days]:
    """First and last day of the rule's season in each fiscal year."""
    start = calendar.fiscal_start(year)
    season = requirement.rule.season
    if season is None:
        return start, calendar.fiscal_start(year + np.int32(1)) - np.int32(1)
    (month, day), (last_month, last_day) = season
    return _dated(year, month, day, next_year=False), _dated(
        year, last_month, last_day, next_year=last_month < 4
    )


def _dated(year: Days, month: int, day: int, *, next_year: bool) -> Days:
    distinct, back = np.unique(year, return_inverse=True)
    days = [date(int(one) + next_year, month, day).toordinal() for one in distinct]
    return np.array(days, np.int32)[back.reshape(-1)] if len(days) else np.zeros(0, np.int32)
