"""Spans of days within a table of openings: cut by what blocks them, and the runs that they form."""

import numpy as np

from sesshu.schedule.population.calendar import Days
from sesshu.schedule.population.columns import REASONS
from sesshu.schedule.population.openings import (
    END,
    GIVEN,
    PERIOD,
    PERSON,
    RECOMMENDED_FROM,
    RECOMMENDED_TO,
    SINCE,
    START,
    WHY,
    WHY_ARTICLE,
    Openings,
    together,
)
from sesshu.schedule.population.organising import Blocks

VACCINE_INTERVAL = REASONS.index("vaccine_interval")


def cut_out(table: Openings, closed: Blocks) -> Openings:
    """The openings without the days that another vaccine closes."""
    rest, alive, tables = table.copy(), np.ones(table.shape[1], bool), []
    for first, last, article in zip(closed.first, closed.last, closed.article, strict=True):
        begins, ends = first[rest[PERSON]], last[rest[PERSON]]
        hit = alive & (ends > 0) & (ends >= rest[START]) & (begins <= rest[END])
        if not hit.any():
            continue
        piece = rest[:, hit & (begins > rest[START])]
        piece[END] = first[piece[PERSON]] - 1
        tables.append(piece)
        alive &= ~(hit & (ends >= rest[END]))
        go = hit & alive
        rest[START, go] = rest[SINCE, go] = ends[go] + 1
        rest[WHY, go], rest[WHY_ARTICLE, go] = VACCINE_INTERVAL, article[rest[PERSON, go]]
    tables.append(rest[:, alive])
    return together(tables)


def not_before(table: Openings) -> Days:
    """The first recommended day, which once a dose was given is not before the window's own."""
    begin, end, since = table[RECOMMENDED_FROM], table[RECOMMENDED_TO], table[SINCE]
    later = np.where(begin > 0, np.maximum(begin, since), np.where(end > 0, since, 0))
    past = (end > 0) & (end < since)
    return np.where((table[GIVEN] > 0) & ~past, later, begin)


def run_starts(table: Openings) -> Days:
    """The first day of the run that each span, in order, belongs to."""
    key = table[PERSON].astype(np.int64) << 23
    reached = (np.maximum.accumulate(key | table[END]) & ((1 << 23) - 1)).astype(np.int32)
    new = np.ones(table.shape[1], bool)
    new[1:] = (
        (table[PERSON, 1:] != table[PERSON, :-1])
        | (table[START, 1:] > reached[:-1] + 1)
        | (table[PERIOD, 1:] != table[PERIOD, :-1])
    )
    firsts: Days = table[START, np.flatnonzero(new)[np.cumsum(new) - 1]]
    return firsts
