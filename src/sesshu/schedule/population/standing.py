"""The status on a day, over columns; see :mod:`sesshu.schedule.statuses`.

A status is a column of the fields named here: small numbers and ordinals, as ``columns.Answers`` tells them.
"""

import numpy as np
from numpy.typing import NDArray

from sesshu.schedule.logic.applicable import Applicable
from sesshu.schedule.population.calendar import LAST, Days
from sesshu.schedule.population.columns import DATES, REASONS, STATUSES, Column
from sesshu.schedule.population.grouping import Prospects
from sesshu.schedule.population.openings import (
    ARTICLE,
    END,
    NUMBER,
    PERSON,
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
    depth,
)
from sesshu.schedule.population.rows import Rows, joined

Statuses = NDArray[np.int32]
FIELDS = ("status", "next_dose", "remaining", "reason", *DATES, "article")
STATUS, NEXT, LEFT, REASON, FROM, TO, EARLIEST, BEGIN, FINISH, LAST_DAY, BY = range(11)
_ELIGIBLE, _NOT_YET, _COMPLETE, _AGED_OUT, _NOT_TARGET = range(len(STATUSES))


def blank(count: int) -> Statuses:
    """Nobody's statuses: no number, no date."""
    found = np.zeros((len(FIELDS), count), np.int32)
    found[[NEXT, LEFT]] = -1
    return found


def barred(code: str, count: int, article: int = 0) -> Statuses:
    """Not a target, for a reason that is the same for all."""
    found = blank(count)
    found[STATUS], found[REASON], found[BY] = _NOT_TARGET, REASONS.index(code), article
    return found


class Past:
    """Of one programme and class: each row's status once every opening is past, and the last of its days."""

    def __init__(self, programme: str, applicable: Applicable, rows: Rows, members: Column, on: int) -> None:
        self.rows, self.members, self.on = rows, members, on
        self._rules = applicable.rules(programme)
        self.pairs = [(rule, window) for rule in self._rules for window in rows.windows(rule)]
        self.last_day = np.zeros(len(rows.birth), np.int32)
        for _, window in self.pairs:
            there = (window.start <= window.end)[members]
            closes = np.where(there, window.closes[members], 0)
            self.last_day[members] = np.maximum(self.last_day[members], closes)

    def statuses(self) -> Statuses:
        """Past the last window: of the person, or of the product. Runs over the members."""
        latest = np.zeros(len(self.members), np.int32)
        ended, opened = latest.copy(), np.zeros(len(self.members), bool)
        by, by_ended, called = latest.copy(), latest.copy(), articles(self.rows.pack)
        for rule, window in self.pairs:
            opens, closes, end = (part[self.members] for part in (window.opens, window.closes, window.end))
            there = (opens <= closes) & (closes > 0)
            opened |= there
            product_ended = there & (closes < end) & (closes < self.on) & (self.on <= end)
            by_ended = np.where(product_ended & (closes > ended), called[rule.article], by_ended)
            by = np.where(there & (closes >= latest), called[rule.article], by)
            ended = np.where(product_ended, np.maximum(ended, closes), ended)
            latest = np.where(there, np.maximum(latest, closes), latest)
        found = blank(len(self.members))
        found[STATUS] = _AGED_OUT
        found[REASON] = np.where(latest >= self.on, _REASON["no_more_doses"], _REASON["window_passed"])
        found[REASON, ended > 0] = _REASON["product_ended"]
        closes, found[BY] = np.where(ended > 0, ended, latest), np.where(ended > 0, by_ended, by)
        windows = self.rows.open_windows(self._rules)
        since, _ = joined(windows, self.members, closes)
        found[FROM], found[TO] = since, np.where(closes == LAST, 0, closes)
        never = self._never(np.flatnonzero(~opened))
        found[:, ~opened] = never
        return found

    def _never(self, some: Column) -> Statuses:
        """Too young for a product that is gone, or too old for one that had not come."""
        found, members = blank(len(some)), self.members[some]
        latest, gone = np.zeros(len(some), np.int32), np.zeros(len(some), bool)
        for rule, window in self.pairs:
            last = window.end[members] > latest
            latest = np.where(last, window.end[members], latest)
            found[BY, last] = articles(self.rows.pack)[rule.article]
            gone = np.where(last, window.start[members] > rule.in_force.end.toordinal(), gone)
        found[STATUS] = np.where(gone, _NOT_TARGET, _AGED_OUT)
        found[REASON] = np.where(gone, _REASON["product_ended"], _REASON["window_passed"])
        return found


_REASON = {code: n for n, code in enumerate(REASONS)}


def statuses(
    prospects: Prospects, persons: Column, past: Statuses, last_day: Days, on: int, article: int
) -> Statuses:
    """The statuses of ``persons`` on a day. ``past`` and ``last_day`` run over them too; ``article`` is that
    which the programme rests on.
    """
    found = past.copy()
    other = prospects.other_product & (on <= last_day)
    found[:, other] = barred("other_product", int(other.sum()), article)
    complete = (
        prospects.complete | (prospects.completed_on > 0) if prospects.recurring else prospects.complete
    )
    done = blank(int(complete.sum()))
    done[STATUS], done[LEFT], done[REASON], done[BY] = _COMPLETE, 0, _REASON["completed"], article
    found[:, complete] = done
    who, told = _open(prospects.openings, on)
    found[:, np.searchsorted(persons, who)] = told
    return found


def _open(table: Openings, on: int) -> tuple[Column, Statuses]:
    """Of those in an opening or before one: the persons and their statuses."""
    coming = np.flatnonzero(table[END] >= on)
    if not len(coming):
        return coming, blank(0)
    place = depth(table[:, coming])
    now = coming[place == 0]
    opening = table[:, now]
    eligible = opening[START] <= on
    since, last = table[SINCE, reached(table, now, -1)], table[END, reached(table, now, 1)]
    found = blank(len(now))
    found[STATUS] = np.where(eligible, _ELIGIBLE, _NOT_YET)
    found[NEXT], found[LEFT] = opening[NUMBER], opening[REMAINING]
    found[REASON] = np.where(eligible, _REASON["in_window"], opening[WHY])
    found[BY] = np.where(eligible, opening[ARTICLE], opening[WHY_ARTICLE])
    found[FROM], found[TO] = opening[STATUTORY_FROM], opening[STATUTORY_TO]
    found[EARLIEST] = np.where(eligible, since, opening[START])
    found[BEGIN], found[FINISH] = opening[RECOMMENDED_FROM], opening[RECOMMENDED_TO]
    found[LAST_DAY] = last
    for field in (TO, LAST_DAY):
        found[field, found[field] == LAST] = 0
    return opening[PERSON], found


def reached(table: Openings, now: Column, step: int) -> Column:
    """The place of the first or last of the unbroken openings for the same dose."""
    here = now.copy()
    moving = np.arange(len(now))
    while len(moving):
        there = here[moving] + step
        inside = (there >= 0) & (there < table.shape[1])
        moving, there = moving[inside], there[inside]
        same = table[PERSON, there] == table[PERSON, here[moving]]
        moving, there = moving[same], there[same]
        earlier, later = (there, here[moving]) if step < 0 else (here[moving], there)
        fits = table[END, earlier] + 1 >= table[SINCE, later]
        for field in (NUMBER, STATUTORY_FROM, STATUTORY_TO):
            fits &= table[field, earlier] == table[field, later]
        moving, there = moving[fits], there[fits]
        here[moving] = there
    return here
