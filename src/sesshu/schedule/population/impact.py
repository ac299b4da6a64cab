"""What an amendment or another day changes for a whole city (H20): the sums of :mod:`sesshu.schedule.impact`.

Sentences are not made: whoever is to be listed is told by ``changes``, one by one.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sesshu.schedule.impact import KINDS, Group, Impact, Point
from sesshu.schedule.population.city import assess_city
from sesshu.schedule.population.columns import REASONS, STATUSES, Answers, Column, Doses, Residents
from sesshu.schedule.population.openings import articles

_KINDS = tuple(KINDS)
_ELIGIBLE, _NOT_YET, _, _, _NOT_TARGET = range(len(STATUSES))
_DATES = ("next_dose", "earliest", "eligible_to", "last_day")
_NONE = -1


class Codes(NamedTuple):
    """What vaccines (``Doses.vaccine``) and conditions (bits of ``Residents``) are places among.

    Those of both packs: each may know others.
    """

    vaccines: list[str]
    conditions: list[str]

    @classmethod
    def of(cls, *points: Point) -> "Codes":
        """All that any of the points knows."""
        vaccines = {code for point in points for code in point.pack.vaccines}
        conditions = {code for point in points for code in point.pack.conditions}
        return cls(sorted(vaccines), sorted(conditions))


class _Side:
    """One point's answers, programme by programme; a programme that its pack does not know has none."""

    def __init__(self, point: Point, residents: Residents, doses: Doses, processes: int) -> None:
        self.answers: Answers = assess_city(residents, doses, point.on, point.pack, processes=processes)
        self.places = {code: n for n, code in enumerate(point.pack.programmes)}
        self.articles = list(articles(point.pack))
        self.persons = len(residents)

    def told(self, field: str, code: str, otherwise: int) -> Column:
        """A field of the programme's statuses."""
        if code not in self.places:
            return np.full(self.persons, otherwise, np.int32)
        found: Column = self.answers.statuses[field][self.places[code]]
        return found


def impact_of(
    residents: Residents,
    doses: Doses,
    codes: Codes,
    before: Point,
    after: Point,
    programmes: Iterable[str] | None = None,
    processes: int = 1,
) -> tuple[Impact, Column, dict[str, int]]:
    """The sums, whose standing changes, and how many the scalar engine answered by reason."""
    wanted = programmes or {**before.pack.programmes, **after.pack.programmes}
    was, will = (
        _Side(point, _residents(residents, codes, point), _doses(doses, codes, point), processes)
        for point in (before, after)
    )
    found, changed = Impact(persons=len(residents)), np.zeros(len(residents), bool)
    for code in wanted:
        kind = _kinds(was, will, code)
        some = np.flatnonzero(kind != _NONE)
        changed[some] = True
        _count(found, was, will, code, some, kind[some])
    found.changed = int(changed.sum())
    return found, changed, was.answers.fallbacks


def _residents(residents: Residents, codes: Codes, point: Point) -> Residents:
    """The residents with the conditions of the point's own pack."""
    bits = residents.conditions.astype(np.int64)
    turned = np.zeros_like(bits)
    for n, code in enumerate(point.pack.conditions):
        if code in codes.conditions:
            turned |= (bits >> codes.conditions.index(code) & 1) << n
    return replace(residents, conditions=turned)


def _doses(doses: Doses, codes: Codes, point: Point) -> Doses:
    """The doses with the places of the point's own pack."""
    places = {code: n for n, code in enumerate(point.pack.vaccines)}
    turned = np.array([*(places.get(code, -1) for code in codes.vaccines), -1], np.int16)
    return Doses(doses.person, doses.day, turned[doses.vaccine], doses.lot_expiry)


def _kinds(before: _Side, after: _Side, code: str) -> Column:
    """The place in ``KINDS`` of what changes, -1 where nothing does; see ``impact._kind``."""
    was, will = (side.told("status", code, _NOT_TARGET) for side in (before, after))
    kinds = [_KINDS.index(kind) for kind in ("becomes_eligible", "stops", "opens_later", "closes")]
    held = [will == _ELIGIBLE, was == _ELIGIBLE, will == _NOT_YET, was == _NOT_YET]
    found = np.where(was != will, np.select(held, kinds, _KINDS.index("other")), _NONE)
    if code in before.places and code in after.places:
        moves = np.zeros(len(was), bool)
        for field in _DATES:
            moves |= before.told(field, code, 0) != after.told(field, code, 0)
        found[(was == will) & ((was == _ELIGIBLE) | (was == _NOT_YET)) & moves] = _KINDS.index("moves")
    return found


def _count(found: Impact, before: _Side, after: _Side, code: str, some: Column, kind: Column) -> None:
    told = [side.told(field, code, 0)[some] for field in ("reason", "article") for side in (before, after)]
    keys, counts = np.unique(np.stack([kind, *told]), axis=1, return_counts=True)
    for (change, was, will, article_was, article_will), count in zip(keys.T, counts, strict=True):
        article = after.articles[article_will] or before.articles[article_was]
        found.groups[Group(code, _KINDS[change], REASONS[was], REASONS[will], article)] += int(count)
