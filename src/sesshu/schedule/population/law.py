"""What the rules ask of a dose: the law of each day, intervals, and conditions on the history."""

from datetime import date
from functools import lru_cache

import numpy as np

from sesshu.schedule.logic.applicable import Applicable
from sesshu.schedule.logic.plan import Requirement, Series, Target
from sesshu.schedule.logic.vaccine import in_force, nearest
from sesshu.schedule.population import calendar
from sesshu.schedule.population.calendar import Days
from sesshu.schedule.population.columns import Column
from sesshu.schedule.population.records import Progress
from sesshu.schedule.supporting import HistoryNeeded, Pack


class Law:
    """The requirements in force on each day, for one target dose and one product."""

    def __init__(self, requirements: list[Requirement]) -> None:
        edges = {1}
        spans = [requirement.rule.in_force for requirement in requirements]
        edges |= {q.rule.deems_from.toordinal() for q in requirements if q.rule.deems_from}
        for span in spans:
            edges |= {span.start.toordinal(), span.end.toordinal() + 1}
            for other in spans:
                if span.end < other.start:
                    middle = (span.end.toordinal() + other.start.toordinal()) // 2
                    edges |= {middle, middle + 1}
        self.edges = np.array(sorted(edge for edge in edges if edge <= calendar.LAST))
        days = [date.fromordinal(int(edge)) for edge in self.edges]
        self.dated = [in_force(requirements, day) for day in days]
        self.nearest = [nearest(requirements, day)[0] for day in days]


@lru_cache(maxsize=4096)
def law(applicable: Applicable, target: Target, product: str) -> Law | None:
    """The law of a dose, or None if no rule lists the product for it."""
    requirements = applicable.required(target, product)
    return Law(requirements) if requirements else None


class Gaps:
    """Intervals from any day that occurs."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last

    def next_day(self, previous: Days, gap: str) -> Days:
        """First day that keeps the least interval."""
        return calendar.next_days(gap, self.first, self.last)[np.maximum(previous - self.first, 0)]

    def last_day(self, previous: Days, gap: str) -> Days:
        """Last day that keeps the greatest interval."""
        return calendar.last_days(gap, self.first, self.last)[np.maximum(previous - self.first, 0)]


class Bound:
    """One least interval of a requirement: its first day, where it holds, and the doctor's shorter one."""

    def __init__(self, first: Days, reference: Days, holds: Column) -> None:
        self.first, self.reference, self.holds = first, reference, holds


def bounds(
    requirement: Requirement, series: Series, progress: Progress, unfinished: Column, gaps: Gaps
) -> list[Bound]:
    """Every least interval that the next dose must keep; see ``logic.interval.bounds``."""
    row, found = requirement.row, []
    if row.gap or row.unfinished_gap:
        first, holds = np.zeros_like(progress.last), progress.last > 0
        if row.gap:
            first = gaps.next_day(progress.last, row.gap)
        else:
            holds = holds & unfinished
        if row.unfinished_gap and unfinished.any():
            first = np.where(unfinished, gaps.next_day(progress.last, row.unfinished_gap), first)
        found.append(Bound(first, progress.last, holds))
    places = {target.number: n for n, target in enumerate(series.targets)}
    for number, wait in row.gap_from:
        if number in places:
            reference = progress.satisfied[places[number]]
            found.append(Bound(gaps.next_day(reference, wait), reference, reference > 0))
    if row.gap_after_period is not None:
        period, wait = row.gap_after_period
        if period in progress.before:
            reference = progress.before[period]
            found.append(Bound(gaps.next_day(reference, wait), reference, reference > 0))
    return found


def counted(needed: HistoryNeeded, pack: Pack, vaccine: Column, day: Days) -> Column:
    """Which doses a rule's condition on the history counts."""
    listed = np.array([code in needed.products for code in pack.vaccines])
    start, end = needed.between.start.toordinal(), needed.between.end.toordinal()
    return listed[vaccine] & (start <= day) & (day <= end)


def enough(needed: HistoryNeeded, count: Column) -> Column:
    """Whether so many doses are as many as the rule asks."""
    held: Column = count >= needed.least
    return held if needed.most is None else held & (count <= needed.most)
