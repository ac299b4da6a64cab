"""Spans of days with one status and one next dose, over columns; see
:mod:`sesshu.schedule.population.horizon`.

A table of ``int32``: a column for each span, a row for each of the fields named here. Days are ordinals, 0
where there is none; ``NUMBER`` is -1 and ``LABEL`` 0 but for the days on which a dose is due.
"""

import numpy as np
from numpy.typing import NDArray

from sesshu.schedule.population.calendar import LAST, Days
from sesshu.schedule.population.columns import STATUSES, Column
from sesshu.schedule.population.grouping import Prospects
from sesshu.schedule.population.openings import END as UNTIL
from sesshu.schedule.population.openings import LABEL as DOSE
from sesshu.schedule.population.openings import NUMBER as NEXT
from sesshu.schedule.population.openings import PERSON as WHO
from sesshu.schedule.population.openings import RECOMMENDED_FROM, RECOMMENDED_TO, follows
from sesshu.schedule.population.openings import START as FROM
from sesshu.schedule.population.standing import reached

Spans = NDArray[np.int32]
PERSON, START, END, STATUS, NUMBER, LABEL, BEGIN, FINISH, LAST_DAY = range(9)
_FIELDS = 9
ELIGIBLE, NOT_YET, COMPLETE, AGED_OUT, NOT_TARGET = range(len(STATUSES))
_BITS = 23


def blank(count: int) -> Spans:
    """Spans to be filled in: no next dose, no date."""
    found = np.zeros((_FIELDS, count), np.int32)
    found[NUMBER] = -1
    return found


def plain(persons: Column, start: Days, end: Days, status: Column | int) -> Spans:
    """One span for each person, without a dose due."""
    found = blank(len(persons))
    found[PERSON], found[START], found[END], found[STATUS] = persons, start, end, status
    return found[:, found[START] <= found[END]]


def spans_of(
    prospects: Prospects, persons: Column, past: Column, last_day: Days, start: Days, end: Days
) -> Spans:
    """The status of each of ``persons`` (places, in order) on every day from ``start`` to ``end``.

    ``past`` is the status once every opening is past, ``last_day`` the last of all the programme's days.
    """
    table = prospects.openings
    who = np.searchsorted(persons, table[WHO])
    before, ends = _covered(table)
    opens, closes = np.maximum(before + 1, start[who]), np.minimum(table[UNTIL], end[who])
    waiting = plain(table[WHO], opens, np.minimum(closes, table[FROM] - 1), NOT_YET)
    due = _due(table, np.maximum(opens, table[FROM]), closes)
    covered = np.zeros(len(persons), np.int32)
    covered[who[ends]] = np.maximum(table[UNTIL], before)[ends]
    rest = _rest(prospects, persons, past, last_day, np.maximum(covered + 1, start), end)
    return ordered(np.concatenate([waiting, due, *rest], axis=1))


def _covered(table: NDArray[np.int32]) -> tuple[Days, Column]:
    """Up to which day the openings before each reach, and whether it is its person's last."""
    same = follows(table)
    key = table[WHO].astype(np.int64) << _BITS
    most = (np.maximum.accumulate(key | table[UNTIL]) & ((1 << _BITS) - 1)).astype(np.int32)
    before = np.zeros_like(most)
    before[1:] = np.where(same[1:], most[:-1], 0)
    return before, np.append(~same[1:], True)[: len(same)]


def _due(table: NDArray[np.int32], start: Days, end: Days) -> Spans:
    now = np.flatnonzero(start <= end)
    found = blank(len(now))
    found[PERSON], found[START], found[END] = table[WHO, now], start[now], end[now]
    found[STATUS], found[NUMBER], found[LABEL] = ELIGIBLE, table[NEXT, now], table[DOSE, now]
    found[BEGIN], found[FINISH] = table[RECOMMENDED_FROM, now], table[RECOMMENDED_TO, now]
    last = table[UNTIL, reached(table, now, 1)]
    found[LAST_DAY] = np.where(last == LAST, 0, last)
    return found


def _rest(
    prospects: Prospects, persons: Column, past: Column, last_day: Days, start: Days, end: Days
) -> list[Spans]:
    """What holds after every opening; see ``statuses.after_all``."""
    complete = prospects.complete
    if prospects.recurring:
        complete = complete | (prospects.completed_on > 0)
    other = prospects.other_product & ~complete
    turn = np.where(other, np.minimum(last_day, end), 0)
    return [
        plain(persons[other], start[other], turn[other], NOT_TARGET),
        plain(persons, np.maximum(start, turn + 1), end, np.where(complete, COMPLETE, past)),
    ]


def ordered(table: Spans) -> Spans:
    """By person, then by day."""
    return table[:, np.lexsort((table[START], table[PERSON]))]


def merged(table: Spans) -> Spans:
    """Neighbours that say the same made one; ``table`` is in order and without gaps."""
    if not table.shape[1]:
        return table
    new = np.ones(table.shape[1], bool)
    said = [PERSON, *range(STATUS, _FIELDS)]
    new[1:] = (table[said, 1:] != table[said, :-1]).any(axis=0)
    firsts = np.flatnonzero(new)
    found: Spans = table[:, firsts]
    found[END] = table[END, np.append(firsts[1:], table.shape[1]) - 1]
    return found


def condensed(table: Spans, persons: int) -> tuple[Column, Spans]:
    """The status that fills most of each person's days but for those of a dose due, and all other spans.

    Of two that fill as many days the one that comes first; "not yet" where there is none.
    """
    waits = table[:, table[STATUS] != ELIGIBLE]
    cell = waits[STATUS].astype(np.int64) * persons + waits[PERSON]
    size = len(STATUSES) * persons
    days = np.bincount(cell, waits[END] - waits[START] + 1, size).astype(np.int64)
    first = np.full(size, 1 << _BITS, np.int64)
    np.minimum.at(first, cell, waits[START])
    score = np.where(days > 0, (days << _BITS) - first, -1).reshape(len(STATUSES), persons)
    rest = np.where((score >= 0).any(axis=0), score.argmax(axis=0), NOT_YET).astype(np.int8)
    return rest, table[:, table[STATUS] != rest[table[PERSON]]]


def of_persons(table: Spans, places: Column, persons: Column) -> Spans:
    """The spans of ``places``, in that order, under the name of ``persons``."""
    begins = np.searchsorted(table[PERSON], places)
    counts = np.searchsorted(table[PERSON], places, side="right") - begins
    before = np.cumsum(counts) - counts
    found: Spans = table[:, np.arange(int(counts.sum())) + np.repeat(begins - before, counts)]
    found[PERSON] = np.repeat(persons, counts)
    return found
