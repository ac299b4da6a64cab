"""One patient on the way through the process model (CDSi chapter 4): history in, selected series out."""

from dataclasses import dataclass, field

from sesshu.schedule.logic.conflict import mark_conflicts
from sesshu.schedule.logic.evaluation import Evaluated, Outcome, evaluate
from sesshu.schedule.logic.forecast import Outlook
from sesshu.schedule.logic.history import Record
from sesshu.schedule.logic.recurring import evaluate_recurring
from sesshu.schedule.logic.relevance import Relevant, Series
from sesshu.schedule.logic.selection import Selected, select
from sesshu.schedule.supporting import Pack


@dataclass(slots=True, eq=False)
class Patient:
    """The relevant series and the organised history; series are evaluated when first asked for."""

    terms: Relevant
    records: list[Record]
    pack: Pack
    outlook: Outlook = field(init=False)
    _selected: dict[str, dict[str, Selected]] = field(default_factory=dict)
    _outcomes: dict[tuple[str, int], Outcome] = field(default_factory=dict)

    def __post_init__(self) -> None:
        usable = [record for record in self.records if record.refusal is None]
        if len(usable) > 1:
            mark_conflicts(usable, self.pack)
        self.outlook = Outlook(self.pack, usable, {})

    def selected(self, disease: str) -> dict[str, Selected]:
        """The selected series of each period of a disease."""
        found = self._selected.get(disease)
        if found is None:
            found = self._selected[disease] = self._evaluate(disease)
        return found

    def outcome(self, disease: str, record: Record) -> Outcome | None:
        """What a record came to against a disease; None if no series of it applies to the person."""
        self.selected(disease)
        return self._outcomes.get((disease, id(record)))

    def _evaluate(self, disease: str) -> dict[str, Selected]:
        records = [r for r in self.outlook.records if disease in r.diseases]
        periods = self.terms.diseases.get(disease, {})
        if not records:
            return self._fresh(disease, periods)
        left, found = records, {}
        for period, series in periods.items():
            chosen = select([self._run(one, left) for one in series])
            found[period] = chosen
            for n, record in enumerate(left):
                self._note(disease, record, chosen.outcome(n))
            taken = {id(record) for record in chosen.taken()} if len(periods) > 1 else set()
            left = [record for record in left if id(record) not in taken]
        return found

    def _run(self, series: Series, records: list[Record]) -> Evaluated:
        if series.each:
            return evaluate_recurring(series, records, self.terms.birth, self.pack)
        return evaluate(series, records, self.terms, self.pack)

    def _fresh(self, disease: str, periods: dict[str, list[Series]]) -> dict[str, Selected]:
        """Without doses the result is the same for everyone of the same terms, so it is kept there."""
        key = f"fresh {disease}"
        kept = self.terms.cache.get(key)
        if kept is None:
            kept = self.terms.cache[key] = {
                period: select([self._run(one, []) for one in series]) for period, series in periods.items()
            }
        return kept  # type: ignore[return-value]

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
            for series in self.terms.diseases[disease][period]
            for target in series.targets
            for requirement in target.by_product.get(record.dose.vaccine, ())
            for stretch in requirement.stretches
        )
