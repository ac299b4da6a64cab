"""Openings of a period's candidates, those of a person that overlap for the same dose made one.

See ``_merge``, ``_joins`` and ``_join`` of :mod:`sesshu.schedule.logic.groups`.
"""

import numpy as np

from sesshu.schedule.population.columns import Column
from sesshu.schedule.population.openings import (
    END,
    LABEL,
    NUMBER,
    PERIOD,
    PERSON,
    RANK,
    RECOMMENDED_FROM,
    RECOMMENDED_TO,
    REMAINING,
    SINCE,
    START,
    STATUTORY_FROM,
    STATUTORY_TO,
    WHY,
    Openings,
    depth,
    ordered,
    together,
)
from sesshu.schedule.population.spanning import VACCINE_INTERVAL


def merged(table: Openings) -> Openings:
    """Openings in order, those of a person that overlap for the same dose made one."""
    place = depth(table)
    joins = np.zeros(table.shape[1], bool)
    joins[1:] = (place[1:] > 0) & _joins(table[:, :-1], table[:, 1:])
    if not joins.any():
        return table
    many = np.isin(table[PERSON], table[PERSON, joins])
    tables, rest, place = [table[:, ~many]], table[:, many], place[many]
    current = rest[:, place == 0]
    for n in range(1, int(place.max()) + 1):
        following = rest[:, place == n]
        at = np.searchsorted(current[PERSON], following[PERSON])
        join = _joins(current[:, at], following)
        tables.append(current[:, at[~join]])
        ended, going = _join(current[:, at[join]], following[:, join])
        tables.append(ended)
        current = current.copy()
        current[:, at[~join]] = following[:, ~join]
        current[:, at[join]] = going
    return ordered(together([*tables, current]), START)


def _joins(one: Openings, other: Openings) -> Column:
    same = (one[NUMBER] == other[NUMBER]) & (one[LABEL] == other[LABEL]) & (one[PERIOD] == other[PERIOD])
    touching = (
        (other[START] == one[END] + 1) & (one[REMAINING] == other[REMAINING]) & (one[WHY] != VACCINE_INTERVAL)
    )
    joins: Column = same & ((other[START] <= one[END]) | touching)
    return joins


def _join(first: Openings, second: Openings) -> tuple[Openings, Openings]:
    """Both made one; where the one with fewer doses left ends first, the rest of the other follows."""
    joined = first.copy()
    joined[END] = np.maximum(first[END], second[END])
    joined[STATUTORY_FROM] = np.minimum(first[STATUTORY_FROM], second[STATUTORY_FROM])
    joined[STATUTORY_TO] = np.maximum(first[STATUTORY_TO], second[STATUTORY_TO])
    ranked = first[RANK] <= second[RANK]
    for name in (RECOMMENDED_FROM, RECOMMENDED_TO):
        joined[name] = np.where(ranked, first[name], second[name])
    for name in (REMAINING, SINCE, RANK):
        joined[name] = np.minimum(first[name], second[name])
    longer = np.where(first[END] > second[END], first, second)
    shorter = np.where(first[END] > second[END], second, first)
    two = (longer[REMAINING] > shorter[REMAINING]) & (longer[END] != shorter[END])
    rest = longer.copy()
    rest[START] = shorter[END] + 1
    for name in (STATUTORY_FROM, STATUTORY_TO, SINCE):
        rest[name] = joined[name]
    ended = joined[:, two].copy()
    ended[END] = shorter[END, two]
    return ended, np.where(two, rest, joined)
