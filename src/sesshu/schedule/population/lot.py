"""Some residents at a time: their histories evaluated once, then every programme told."""

import numpy as np

from sesshu.schedule.population.columns import Column, Doses
from sesshu.schedule.population.grouping import Grouping
from sesshu.schedule.population.law import Gaps
from sesshu.schedule.population.openings import articles
from sesshu.schedule.population.organising import History
from sesshu.schedule.population.rows import Rows
from sesshu.schedule.population.selecting import Disease, Selection
from sesshu.schedule.population.standing import Past, Statuses, barred, blank, statuses
from sesshu.schedule.population.verdicts import Outcomes
from sesshu.schedule.supporting import Programme


class Lot:
    """Some residents, their histories evaluated."""

    def __init__(self, rows: Rows, row: Column, doses: Doses, on: int) -> None:
        self.rows, self.row, self.on = rows, row, on
        self.days = np.full(max(len(row), len(rows.birth)), on, np.int32)
        self.history = History(rows, row, doses, self.days[: len(row)])
        first = int(doses.day.min(initial=on))
        self.gaps = Gaps(max(first, 1), max(int(doses.day.max(initial=on)), on))
        self.outcomes = Outcomes(self.history)
        self.diseases: dict[str, Disease] = {}
        for code in rows.plan.diseases:
            persons, records = self.history.records(code)
            if len(persons):
                found = Selection(code, rows, row[persons], persons, records, self.gaps).all()
                self.outcomes.note(code, found)
                self.diseases[code] = found

    def programme(self, programme: Programme) -> Statuses:
        """The statuses of everybody: as of their like without doses, unless a dose touches the programme."""
        rows = self.rows
        rules = list(rows.plan.by_programme.get(programme.code, ()))
        for disease in programme.diseases:
            for every in rows.plan.diseases.get(disease, {}).values():
                rules += [q.rule for s in every for t in s.targets for q in t.requirements]
        article = articles(rows.pack)[rows.pack.article(programme.code)]
        classes, of = rows.classes(rules)
        untouched, touched = blank(len(rows.birth)), self.history.touched(programme, self.diseases)
        told: list[tuple[Column, Statuses]] = []
        for n, applicable in enumerate(classes):
            members = np.flatnonzero(of == n)
            bar = applicable.barred(programme.code)
            if bar:
                untouched[:, members] = barred(bar, len(members), article)
                continue
            past = Past(programme.code, applicable, rows, members, self.on)
            over = blank(len(rows.birth))
            over[:, members] = past.statuses()
            everybody = np.arange(len(rows.birth))
            none = Grouping(
                programme,
                applicable,
                rows,
                everybody,
                members,
                {},
                None,
                self.gaps,
                self.days,
                past.last_day,
            )
            untouched[:, members] = statuses(
                none.all(), members, over[:, members], past.last_day[members], self.on, article
            )
            persons = np.flatnonzero(touched & (of[self.row] == n))
            if len(persons):
                some = Grouping(
                    programme, applicable, rows, self.row, persons, self.diseases, self.history, self.gaps,
                    self.days, past.last_day,
                ).all()  # fmt: skip
                row = self.row[persons]
                last_day = past.last_day[row]
                told.append((persons, statuses(some, persons, over[:, row], last_day, self.on, article)))
        found = np.take(untouched, self.row, axis=1)
        for persons, values in told:
            found[:, persons] = values
        return found
