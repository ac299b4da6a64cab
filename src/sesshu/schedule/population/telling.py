"""Each dose's verdict with the reasons told, over columns: what ``Life.verdicts`` says of one person.

A sentence is made once for all whom it is told alike, by the functions that word it for one person. Doses of
which columns do not know what is said (an interval that is not kept, a doctor's judgement) are left untold.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from sesshu.schedule.logic.history import Record
from sesshu.schedule.logic.plan import Requirement
from sesshu.schedule.model import DoseGiven, Reason
from sesshu.schedule.population import grounds
from sesshu.schedule.population.columns import EVALUATIONS, REASONS, Column, Doses
from sesshu.schedule.population.evaluating import grouped
from sesshu.schedule.population.grounds import Ground
from sesshu.schedule.population.law import Gaps
from sesshu.schedule.population.openings import names
from sesshu.schedule.population.organising import History
from sesshu.schedule.population.remarking import REMARKABLE, Remarked
from sesshu.schedule.population.rows import Rows
from sesshu.schedule.population.selecting import Selection
from sesshu.schedule.population.sentences import sentences
from sesshu.schedule.population.verdicts import Outcomes

_COUNTED = [EVALUATIONS.index(code) for code in ("valid", "not_valid")]
_OF_DAYS = frozenset({"too_late", "too_early", "same_day", "other_course"})


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """Over doses; ``label`` is a place in ``openings.names``, ``reasons`` one in ``told`` or -1 if untold."""

    programme: Column
    number: Column
    label: Column
    evaluation: Column
    routine: Column
    reasons: Column
    told: list[tuple[Reason, ...]]


class Telling:
    """The doses of residents whose terms are ``rows[row]``; ``volume`` in mL, NaN where none is recorded."""

    def __init__(self, rows: Rows, row: Column, doses: Doses, volume: Column) -> None:
        self.rows, self.row, self.doses, self.volume = rows, row, doses, volume
        last = int(doses.day.max(initial=1))
        self.history = History(rows, row, doses, np.full(len(row), last, np.int32), noting=True)
        self.gaps = Gaps(max(int(doses.day.min(initial=last)), 1), last)
        self.known = grounds.grounds(rows.pack).known

    def verdicts(self) -> Verdicts:
        """Every dose judged by the law of its day."""
        outcomes = Outcomes(self.history)
        for code in self.rows.plan.diseases:
            persons, records = self.history.records(code)
            if len(persons):
                row = self.row[persons]
                outcomes.note(code, Selection(code, self.rows, row, persons, records, self.gaps).all())
        evaluation, number, routine, ground = outcomes.verdicts()
        untold = ~self.history.usable | self.history.noted
        place, told = self._told(np.where(untold, grounds.UNTOLD, ground), evaluation)
        called = names(self.rows.pack)
        labels = np.array([called[one.target.label] if one.target else 0 for one in self.known], np.int32)
        label = np.where(np.isin(evaluation, _COUNTED), labels[grounds.number_of(ground)], 0)
        return Verdicts(self.history.programme, number, label, evaluation, routine, place, told)

    def _told(self, ground: Column, evaluation: Column) -> tuple[Column, list[tuple[Reason, ...]]]:
        """Of each dose the place of its reasons, and all that are told."""
        some = np.flatnonzero(ground != grounds.UNTOLD)
        remarked = Remarked(self.history, self.volume, self._of_valid(ground, evaluation))
        keys = np.stack([ground, *self._said(some, ground), *remarked.keys])[:, some]
        order = np.lexsort(keys)
        keys = keys[:, order]
        new = np.ones(len(some), bool)
        new[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
        found = np.full(len(ground), -1, np.int32)
        found[some[order]] = np.cumsum(new) - 1
        firsts = some[order][new]
        return found, list(self._sentences(firsts, keys[:, new], remarked))

    def _of_valid(self, ground: Column, evaluation: Column) -> Iterator[tuple[Requirement, Column]]:
        """The doses that count by each rule, on which more may be remarked."""
        valid = np.flatnonzero((evaluation == EVALUATIONS.index("valid")) & (ground != grounds.UNTOLD))
        for number, places in grouped(grounds.number_of(ground[valid]), valid):
            known = self.known[number]
            if known.requirement is not None and known.kind in REMARKABLE:
                yield known.requirement, places

    def _said(self, some: Column, ground: Column) -> tuple[Column, Column]:
        """What the sentence of each dose names beside its ground."""
        one, other = (np.zeros(len(ground), np.int64) for _ in range(2))
        day, vaccine = self.doses.day, self.doses.vaccine
        for number, places in grouped(grounds.number_of(ground[some]), some):
            known = self.known[number]
            if known.kind == "kept":
                one[places], other[places] = self._window(known, places, ground)
            elif known.kind == "barred":
                one[places], other[places] = self._barred(places), self.history.programme[places]
            elif known.kind in _OF_DAYS:
                one[places] = day[places]
            elif known.kind == "expired_lot":
                one[places] = self.doses.lot_expiry[places]
            if known.remark is not None:
                rule = known.remark.requirement.rule
                turns = (rule.in_force.start, rule.deems_from or date.min)
                law = sum((day[places] < turn.toordinal()) << n for n, turn in enumerate(turns))
                other[places] = vaccine[places].astype(np.int64) << len(turns) | law
            elif known.kind == "wrong_product":
                other[places] = vaccine[places]
        return one, other

    def _window(self, known: Ground, places: Column, ground: Column) -> tuple[Column, Column]:
        opens, closes = (np.zeros(len(places), np.int64) for _ in range(2))
        row, which = self.row[self.doses.person[places]], grounds.day_of(ground[places])
        if known.requirement is not None:
            windows = self.rows.windows(known.requirement.rule)
            for n in np.unique(which):
                mine = which == n
                opens[mine], closes[mine] = windows[n].opens[row[mine]], windows[n].closes[row[mine]]
        return opens, closes

    def _barred(self, places: Column) -> Column:
        """The place in ``REASONS`` of what bars each dose's programme."""
        found, row = np.zeros(len(places), np.int64), self.row[self.doses.person[places]]
        codes = list(self.rows.pack.programmes)
        for programme in np.unique(self.history.programme[places]):
            mine = np.flatnonzero(self.history.programme[places] == programme)
            rules = self.rows.plan.by_programme.get(codes[programme], ())
            classes, of = self.rows.classes(rules)
            bars = [REASONS.index(one.barred(codes[programme]) or "birth_cohort") for one in classes]
            found[mine] = np.array(bars, np.int64)[of[row[mine]]]
        return found

    def _sentences(self, firsts: Column, keys: Column, remarked: Remarked) -> Iterator[tuple[Reason, ...]]:
        pack = self.rows.pack
        vaccines = list(pack.vaccines.values())
        numbers, days = grounds.number_of(keys[0]), grounds.day_of(keys[0])
        for n, place in enumerate(firsts):
            day, expiry = int(self.doses.day[place]), int(self.doses.lot_expiry[place])
            vaccine = vaccines[self.doses.vaccine[place]]
            given = DoseGiven(
                date.fromordinal(day), vaccine.code, lot_expiry=date.fromordinal(expiry) if expiry else None
            )
            record = Record(given, given.date, vaccine)
            told = (int(days[n]), int(keys[1, n]), int(keys[2, n]))
            yield sentences(self.known[numbers[n]], record, told, remarked.reasons(int(place)), pack)
