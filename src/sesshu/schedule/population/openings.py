"""Openings as a table: a column for each, and a row for each of the fields named here.

All values are ``int32``; days are ordinals, 0 where there is none. ``LABEL`` and ``PERIOD`` are places in
``names``, ``WHY`` in ``columns.REASONS``; ``RANK`` is the place among the candidates; ``GIVEN`` is 1 where an
earlier dose was given; ``ARTICLE`` and ``WHY_ARTICLE`` are places in ``articles``.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sesshu.schedule.population.columns import Column
from sesshu.schedule.supporting import Pack

Openings = NDArray[np.int32]
(
    PERSON, START, END, SINCE, NUMBER, LABEL, PERIOD, STATUTORY_FROM, STATUTORY_TO, RECOMMENDED_FROM,
    RECOMMENDED_TO, REMAINING, WHY, RANK, PRODUCT, GIVEN, ARTICLE,
    WHY_ARTICLE,
) = range(18)  # fmt: skip
_FIELDS = 18


def none() -> Openings:
    """No openings."""
    return np.zeros((_FIELDS, 0), np.int32)


def blank(count: int) -> Openings:
    """Openings to be filled in."""
    return np.zeros((_FIELDS, count), np.int32)


def together(tables: list[Openings]) -> Openings:
    """One table of several."""
    if len(tables) == 1:
        return tables[0]
    return np.concatenate(tables, axis=1) if tables else none()


def ordered(table: Openings, *keys: int) -> Openings:
    """By person, then the fields; what is equal keeps its order."""
    return table[:, np.lexsort((*(table[key] for key in reversed(keys)), table[PERSON]))]


def follows(table: Openings) -> Column:
    """Whether each opening belongs to the person of the one before it."""
    same = np.zeros(table.shape[1], bool)
    same[1:] = table[PERSON, 1:] == table[PERSON, :-1]
    return same


def depth(table: Openings) -> Column:
    """The place of each opening among those of its person."""
    same = follows(table)
    place = np.arange(len(same))
    return place - np.maximum.accumulate(np.where(same, 0, place))


@lru_cache(maxsize=8)
def names(pack: Pack) -> dict[str, int]:
    """Every label of a dose and name of a period, numbered."""
    found = {""}
    for rule in pack.rules:
        found |= {rule.period_name, *(dose.label for course in rule.courses for dose in course.doses)}
    return {name: n for n, name in enumerate(sorted(found))}


@lru_cache(maxsize=8)
def articles(pack: Pack) -> dict[str, int]:
    """Every article that a reason may rest on, numbered; 0 is none."""
    found = [rule.article for rule in pack.rules] + [spacing.article for spacing in pack.spacings]
    return {text: n for n, text in enumerate(dict.fromkeys(["", *found]))}
