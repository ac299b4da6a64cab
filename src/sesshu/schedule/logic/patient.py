"""One patient on the way through the process model (CDSi chapter 4): history in, selected series out."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from sesshu.schedule.logic.conflict import blocks, mark_conflicts
from sesshu.schedule.logic.evaluation import Evaluated, Outcome, evaluate
from sesshu.schedule.logic.forecast import Outlook
from sesshu.schedule.logic.history import Record
from sesshu.schedule.logic.plan import Series, alike
from sesshu.schedule.logic.recurring import evaluate_recurring
from sesshu.schedule.logic.relevance import Terms
from sesshu.schedule.logic.selection import Selected, select
from sesshu.schedule.logic.skip import Progress

Periods = dict[str, Selected]


@dataclass(slots=True, eq=False)
class Patient:
    """The relevant series and the organised history, for forecasts from the day ``after`` on.

    ``against`` holds the records of each disease. Series are evaluated when first asked for. ``marked``: the
    records' conflicts have been noted before.
    """

    terms: Terms
    records: list[Record]
    after: date
    marked: bool = False
    outlook: Outlook = field(init=False)
    against: dict[str, list[Record]] = field(default_factory=dict)
    _selected: dict[str, Periods] = field(default_factory=dict)
    _outcomes: dict[tuple[str, int], Outcome] = field(default_factory=dict)
    _runs: list[Evaluated] = field(default_factory=list)

    def __post_init__(self) -> None:
        usable = [record for record in self.records if record.refusal is None]
        if len(usable) > 1 and not self.marked:
            mark_conflicts(usable, self.terms.pack)
        self.outlook = Outlook(self.terms, usable, blocks(usable, self.terms.pack, self.after))
        for record in usable:
            for disease in record.diseases:
                self.against.setdefault(disease, []).append(record)

    def selected(self, disease: str) -> Periods:
        """The selected series of each period of a disease."""
        found = self._selected.get(disease)
        if found is None:
            found = self._selected[disease] = self._evaluate(disease)
        return found

    def outcome(self, disease: str, record: Record) -> Outcome | None:
        """What a record came to against a disease; None if no series of it applies to the person."""
        self.selected(disease)
        return self._outcomes.get((disease, id(record)))

    def _evaluate(self, disease: str) -> Periods:
        periods = self.terms.applicable.series(disease)
        if disease not in self.against:
            return self._fresh(disease, periods)
        left, found = self.against[disease], Periods()
        for period, series in periods.items():
            chosen = found[period] = self._select(series, left, _before(found))
            for n, record in enumerate(left):
                self._note(disease, record, chosen.outcome(n))
            if len(periods) > 1:
                taken = {id(record) for record in chosen.taken()}
                left = [record for record in left if id(record) not in taken]
        return found

    def _select(self, alternatives: list[Series], records: list[Record], before: dict[str, date]) -> Selected:
        """Select among the series that the first dose can begin; among all only if it begins none."""
        if not records and before:
            return select([Evaluated(one, [], Progress(before=before)) for one in alternatives])
        if not records:
            return _unbegun(tuple(alternatives))
        if len(alternatives) > 1:
            first = records[0]
            likely = [
                one
                for one in alternatives
                if self.terms.may_begin(one, first.day) and first.dose.vaccine in one.targets[0].by_product
            ]
            runs = [self._run(one, records, before) for one in likely]
            if any(run.outcomes[0].evaluation == "valid" for run in runs):
                return select(runs)
        return select([self._run(one, records, before) for one in alternatives])

    def _run(self, series: Series, records: list[Record], before: dict[str, date]) -> Evaluated:
        if series.each:
            return evaluate_recurring(series, records, self.terms)
        products = frozenset(record.dose.vaccine for record in records)
        for run in self._runs:
            same = run.records == records and run.progress.before == before
            if same and alike(run.series, series, products):
                return run.for_series(series)
        run = evaluate(series, records, self.terms, before)
        self._runs.append(run)
        return run

    def _fresh(self, disease: str, periods: dict[str, list[Series]]) -> Periods:
        """Without doses the result is the same for everyone of the same terms, so it is kept there."""
        kept: Periods | None = self.terms.applicable.fresh.get(disease)
        if kept is None:
            kept = {period: self._select(series, [], {}) for period, series in periods.items()}
            self.terms.applicable.fresh[disease] = kept
        return kept

    def _note(self, disease: str, record: Record, outcome: Outcome) -> None:
        """Keep a valid outcome; of others, the one of the period that the day belongs to."""
        key = (disease, id(record))
        kept = self._outcomes.get(key)
        if kept is None or outcome.evaluation == "valid" or self._belongs(disease, outcome.period, record):
            self._outcomes[key] = outcome

    def _belongs(self, disease: str, period: str, record: Record) -> bool:
        """True if the period lists the product and had begun by the day."""
        return any(
            stretch.start <= record.day
            for series in self.terms.applicable.series(disease)[period]
            for target in series.targets
            for requirement in target.by_product.get(record.dose.vaccine, ())
            for stretch in self.terms.stretches(requirement.rule)
        )


def _before(periods: Periods) -> dict[str, date]:
    """The days on which the periods so far were last satisfied."""
    last = {period: selected.best.progress.last_satisfied for period, selected in periods.items()}
    return {period: day for period, day in last.items() if day is not None}


@lru_cache(maxsize=1024)
def _unbegun(alternatives: tuple[Series, ...]) -> Selected:
    """Alternatives of which nobody has begun any: the same for all."""
    return select([Evaluated(series, [], Progress()) for series in alternatives])
