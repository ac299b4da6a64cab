"""Doses over columns: programmes, refusals, conflicts and blocked days.

See :mod:`sesshu.schedule.logic.history` and :mod:`sesshu.schedule.logic.conflict`.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import numpy as np

from sesshu.schedule.logic.conflict import _LONGEST, _after, _before, _closed, _concerns
from sesshu.schedule.population.calendar import LAST, Days
from sesshu.schedule.population.columns import Column, Doses
from sesshu.schedule.population.law import counted
from sesshu.schedule.population.openings import articles
from sesshu.schedule.population.records import Records
from sesshu.schedule.population.rows import Rows
from sesshu.schedule.supporting import HistoryNeeded, Programme, Spacing

_FAR = np.int32(1 << 20)


class Blocks(NamedTuple):
    """Block × person: days, inclusive, that earlier doses close to some products, 0 past the last.

    ``article`` is a place in ``openings.articles``.
    """

    first: Days
    last: Days
    article: Column


class History:
    """The doses of a chunk of residents whose terms are ``rows[row]``; persons are places in ``row``.

    ``on`` is the day each is asked about; ``crowded_by`` is the place of the dose that is too near to one
    which then is not routine, ``crowding`` that of the interval in the pack. ``noted`` doses break an
    interval that is only remarked upon; it is looked for where ``noting`` is asked.
    """

    def __init__(self, rows: Rows, row: Column, doses: Doses, on: Days, *, noting: bool = False) -> None:
        self.noting, self.rows, self.row, self.doses, self.on = noting, rows, row, doses, on
        self.codes = list(rows.pack.vaccines)
        self.programme = self._programmes()
        birth = rows.birth[row[doses.person]]
        self.usable = (doses.vaccine >= 0) & (doses.day <= on[doses.person]) & (doses.day >= birth)
        self.kept = np.flatnonzero(self.usable)
        self.crowded_by, self.crowding = (np.full(len(doses), -1, np.int64) for _ in range(2))
        self.blocked, self.unspaced, self.noted = self._conflicts()
        self._blocks: dict[frozenset[tuple[str, str]], Blocks] = {}
        self._counts: dict[HistoryNeeded, Column] = {}

    def _programmes(self) -> Column:
        """The programme a dose is counted to: of several, the one whose windows lie nearest to the day."""
        places = {code: n for n, code in enumerate(self.rows.pack.programmes)}
        vaccines = self.rows.pack.vaccines.values()
        first = np.array([places[vaccine.programmes[0]] for vaccine in vaccines], np.int8)
        found = np.where(self.doses.vaccine < 0, -1, first[self.doses.vaccine]).astype(np.int8)
        for n, vaccine in enumerate(vaccines):
            given = (
                np.flatnonzero(self.doses.vaccine == n)
                if len(vaccine.programmes) > 1
                else self.doses.vaccine[:0]
            )
            if len(given):
                away = [self._distance(vaccine.code, code, given) for code in vaccine.programmes]
                order = np.array([places[code] for code in vaccine.programmes], np.int8)
                found[given] = order[np.argmin(away, axis=0)]
        return found

    def _distance(self, product: str, programme: str, given: Column) -> Days:
        row, day = self.row[self.doses.person[given]], self.doses.day[given]
        rules = self.rows.plan.rules.get((product, programme), [])
        classes, of = self.rows.classes(rules)
        away = np.full(len(given), _FAR)
        for n, applicable in enumerate(classes):
            mine = of[row] == n
            for rule in rules:
                if not applicable.bars[rule.number]:
                    for window in self.rows.windows(rule):
                        start, end = window.start[row], window.end[row]
                        gap = np.maximum(np.maximum(start - day, day - end), 0)
                        gap = np.where(start <= end, gap, _FAR)
                        away = np.where(mine, np.minimum(away, gap), away)
        return away

    def _conflicts(self) -> tuple[Column, ...]:
        """Doses that break an interval to another vaccine: those that then do not count, are not routine, or
        are remarked upon.
        """
        count, kept = len(self.doses), self.kept
        found = {effect: np.zeros(count, bool) for effect in ("not_valid", "not_routine", "note")}
        person, day = self.doses.person[kept], self.doses.day[kept]
        vaccine = self.doses.vaccine[kept]
        later = np.arange(1, len(kept))
        back = 1
        while len(later):
            earlier = later - back
            gap = day[later] - day[earlier]
            near = (person[later] == person[earlier]) & (gap <= _LONGEST)
            later, earlier, gap = later[near], earlier[near], gap[near]
            for spacing, concerned in self._spacings():
                hit = (gap > 0) & (gap <= spacing.gap_days) & concerned[vaccine[earlier], vaccine[later]]
                start, end = spacing.in_force.start.toordinal(), spacing.in_force.end.toordinal()
                hit &= (start <= day[later]) & (day[later] <= end)
                found[spacing.effect][kept[later[hit]]] = True
                if spacing.effect == "not_routine":
                    self._note_crowding(kept[later[hit]], kept[earlier[hit]], spacing)
            back += 1
            later = later[later >= back]
        return tuple(found.values())

    def _note_crowding(self, later: Column, earlier: Column, spacing: Spacing) -> None:
        new = self.crowded_by[later] < 0
        self.crowded_by[later[new]] = earlier[new]
        self.crowding[later[new]] = self.rows.pack.spacings.index(spacing)

    def _spacings(self) -> list[tuple[Spacing, Column]]:
        """The intervals that have an effect, each with the pairs of vaccines that it concerns."""
        pack = self.rows.pack
        vaccines = list(pack.vaccines.values())
        found = []
        for spacing in pack.spacings:
            if spacing.effect != "note" or self.noting:
                pairs = [
                    [spacing in _before(pack, b.kind) and _concerns(spacing, a, b) for b in vaccines]
                    for a in vaccines
                ]
                found.append((spacing, np.array(pairs)))
        return found

    def records(self, disease: str) -> tuple[Column, Records]:
        """The persons with a record against ``disease``, and their records."""
        pack = self.rows.pack
        found = np.zeros(len(self.doses), bool)
        for n, vaccine in enumerate(pack.vaccines.values()):
            if disease not in vaccine.against:
                continue
            given = self.usable & (self.doses.vaccine == n)
            if len(vaccine.programmes) > 1:
                serving = [disease in p.diseases for p in pack.programmes.values()]
                given &= np.array(serving)[self.programme]
            found |= given
        kept = np.flatnonzero(found)
        persons, column, depth = _ranked(self.doses.person[kept])
        shape = (int(depth.max(initial=-1)) + 1, len(persons))
        day, expiry = self.doses.day[kept], self.doses.lot_expiry[kept]
        self._where = (kept, depth, column)
        return persons, Records(
            _matrix(shape, depth, column, day, np.int32(0)),
            _matrix(shape, depth, column, self.doses.vaccine[kept], np.int16(-1)),
            _matrix(shape, depth, column, self.blocked[kept], np.False_),
            _matrix(shape, depth, column, self.unspaced[kept], np.False_),
            _matrix(shape, depth, column, (expiry > 0) & (day > expiry), np.False_),
            np.broadcast_to(np.arange(shape[0], dtype=np.int16)[:, None], shape),
        )

    def where(self) -> tuple[Column, Column, Column]:
        """The doses of the records last made, and the row and column of each."""
        return self._where

    def closing(self, products: frozenset[str]) -> Blocks | None:
        """The days closed to any of ``products`` by doses of other vaccines, in order; None if none can be.

        All of ``products`` must be closed by the same doses.
        """
        pack, first = self.rows.pack, int(self.on.min(initial=LAST))
        pairs = {
            (vaccine.code, spacing.id)
            for vaccine in pack.vaccines.values()
            for spacing in _after(pack, vaccine.kind)
            if (spacing.effect == "not_valid" or spacing.in_force.end.toordinal() >= first)
            and products & _closed(pack, spacing, vaccine)[0]
        }
        if not pairs:
            return None
        key = frozenset(pairs)
        if key not in self._blocks:
            self._blocks[key] = self._close(key)
        found = self._blocks[key]
        return found if len(found.first) else None

    def _close(self, pairs: frozenset[tuple[str, str]]) -> Blocks:
        parts = []
        for n, vaccine in enumerate(self.rows.pack.vaccines.values()):
            for order, spacing in enumerate(_after(self.rows.pack, vaccine.kind)):
                if (vaccine.code, spacing.id) not in pairs:
                    continue
                given = self.kept[self.doses.vaccine[self.kept] == n]
                start, end = spacing.in_force.start.toordinal(), spacing.in_force.end.toordinal()
                day = self.doses.day[given]
                first = np.maximum(day + 1, start)
                last = np.minimum(day + spacing.gap_days, end)
                holds = (day < end) & (first <= last)
                holds &= (last >= self.on[self.doses.person[given]]) | (spacing.effect == "not_valid")
                article = np.full(len(given), articles(self.rows.pack)[spacing.article])
                parts.append(np.stack([given, np.full(len(given), order), first, last, article])[:, holds])
        table = np.concatenate(parts, axis=1) if parts else np.zeros((5, 0), np.int64)
        table = table[:, np.lexsort((table[1], table[0]))]
        person = self.doses.person[table[0]]
        depth = _ranked(person)[2]
        shape = (int(depth.max(initial=-1)) + 1, len(self.row))
        return Blocks(
            _matrix(shape, depth, person, table[2].astype(np.int32), np.int32(0)),
            _matrix(shape, depth, person, table[3].astype(np.int32), np.int32(0)),
            _matrix(shape, depth, person, table[4].astype(np.int32), np.int32(0)),
        )

    def count(self, needed: HistoryNeeded) -> Column:
        """How many doses that a rule's condition counts each person has."""
        found = self._counts.get(needed)
        if found is None:
            vaccine, day = self.doses.vaccine[self.kept], self.doses.day[self.kept]
            hit = counted(needed, self.rows.pack, vaccine, day)
            person = self.doses.person[self.kept[hit]]
            found = self._counts[needed] = np.bincount(person, minlength=len(self.row))
        return found

    def begun(self, products: tuple[str, ...]) -> Column:
        """Who was given any of ``products``."""
        listed = np.array([code in products for code in self.codes])
        found = np.zeros(len(self.row), bool)
        found[self.doses.person[self.kept[listed[self.doses.vaccine[self.kept]]]]] = True
        return found

    def touched(self, programme: Programme, against: Mapping[str, "Against"]) -> Column:
        """Whose history can change what is said of the programme; ``against`` by disease."""
        found = np.zeros(len(self.row), bool)
        for disease in programme.diseases:
            if disease in against:
                found[against[disease].persons] = True
        for vaccine in self.rows.pack.vaccines.values():
            if programme.code in vaccine.programmes:
                closed = self.closing(frozenset({vaccine.code}))
                if closed is not None:
                    found |= closed.last[0] > 0
        return found


class Against(Protocol):
    """Something known of the persons with a record against a disease."""

    persons: Column


def ranges(begins: Column, ends: Column) -> Column:
    """The places from each begin to before its end, one after the other."""
    counts = ends - begins
    before = np.cumsum(counts) - counts
    places: Column = np.arange(int(counts.sum())) + np.repeat(begins - before, counts)
    return places


def _ranked(person: Column) -> tuple[Column, Column, Column]:
    """Of places in order of person: the persons, each place's person among them, and its rank there."""
    new = np.ones(len(person), bool)
    new[1:] = person[1:] != person[:-1]
    column = np.cumsum(new) - 1
    begins = np.flatnonzero(new)
    return person[new], column, np.arange(len(person)) - begins[column]


def _matrix(
    shape: tuple[int, int], depth: Column, column: Column, value: Column, empty: np.generic
) -> Column:
    found = np.full(shape, empty)
    found[depth, column] = value
    return found
